#include "netsmith/study/objective.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <source_location>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "netsmith/base/check.h"

namespace netsmith::study {
namespace {

constexpr std::array kAll = {Objective::kAccuracy, Objective::kParams, Objective::kMacs,
                             Objective::kLatency};

/// Higher is better.
double Merit(Objective objective, const Evaluation& evaluation) {
  const double value = ValueOf(objective, evaluation);
  return objective == Objective::kAccuracy ? value : -value;
}

}  // namespace

std::string ToString(Objective objective) {
  switch (objective) {
    case Objective::kAccuracy:
      return "accuracy";
    case Objective::kParams:
      return "params";
    case Objective::kMacs:
      return "macs";
    case Objective::kLatency:
      return "latency";
  }
  base::FailCheck("objective", "is no Objective", std::source_location::current());
}

std::optional<std::vector<Objective>> ParseObjectives(std::string_view list) {
  std::vector<Objective> objectives;
  for (;;) {
    const std::size_t comma = list.find(',');
    const std::string_view word = list.substr(0, comma);
    const auto found = std::ranges::find_if(kAll, [&](Objective o) { return ToString(o) == word; });
    if (found == kAll.end() || std::ranges::count(objectives, *found) > 0) return std::nullopt;
    objectives.push_back(*found);
    if (comma == std::string_view::npos) break;
    list.remove_prefix(comma + 1);
  }
  std::ranges::sort(objectives);
  if (objectives.front() != Objective::kAccuracy) return std::nullopt;
  return objectives;
}

std::string ToString(std::span<const Objective> objectives) {
  std::string list;
  for (const Objective objective : objectives) {
    if (!list.empty()) list += ',';
    list += ToString(objective);
  }
  return list;
}

double ValueOf(Objective objective, const Evaluation& evaluation) {
  switch (objective) {
    case Objective::kAccuracy:
      return evaluation.reward;
    case Objective::kParams:
      return static_cast<double>(evaluation.params);
    case Objective::kMacs:
      return static_cast<double>(evaluation.macs);
    case Objective::kLatency:
      return evaluation.latency_us;
  }
  base::FailCheck("objective", "is no Objective", std::source_location::current());
}

bool CostsNoMore(std::span<const Objective> objectives, const Evaluation& a, const Evaluation& b) {
  return std::ranges::all_of(objectives, [&](Objective objective) {
    return objective == Objective::kAccuracy || ValueOf(objective, a) <= ValueOf(objective, b);
  });
}

bool Dominates(std::span<const Objective> objectives, const Evaluation& a, const Evaluation& b) {
  bool better = false;
  for (const Objective objective : objectives) {
    const double mine = Merit(objective, a), other = Merit(objective, b);
    if (mine < other) return false;
    better |= mine > other;
  }
  return better;
}

}  // namespace netsmith::study
