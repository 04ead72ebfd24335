#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "netsmith/study/trial.h"

namespace netsmith::study {

/// What a study weighs against each other.
enum class Objective {
  kAccuracy,  // the reward; higher is better, of all others lower
  kParams,
  kMacs,
  kLatency,  // measured, so a study that decides by it is not repeatable
};

/// "accuracy", "params", "macs", "latency"
std::string ToString(Objective objective);
/// "params,accuracy" in the order of the enumeration. Nothing when a word is unknown or occurs
/// twice, or accuracy is not among them.
std::optional<std::vector<Objective>> ParseObjectives(std::string_view list);
/// The way back.
std::string ToString(std::span<const Objective> objectives);

/// Latency in microseconds.
double ValueOf(Objective objective, const Evaluation& evaluation);

/// Whether `a` costs no more than `b` by any of the objectives but accuracy.
bool CostsNoMore(std::span<const Objective> objectives, const Evaluation& a, const Evaluation& b);
/// Whether `a` is worse than `b` in no objective, and better in one (Pareto dominance).
bool Dominates(std::span<const Objective> objectives, const Evaluation& a, const Evaluation& b);

}  // namespace netsmith::study
