#include "netsmith/report/study_view.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "netsmith/base/error.h"
#include "netsmith/graph/graph.h"
#include "netsmith/report/classic_form.h"
#include "netsmith/report/comparison.h"
#include "netsmith/report/drawing.h"
#include "netsmith/report/importance.h"
#include "netsmith/report/pareto.h"
#include "netsmith/report/study_report.h"
#include "netsmith/space/network.h"

namespace netsmith::report {
namespace {

using nlohmann::ordered_json;
using study::Trial;

ordered_json OptionsJson(const study::StudySpec& spec) {
  auto options = ordered_json::parse(spec.options_json, nullptr, /*allow_exceptions=*/false);
  return options.is_object() ? options : ordered_json::object();
}

/// A number with few digits: what a chart can show.
double Rounded(double value) { return std::round(value * 1e4) / 1e4; }

ordered_json LearningJson(const StudyView& view) {
  const Learning& learning = view.learning;
  ordered_json shares = ordered_json::array();
  for (const auto& decision : learning.shares) {
    ordered_json options = ordered_json::array();
    for (const auto& option : decision) {
      std::vector<double> rounded(option.size());
      std::ranges::transform(option, rounded.begin(), Rounded);
      options.push_back(rounded);
    }
    shares.push_back(options);
  }
  std::vector<double> entropy(learning.entropy.size());
  std::ranges::transform(learning.entropy, entropy.begin(), Rounded);
  const bool is_policy = learning.source == Learning::Source::kPolicy;
  return {{"source", is_policy ? "policy" : "proposals"},
          {"collapsed", is_policy && !learning.entropy.empty() &&
                            HasCollapsed(view.spec.decisions, learning.entropy.back())},
          {"trials", learning.trials},
          {"shares", shares},
          {"entropy", entropy}};
}

ordered_json ImportanceJson(const StudyView& view) {
  ordered_json list = ordered_json::array();
  for (const Importance& importance : DecisionImportance(view.spec.decisions, view.trials)) {
    ordered_json groups = ordered_json::array();
    for (const OptionGroup& group : importance.groups) {
      groups.push_back({{"first", group.first},
                        {"last", group.last},
                        {"trials", group.trials},
                        {"mean", group.mean_reward}});
    }
    list.push_back(
        {{"decision", importance.decision}, {"share", importance.share}, {"groups", groups}});
  }
  return list;
}

/// Names of the study's trials by column; `reasons` and `originals` by number, being rare.
ordered_json TrialsJson(std::span<const Trial> trials) {
  std::vector<double> reward, seconds;
  std::vector<std::int64_t> number, params, macs;
  std::vector<int> genome;
  std::vector<std::string> state, network;
  ordered_json reasons = ordered_json::object(), originals = ordered_json::object();
  for (const Trial& trial : trials) {
    const study::Evaluation& evaluation = trial.evaluation;
    number.push_back(trial.number);
    reward.push_back(evaluation.reward);
    params.push_back(evaluation.params);
    macs.push_back(evaluation.macs);
    seconds.push_back(std::round(evaluation.seconds * 1e3) / 1e3);
    state.push_back(study::ToString(trial.state));
    network.push_back(trial.network);
    genome.insert(genome.end(), trial.genome.begin(), trial.genome.end());
    const std::string key = std::to_string(trial.number);
    if (!evaluation.reason.empty()) reasons[key] = evaluation.reason;
    if (trial.duplicate_of) originals[key] = *trial.duplicate_of;
  }
  return {{"number", number},   {"reward", reward},      {"params", params},   {"macs", macs},
          {"seconds", seconds}, {"state", state},        {"network", network}, {"genome", genome},
          {"reasons", reasons}, {"originals", originals}};
}

/// The network's form, costs and drawing; only its text where the samples' shape is not known.
ordered_json NetworkJson(const std::string& text, const std::optional<SearchRecord>& record) {
  ordered_json json = {{"network", text}};
  if (!record) return json;
  try {
    const graph::Graph graph = space::ParseNetwork(text, record->shape, record->num_classes);
    const graph::Costs costs = graph::TotalCosts(graph);
    json["form"] = ClassicForm(graph);
    json["params"] = costs.params;
    json["macs"] = costs.macs;
    json["svg"] = DrawNetwork(graph, /*standalone=*/false);
  } catch (const base::Error&) {
    // Another version's space: its text alone is shown.
  }
  return json;
}

ordered_json BestJson(const StudyView& view) {
  const auto best = BestTrial(view.trials);
  if (!best) return nullptr;
  ordered_json json = NetworkJson(best->network, view.record);
  json["trial"] = best->number;
  json["reward"] = best->evaluation.reward;
  json["curve"] = best->evaluation.curve;
  if (!json.contains("params")) {
    json["params"] = best->evaluation.params;
    json["macs"] = best->evaluation.macs;
  }
  return json;
}

/// The comparison as it was made; where it was not, the rewards beside random search's, which take
/// no training. (Beyond some size the bootstrap would take longer than a page may.)
ordered_json ComparisonJson(const StudyView& view) {
  constexpr std::size_t kMostTrials = 20'000;
  ordered_json json = ordered_json::object();
  if (view.comparison) {
    json = ordered_json::parse(*view.comparison, nullptr, /*allow_exceptions=*/false);
    if (!json.is_object()) json = ordered_json::object();
  }
  const auto rewards = Rewards(view.trials);
  const auto random_rewards = Rewards(view.random_trials);
  const bool is_small = rewards.size() + random_rewards.size() <= kMostTrials;
  if (!json.contains("random") && !rewards.empty() && !random_rewards.empty() && is_small) {
    const Comparison rewards_only{.networks = {},
                                  .random = CompareRewards(rewards, random_rewards)};
    json["random"] = ordered_json::parse(ToJson(rewards_only))["random"];
  }
  return json;
}

/// Null for one objective.
ordered_json FrontJson(const StudyView& view) {
  if (view.spec.objectives.size() == 1) return nullptr;
  const ParetoFront front = FrontOf(view.spec, view.trials);
  ordered_json json = {{"objectives", ordered_json::array()},
                       {"reference", front.reference},
                       {"hypervolume", front.hypervolume},
                       {"trials", ordered_json::array()}};
  for (const study::Objective objective : front.objectives) {
    json["objectives"].push_back(ToString(objective));
  }
  if (!view.random_trials.empty()) {
    json["random_hypervolume"] = Hypervolume(front.objectives, front.reference, view.random_trials);
  }
  for (const Trial& trial : front.trials) {
    ordered_json values = ordered_json::array();
    for (const study::Objective objective : front.objectives) {
      values.push_back(ValueOf(objective, trial.evaluation));
    }
    json["trials"].push_back(
        {{"number", trial.number}, {"network", trial.network}, {"values", values}});
  }
  return json;
}

ordered_json AskedJson(const StudyView& view) {
  ordered_json json = {{"options", OptionsJson(view.spec)},
                       {"space", view.spec.space_signature},
                       {"decisions", ordered_json::array()},
                       {"rewards_are_test", RewardsAreTest(view.spec)}};
  for (const space::Decision& decision : view.spec.decisions) {
    json["decisions"].push_back({{"name", decision.name}, {"options", decision.options}});
  }
  if (const auto& record = view.record) {
    json["command"] = CommandLine(*record);
    json["version"] = record->version;
    json["shape"] = {record->shape.height, record->shape.width, record->shape.channels};
    json["classes"] = record->num_classes;
    json["train"] = record->num_train;
    json["validation"] = record->num_validation;
  }
  return json;
}

}  // namespace

std::string ViewJson(const StudyView& view, std::int64_t first_trial) {
  const std::span<const Trial> trials = view.trials;
  const auto first = std::min(static_cast<std::size_t>(first_trial), trials.size());
  const ordered_json json = {{"study", view.spec.name},
                             {"store", view.store_url},
                             {"asked", AskedJson(view)},
                             {"states", CountStates(trials)},
                             {"best", BestJson(view)},
                             {"front", FrontJson(view)},
                             {"comparison", ComparisonJson(view)},
                             {"random_rewards", Rewards(view.random_trials)},
                             {"learning", LearningJson(view)},
                             {"importance", ImportanceJson(view)},
                             {"first_trial", first},
                             {"trials", TrialsJson(trials.subspan(first))}};
  return json.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

bool RewardsAreTest(const study::StudySpec& spec) {
  const auto options = OptionsJson(spec);
  const ordered_json::json_pointer split("/child/reward_split");
  return options.contains(split) && options.at(split) == "test";
}

}  // namespace netsmith::report
