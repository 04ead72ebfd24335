#include "netsmith/report/study_view.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "netsmith/report/comparison.h"
#include "netsmith/report/importance.h"
#include "netsmith/report/pareto.h"
#include "netsmith/report/study_report.h"
#include "netsmith/report/view_networks.h"

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
  const Importance importance = ImportanceOf(view.spec.decisions, view.trials);
  ordered_json decisions = ordered_json::array();
  for (const DecisionImportance& decision : importance.decisions) {
    ordered_json groups = ordered_json::array();
    for (const OptionGroup& group : decision.groups) {
      groups.push_back({{"first", group.first},
                        {"last", group.last},
                        {"trials", group.trials},
                        {"mean", group.mean_reward}});
    }
    decisions.push_back(
        {{"decision", decision.decision}, {"share", decision.share}, {"groups", groups}});
  }
  return {
      {"networks", importance.networks}, {"needed", importance.needed}, {"decisions", decisions}};
}

/// Names of the study's trials by column; `reasons` and `originals` by number, being rare.
ordered_json TrialsJson(std::span<const Trial> trials, const search::Activity& activity) {
  std::vector<double> reward, seconds;
  std::vector<ordered_json> loss;  // null where it is not known
  std::vector<std::int64_t> number, params, macs;
  std::vector<int> genome;
  std::vector<std::string> state, network;
  ordered_json reasons = ordered_json::object(), originals = ordered_json::object();
  for (const Trial& trial : trials) {
    const study::Evaluation& evaluation = trial.evaluation;
    number.push_back(trial.number);
    reward.push_back(evaluation.reward);
    loss.push_back(evaluation.loss ? ordered_json(*evaluation.loss) : ordered_json());
    params.push_back(evaluation.params);
    macs.push_back(evaluation.macs);
    seconds.push_back(std::round(evaluation.seconds * 1e3) / 1e3);
    state.push_back(StateText(trial, activity));
    network.push_back(trial.network);
    genome.insert(genome.end(), trial.genome.begin(), trial.genome.end());
    const std::string key = std::to_string(trial.number);
    if (!evaluation.reason.empty()) reasons[key] = evaluation.reason;
    if (trial.duplicate_of) originals[key] = *trial.duplicate_of;
  }
  return {{"number", number}, {"reward", reward},   {"loss", loss},          {"params", params},
          {"macs", macs},     {"seconds", seconds}, {"state", state},        {"network", network},
          {"genome", genome}, {"reasons", reasons}, {"originals", originals}};
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

/// The data's path from any folder; empty where it was not given.
std::string DataArgument(const SearchRecord& record) {
  constexpr std::string_view kData = "--data=";
  std::string data;
  for (const std::string& argument : record.arguments) {
    if (argument.starts_with(kData)) data = argument.substr(kData.size());
  }
  return data;
}

ordered_json AskedJson(const StudyView& view) {
  ordered_json json = {{"options", OptionsJson(view.spec)},
                       {"space", view.spec.space_signature},
                       {"decisions", ordered_json::array()},
                       {"rewards_are_test", RewardsAreTest(view.spec)}};
  for (std::size_t d = 0; d < view.spec.decisions.size(); ++d) {
    const space::Decision& decision = view.spec.decisions[d];
    json["decisions"].push_back({{"name", decision.name}, {"options", decision.options}});
    if (d < view.option_texts.size()) json["decisions"].back()["texts"] = view.option_texts[d];
  }
  if (const auto& record = view.record) {
    json["command"] = RepeatCommand(*record, std::ssize(view.trials), !view.random_trials.empty());
    json["trials"] = record->num_trials;
    if (IsCutShort(view)) json["resume"] = ResumeCommand(*record, view.store_url);
    json["samples"] = SamplesText(*record, view.spec.options_json);
    if (const std::string data = DataArgument(*record); !data.empty()) json["data"] = data;
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
                             {"states", CountStates(trials, view.activity)},
                             {"best", BestJson(view)},
                             {"found", FoundJson(view)},
                             {"front", FrontJson(view)},
                             {"comparison", ComparisonJson(view)},
                             {"random_rewards", Rewards(view.random_trials)},
                             {"learning", LearningJson(view)},
                             {"importance", ImportanceJson(view)},
                             {"first_trial", first},
                             {"trials", TrialsJson(trials.subspan(first), view.activity)}};
  return json.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

bool IsCutShort(const StudyView& view) {
  return view.record && !view.activity.searching &&
         CountFinished(view.trials) < view.record->num_trials;
}

bool RewardsAreTest(const study::StudySpec& spec) {
  const auto options = OptionsJson(spec);
  const ordered_json::json_pointer split("/child/reward_split");
  return options.contains(split) && options.at(split) == "test";
}

std::optional<Found> FoundOf(const StudyView& view) {
  return view.comparison ? FoundIn(*view.comparison) : std::nullopt;
}

}  // namespace netsmith::report
