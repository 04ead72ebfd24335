#include "netsmith/cli/kept_trainings.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <limits>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "netsmith/base/random.h"
#include "netsmith/graph/graph.h"
#include "netsmith/search/search.h"
#include "netsmith/train/recipe.h"

namespace netsmith::cli {
namespace {

using nlohmann::ordered_json;

ordered_json ToJson(const train::FullTrainingResult& result) {
  return {{"learning_rate", result.learning_rate},
          {"rate_accuracy", result.rate_accuracy},
          {"validation_accuracy", result.validation_accuracy},
          {"validation_loss", result.validation_loss},
          {"test_accuracy", result.test_accuracy},
          {"seconds", result.seconds}};
}

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// JSON has null for NaN and infinity; `null` is which of the two these are.
std::vector<double> Numbers(const ordered_json& array, double null) {
  std::vector<double> numbers;
  for (const auto& element : array) {
    numbers.push_back(element.is_null() ? null : element.get<double>());
  }
  return numbers;
}

/// Losses are missing where an earlier version kept the training: then they settle nothing.
train::FullTrainingResult FromJson(const ordered_json& json) {
  train::FullTrainingResult result;
  result.learning_rate = json.at("learning_rate").get<double>();
  result.rate_accuracy = Numbers(json.at("rate_accuracy"), kNaN);
  result.validation_accuracy = Numbers(json.at("validation_accuracy"), kNaN);
  result.validation_loss.assign(result.validation_accuracy.size(), kInfinity);
  if (json.contains("validation_loss")) {
    result.validation_loss = Numbers(json.at("validation_loss"), kInfinity);
  }
  result.test_accuracy = Numbers(json.at("test_accuracy"), kNaN);
  result.seconds = json.at("seconds").get<double>();
  return result;
}

std::string Key(const std::string& what) {
  return fmt::format("full_training:{:016x}", base::RandomStreams(0).SeedFor(what));
}

}  // namespace

KeptTrainings::KeptTrainings(study::Store& store, std::string study, const data::Problem& problem,
                             const train::FullTrainingOptions& options, const std::stop_token& stop)
    : store_(store),
      patience_(search::SearchOptions().patience_seconds, stop),
      study_(std::move(study)),
      how_(fmt::format("data {} epochs {} mb {} rates {} seed {} seeds {}", problem.content_hash(),
                       options.epochs, options.mb, fmt::join(options.learning_rates, ","),
                       options.seed, options.num_seeds)) {
  if (options.num_folds > 1) how_ += fmt::format(" folds {}, rate by the first", options.num_folds);
}

std::optional<train::FullTrainingResult> KeptTrainings::Find(
    std::span<const train::NamedNetwork> members) const {
  const std::string what = What(members);
  const auto text = store_.FindAttribute(study_, Key(what));
  if (!text) return std::nullopt;
  try {
    const auto json = ordered_json::parse(*text);
    if (json.at("of") != what) return std::nullopt;
    return FromJson(json.at("result"));
  } catch (const nlohmann::json::exception&) {
    return std::nullopt;  // another version's: trained again
  }
}

void KeptTrainings::Keep(std::span<const train::NamedNetwork> members,
                         const train::FullTrainingResult& result) {
  const std::string what = What(members);
  const std::string text = ordered_json{{"of", what}, {"result", ToJson(result)}}.dump();
  patience_.Run([&] { store_.SetAttribute(study_, Key(what), text); });
}

std::string KeptTrainings::What(std::span<const train::NamedNetwork> members) const {
  std::vector<std::string> parts;
  for (const train::NamedNetwork& member : members) {
    const std::string recipe = train::Describe(member.recipe);
    parts.push_back(fmt::format("network {} {}{}{}", graph::CanonicalHash(member.graph), how_,
                                recipe.empty() ? "" : " recipe ", recipe));
  }
  return fmt::format("{}", fmt::join(parts, " and "));
}

}  // namespace netsmith::cli
