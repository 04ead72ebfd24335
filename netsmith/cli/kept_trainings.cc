#include "netsmith/cli/kept_trainings.h"

#include <fmt/format.h>

#include <bit>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "netsmith/base/random.h"
#include "netsmith/data/sha256.h"
#include "netsmith/engine/instruction_set.h"
#include "netsmith/engine/precision.h"
#include "netsmith/engine/weights.h"
#include "netsmith/graph/graph.h"
#include "netsmith/model/model.h"
#include "netsmith/search/search.h"
#include "netsmith/train/recipe.h"

namespace netsmith::cli {
namespace {

using nlohmann::ordered_json;
using Tensors = std::vector<std::vector<float>>;

constexpr std::size_t kDigits = 8;  // hexadecimal ones of a weight's 32 bits

void AppendDigits(const Tensors& tensors, std::string& digits) {
  for (const std::vector<float>& tensor : tensors) {
    for (const float weight : tensor) {
      fmt::format_to(std::back_inserter(digits), "{:08x}", std::bit_cast<std::uint32_t>(weight));
    }
  }
}

/// Tensors of these sizes from the front of `digits`; nothing where they are not there.
std::optional<Tensors> TakeTensors(const std::vector<std::int64_t>& sizes,
                                   std::string_view& digits) {
  Tensors tensors;
  for (const std::int64_t size : sizes) {
    if (digits.size() / kDigits < static_cast<std::size_t>(size)) return std::nullopt;
    for (float& weight : tensors.emplace_back(size)) {
      std::uint32_t bits = 0;
      const char* const end = digits.data() + kDigits;
      if (std::from_chars(digits.data(), end, bits, 16).ptr != end) return std::nullopt;
      weight = std::bit_cast<float>(bits);
      if (!std::isfinite(weight)) return std::nullopt;
      digits.remove_prefix(kDigits);
    }
  }
  return tensors;
}

/// No weights where the digits are not those of the network.
engine::Weights WeightsOf(const graph::Graph& graph, std::string_view digits) {
  const model::TensorSizes sizes = model::SizesOf(graph::WithoutUnused(graph));
  auto params = TakeTensors(sizes.params, digits);
  auto averages = TakeTensors(sizes.running_averages, digits);
  if (!params || !averages || !digits.empty()) return {};
  return {.params = *std::move(params), .running_averages = *std::move(averages)};
}

void AddWeights(const engine::Weights& weights, ordered_json& json) {
  if (weights.params.empty()) return;
  std::string digits;
  AppendDigits(weights.params, digits);
  AppendDigits(weights.running_averages, digits);
  json["weights"] = std::move(digits);
}

ordered_json ToJson(const train::Training& training) {
  ordered_json json = {{"diverged", training.diverged}, {"seconds", training.seconds}};
  if (!training.diverged) {
    json["accuracy"] = training.standing.accuracy;
    json["loss"] = training.standing.loss;
  }
  if (training.test_accuracy) json["test_accuracy"] = *training.test_accuracy;
  AddWeights(training.weights, json);
  return json;
}

/// Nothing for figures that no training has. Errors   nlohmann's, for what ToJson does not write.
std::optional<train::Training> FromJson(const ordered_json& json, const graph::Graph& graph) {
  const auto is_share = [](double accuracy) { return accuracy >= 0 && accuracy <= 1; };
  train::Training training;
  training.diverged = json.at("diverged").get<bool>();
  training.seconds = json.at("seconds").get<double>();
  if (!(training.seconds >= 0 && training.seconds < 1e9)) return std::nullopt;
  if (training.diverged) return training;
  training.standing.accuracy = json.at("accuracy").get<double>();
  const ordered_json& loss = json.at("loss");  // JSON has null for what is not finite
  if (!loss.is_null()) training.standing.loss = loss.get<double>();
  if (!is_share(training.standing.accuracy) || !(training.standing.loss >= 0)) return std::nullopt;
  if (json.contains("test_accuracy")) {
    training.test_accuracy = json["test_accuracy"].get<double>();
    if (!is_share(*training.test_accuracy)) return std::nullopt;
  }
  if (json.contains("weights")) {
    training.weights = WeightsOf(graph, json["weights"].get_ref<const std::string&>());
  }
  return training;
}

/// All that decides the training.
std::string What(const train::TrainingTask& task) {
  const std::string graph = graph::ToJson(task.network.graph);
  data::Sha256 hash;
  hash.Update({reinterpret_cast<const std::uint8_t*>(graph.data()), graph.size()});
  std::string what =
      fmt::format("network {} data {} epochs {} mb {} rate {} seed {}", hash.Finish(),
                  task.problem.content_hash(), task.epochs, task.mb, task.learning_rate, task.seed);
  if (task.max_samples > 0) what += fmt::format(" samples {}", task.max_samples);
  what += " by " + engine::Arithmetic(engine::NamedPrecision(task.network.recipe.precision));
  const std::string recipe = train::Describe(task.network.recipe);
  return recipe.empty() ? what : what + " recipe " + recipe;
}

std::string KeyOf(const std::string& what) {
  return fmt::format("full_training:{:016x}", base::RandomStreams(0).SeedFor(what));
}

}  // namespace

KeptTrainings::KeptTrainings(study::Store& store, std::string study, const std::stop_token& stop)
    : store_(store),
      patience_(search::SearchOptions().patience_seconds, stop),
      study_(std::move(study)) {}

std::optional<train::Training> KeptTrainings::Find(const train::TrainingTask& task) {
  const std::string what = What(task);
  std::optional<std::string> text;
  patience_.Run([&] { text = store_.FindAttribute(study_, KeyOf(what)); });
  if (!text) return std::nullopt;
  try {
    const auto json = ordered_json::parse(*text);
    if (json.at("of") != what) return std::nullopt;
    return FromJson(json.at("result"), task.network.graph);
  } catch (const nlohmann::json::exception&) {
    return std::nullopt;  // another version's: trained again
  }
}

void KeptTrainings::Keep(const train::TrainingTask& task, const train::Training& training) {
  const std::string what = What(task);
  ordered_json result = ToJson(training);
  if (!training.diverged && training.weights.params.empty()) {
    if (const auto before = Find(task)) AddWeights(before->weights, result);
  }
  const std::string text = ordered_json{{"of", what}, {"result", std::move(result)}}.dump();
  patience_.Run([&] { store_.SetAttribute(study_, KeyOf(what), text); });
}

}  // namespace netsmith::cli
