#include "netsmith/report/found.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "netsmith/base/json_depth.h"

namespace netsmith::report {
namespace {

using nlohmann::json;

std::optional<double> Number(const json& value) {
  return value.is_number() ? std::optional(value.get<double>()) : std::nullopt;
}

/// Nothing where one of them is null: it diverged.
std::optional<double> Mean(const json& list) {
  double sum = 0;
  for (const json& value : list) {
    if (!value.is_number()) return std::nullopt;
    sum += value.get<double>();
  }
  return list.empty() ? std::nullopt : std::optional(sum / static_cast<double>(list.size()));
}

}  // namespace

std::optional<Found> FoundIn(const std::string& comparison_json) {
  if (base::JsonDepth(comparison_json) > base::kMaxJsonDepth) return std::nullopt;
  try {
    const json comparison = json::parse(comparison_json);
    std::optional<Found> found;
    std::optional<FoundEnsemble> ensemble;
    int finalists = 0;
    for (const json& network : comparison.at("networks")) {
      const auto role = network.at("role").get<std::string>();
      if (role == "finalist" || role == "found") ++finalists;
      if (role == "ensemble") {
        ensemble = {.validation = Mean(network.at("validation_accuracy")),
                    .test = Mean(network.at("test_accuracy"))};
      }
      if (role != "found") continue;
      found = Found{.network = network.at("network").get<std::string>(),
                    .reward = Number(network.at("reward")),
                    .validation = Mean(network.at("validation_accuracy")),
                    .test = Mean(network.at("test_accuracy"))};
    }
    if (found) {
      found->finalists = finalists;
      found->ensemble = ensemble;
    }
    return found;
  } catch (const json::exception&) {
    return std::nullopt;
  }
}

}  // namespace netsmith::report
