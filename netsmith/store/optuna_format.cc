#include "netsmith/store/optuna_format.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <time.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <ctime>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace netsmith::store {
namespace {

using Json = nlohmann::ordered_json;

// param_value is a double, which holds every whole number up to here.
constexpr std::int64_t kLargestExact = std::int64_t{1} << 53;

// Ascending options without repeats are consecutive when their ends are that far apart.
bool IsRange(const space::Decision& decision) {
  const std::int64_t low = decision.options.front();
  const std::int64_t high = decision.options.back();
  return low >= -kLargestExact && high <= kLargestExact &&
         high - low == static_cast<std::int64_t>(decision.options.size()) - 1;
}

}  // namespace

std::string DistributionJson(const space::Decision& decision) {
  if (!IsRange(decision)) {
    return Json{{"name", "CategoricalDistribution"},
                {"attributes", {{"choices", decision.options}}}}
        .dump();
  }
  const Json attributes = {{"log", false},
                           {"step", 1},
                           {"low", decision.options.front()},
                           {"high", decision.options.back()}};
  return Json{{"name", "IntDistribution"}, {"attributes", attributes}}.dump();
}

double ParamValue(const space::Decision& decision, int option) {
  return IsRange(decision) ? static_cast<double>(decision.options[option]) : option;
}

std::optional<int> OptionOf(const space::Decision& decision, double param_value) {
  const double option =
      IsRange(decision) ? param_value - static_cast<double>(decision.options.front()) : param_value;
  const bool fits = option >= 0 && option < static_cast<double>(decision.options.size()) &&
                    option == std::floor(option);
  return fits ? std::optional<int>(static_cast<int>(option)) : std::nullopt;
}

std::string StateWord(study::TrialState state) {
  switch (state) {
    case study::TrialState::kRunning:
      return "RUNNING";
    case study::TrialState::kComplete:
      return "COMPLETE";
    case study::TrialState::kPruned:
      return "PRUNED";
    default:
      return "FAIL";
  }
}

std::optional<study::TrialState> ParseOutcome(std::string_view outcome) {
  using enum study::TrialState;
  for (const study::TrialState state : {kRefused, kDiverged, kFailed}) {
    if (outcome == ToString(state)) return state;
  }
  return std::nullopt;
}

std::string NumberType(double value) {
  if (std::isnan(value)) return "NAN";
  if (std::isinf(value)) return value > 0 ? "INF_POS" : "INF_NEG";
  return "FINITE";
}

std::optional<double> ParseNumber(std::string_view type, double value) {
  using Limits = std::numeric_limits<double>;
  if (type == "FINITE") return value;
  if (type == "INF_POS") return Limits::infinity();
  if (type == "INF_NEG") return -Limits::infinity();
  if (type == "NAN") return Limits::quiet_NaN();
  return std::nullopt;
}

std::string Timestamp(std::chrono::system_clock::time_point time) {
  const auto whole = std::chrono::floor<std::chrono::seconds>(time);
  const auto micros = std::chrono::floor<std::chrono::microseconds>(time - whole).count();
  const std::time_t seconds = std::chrono::system_clock::to_time_t(whole);
  std::tm local{};
  localtime_r(&seconds, &local);
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}.{:06}", local.tm_year + 1900,
                     local.tm_mon + 1, local.tm_mday, local.tm_hour, local.tm_min, local.tm_sec,
                     micros);
}

std::string JsonString(const std::string& text) {
  return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string RungsJson(const std::vector<study::Rung>& rungs) {
  Json list = Json::array();
  for (const study::Rung& rung : rungs) list.push_back({rung.step, rung.least});
  return list.dump();
}

std::vector<study::Rung> ParseRungs(const std::string& json) {
  std::vector<study::Rung> rungs;
  for (const Json& rung : Json::parse(json)) {
    rungs.push_back({.step = rung.at(0).get<int>(), .least = rung.at(1).get<double>()});
  }
  return rungs;
}

std::string ObjectivesJson(const std::vector<study::Objective>& objectives) {
  Json names = Json::array();
  for (const study::Objective objective : objectives) names.push_back(ToString(objective));
  return names.dump();
}

std::optional<std::vector<study::Objective>> ObjectivesFromJson(const std::string& json) {
  try {
    const auto names = Json::parse(json).get<std::vector<std::string>>();
    return study::ParseObjectives(fmt::format("{}", fmt::join(names, ",")));
  } catch (const Json::exception&) {
    return std::nullopt;
  }
}

std::string DecisionsJson(const std::vector<space::Decision>& decisions) {
  Json list = Json::array();
  for (const space::Decision& decision : decisions) {
    list.push_back({{"name", decision.name}, {"options", decision.options}});
  }
  return list.dump();
}

std::vector<space::Decision> ParseDecisions(const std::string& json) {
  std::vector<space::Decision> decisions;
  for (const Json& decision : Json::parse(json)) {
    decisions.push_back({.name = decision.at("name").get<std::string>(),
                         .options = decision.at("options").get<std::vector<std::int64_t>>()});
  }
  return decisions;
}

}  // namespace netsmith::store
