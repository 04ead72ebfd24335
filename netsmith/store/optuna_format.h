#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "netsmith/space/search_space.h"
#include "netsmith/study/objective.h"
#include "netsmith/study/trial.h"

/// How Optuna's tables write things (Optuna 3.1 to 5.0). Internal to this folder.
namespace netsmith::store {

/// The distribution_json of a decision: consecutive options are an IntDistribution, others a
/// CategoricalDistribution of numbers.
std::string DistributionJson(const space::Decision& decision);
/// The param_value of an option: the number itself in an IntDistribution, else the option's index.
double ParamValue(const space::Decision& decision, int option);
/// The way back; nothing when no option has that value.
std::optional<int> OptionOf(const space::Decision& decision, double param_value);

/// RUNNING, COMPLETE, PRUNED or FAIL.
std::string StateWord(study::TrialState state);
/// The outcome (study::ToString) of a trial whose state word is FAIL; nothing for other texts.
std::optional<study::TrialState> ParseOutcome(std::string_view outcome);

/// The type word of an intermediate value: FINITE, INF_POS, INF_NEG or NAN; the number beside it is
/// NULL unless FINITE.
std::string NumberType(double value);
/// The number of such a word; `value` is what stands beside it.
std::optional<double> ParseNumber(std::string_view type, double value);

/// Local time as Optuna writes it: YYYY-MM-DD HH:MM:SS.ffffff.
std::string Timestamp(std::chrono::system_clock::time_point time);

/// A JSON string; bytes that are not UTF-8 become U+FFFD.
std::string JsonString(const std::string& text);

/// Rungs as JSON, [[step, least], …], and back.
/// Errors   nlohmann::json::exception for a text that is no such JSON
std::string RungsJson(const std::vector<study::Rung>& rungs);
std::vector<study::Rung> ParseRungs(const std::string& json);

/// The objectives' names as JSON, and back; nothing for a text that is no such JSON.
std::string ObjectivesJson(const std::vector<study::Objective>& objectives);
std::optional<std::vector<study::Objective>> ObjectivesFromJson(const std::string& json);

/// Decisions as one JSON text, for a table of ours, and back.
/// Errors   nlohmann::json::exception for a text that is no such JSON
std::string DecisionsJson(const std::vector<space::Decision>& decisions);
std::vector<space::Decision> ParseDecisions(const std::string& json);

}  // namespace netsmith::store
