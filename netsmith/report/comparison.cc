#include "netsmith/report/comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "netsmith/report/format.h"
#include "netsmith/report/found.h"
#include "netsmith/report/table.h"
#include "netsmith/study/trial.h"

namespace netsmith::report {
namespace {

using nlohmann::ordered_json;

std::string DifferenceText(const Difference& d) {
  return fmt::format("{:+.4f}, 95 % interval {:+.4f} to {:+.4f}", d.value, d.low, d.high);
}

std::string NetworkTable(std::span<const TrainedNetwork> networks) {
  Table table({{"network", Table::Align::kLeft},
               {"", Table::Align::kLeft},
               {"parameters"},
               {"multiply-adds"},
               {"reward"},
               {"learning rate"},
               {"validation"},
               {"test accuracy"}});
  for (const TrainedNetwork& network : networks) {
    table.AddRow({network.role, network.text, Grouped(network.costs.params),
                  Grouped(network.costs.macs),
                  network.reward ? fmt::format("{:.4f}", *network.reward) : "",
                  network.members.empty() ? fmt::format("{}", network.training.learning_rate) : "",
                  AccuracyText(network.training.validation_accuracy),
                  AccuracyText(network.training.test_accuracy)});
  }
  return table.ToString();
}

std::string RandomText(const RewardComparison& r) {
  Table table({{"rewards", Table::Align::kLeft}, {"trials"}, {"best"}, {"mean"}});
  table.AddRow(
      {"search", Grouped(r.trials), fmt::format("{:.4f}", r.best), fmt::format("{:.4f}", r.mean)});
  table.AddRow({"random search", Grouped(r.random_trials), fmt::format("{:.4f}", r.random_best),
                fmt::format("{:.4f}", r.random_mean)});
  return fmt::format("{}difference of the best rewards {}\ndifference of the mean rewards {}\n{}\n",
                     table.ToString(), DifferenceText(r.best_difference),
                     DifferenceText(r.mean_difference), RandomVerdict(r));
}

const TrainedNetwork* FindRole(std::span<const TrainedNetwork> networks, const char* role) {
  const auto found = std::ranges::find(networks, role, &TrainedNetwork::role);
  return found == networks.end() ? nullptr : &*found;
}

/// As study::IsBetter, among those that have a reward.
const TrainedNetwork* BestByReward(std::span<const TrainedNetwork> networks) {
  const auto evaluation = [](const TrainedNetwork& network) {
    study::Evaluation measured;
    measured.reward = *network.reward;
    measured.loss = network.loss;
    return measured;
  };
  const TrainedNetwork* best = nullptr;
  for (const TrainedNetwork& network : networks) {
    if (!network.reward) continue;
    if (best == nullptr || IsBetter(evaluation(network), evaluation(*best))) best = &network;
  }
  return best;
}

ordered_json NetworkJson(const TrainedNetwork& network) {
  const MeanSd test = network.test_accuracy();
  const bool is_ensemble = !network.members.empty();
  ordered_json json = {
      {"role", network.role},
      {"reward", network.reward ? ordered_json(*network.reward) : ordered_json()},
      {"network", network.text},
      {"form", network.form},
      {"params", network.costs.params},
      {"macs", network.costs.macs},
      {"learning_rate",
       is_ensemble ? ordered_json() : ordered_json(network.training.learning_rate)},
      {"validation_accuracy", network.training.validation_accuracy},
      {"validation_loss", network.training.validation_loss},
      {"test_accuracy", network.training.test_accuracy},
      {"mean", test.mean},
      {"sd", test.sd},
      {"seconds", network.training.seconds}};
  if (is_ensemble) json["members"] = network.members;
  return json;
}

ordered_json DifferenceJson(const Difference& difference) {
  return {{"value", difference.value}, {"low", difference.low}, {"high", difference.high}};
}

ordered_json RandomJson(const RewardComparison& r) {
  return {{"trials", r.trials},
          {"best_reward", r.best},
          {"mean_reward", r.mean},
          {"random_trials", r.random_trials},
          {"random_best_reward", r.random_best},
          {"random_mean_reward", r.random_mean},
          {"best_difference", DifferenceJson(r.best_difference)},
          {"mean_difference", DifferenceJson(r.mean_difference)},
          {"verdict", RandomVerdict(r)}};
}

}  // namespace

std::string AccuracyText(std::span<const double> accuracies) {
  const auto [mean, sd] = MeanAndSd(accuracies);
  if (std::isnan(mean)) return "diverged";
  if (accuracies.size() == 1) return Percent(mean);
  return fmt::format("{:.2f} ± {:.2f} %", 100 * mean, 100 * sd);
}

RewardComparison CompareRewards(std::span<const double> rewards,
                                std::span<const double> random_rewards) {
  constexpr std::uint64_t kSeed = 0;  // of the resampling: equal rewards, equal report
  return {.trials = std::ssize(rewards),
          .random_trials = std::ssize(random_rewards),
          .best = *std::ranges::max_element(rewards),
          .random_best = *std::ranges::max_element(random_rewards),
          .mean = MeanAndSd(rewards).mean,
          .random_mean = MeanAndSd(random_rewards).mean,
          .best_difference = DifferenceOfBest(rewards, random_rewards, kSeed),
          .mean_difference = DifferenceOfMeans(rewards, random_rewards, kSeed)};
}

std::string RandomVerdict(const RewardComparison& comparison) {
  if (comparison.best_difference.low > 0) {
    return "the search's best reward is better than random search's";
  }
  if (comparison.mean_difference.low > 0) {
    return "the search's best reward is not better than random here; its proposals are better on "
           "average";
  }
  return "the search is not better than random here";
}

std::string ErrorVerdict(std::span<const TrainedNetwork> networks) {
  const TrainedNetwork* found = FindRole(networks, "found");
  const TrainedNetwork* hand_made = FindRole(networks, "hand-made");
  if (found == nullptr || hand_made == nullptr) return "";
  const double found_errors = 1 - found->test_accuracy().mean;
  const double hand_made_errors = 1 - hand_made->test_accuracy().mean;
  if (std::isnan(found_errors) || std::isnan(hand_made_errors)) {
    return "a training diverged: the networks cannot be compared";
  }
  constexpr double kRounding = 1e-9;  // far less than one error of a test set
  if (found_errors < kRounding && hand_made_errors < kRounding) {
    return "neither the found network nor the hand-made one makes an error on the test set";
  }
  const std::string sentence =
      fmt::format("the found network makes {} errors on the test set, the hand-made one {}",
                  Percent(found_errors), Percent(hand_made_errors));
  if (2 * found_errors <= hand_made_errors + kRounding) return sentence + ": at most half as many";
  const char* how_many =
      found_errors < hand_made_errors ? "fewer, but more than half as many" : "no fewer";
  return fmt::format("{}: {}", sentence, how_many);
}

std::optional<double> RewardCorrelation(std::span<const TrainedNetwork> networks) {
  std::vector<double> rewards, accuracies;
  for (const TrainedNetwork& network : networks) {
    if (!network.reward) continue;
    rewards.push_back(*network.reward);
    accuracies.push_back(MeanAndSd(network.training.validation_accuracy).mean);
  }
  if (rewards.size() < 3) return std::nullopt;
  return RankCorrelation(rewards, accuracies);
}

std::string ToText(const Comparison& comparison) {
  std::string text = NetworkTable(comparison.networks) + "\n";
  if (comparison.rewards_are_test) {
    text +=
        "--reward-split test: the found network was chosen on the TEST SET, so its test accuracy "
        "says nothing\n";
  }
  if (comparison.folds > 1) {
    text += fmt::format(
        "validation: mean of {} folds; what they chose was then trained on all samples but the "
        "test set's\n",
        comparison.folds);
  }
  for (const TrainedNetwork& network : comparison.networks) {
    if (network.role == "finalist") continue;
    const std::string meaning = network.role == "found" ? fmt::format(" ({})", kFoundMeaning) : "";
    text += fmt::format("{}{}: {}\n", network.role, meaning, network.form);
  }
  if (const TrainedNetwork* best = BestByReward(comparison.networks)) {
    text += fmt::format("best by reward: {}\n",
                        best->role == "found" ? "the found one as well" : best->text);
  }
  const std::string errors = ErrorVerdict(comparison.networks);
  if (!errors.empty()) text += fmt::format("{}\n", errors);
  if (const auto correlation = RewardCorrelation(comparison.networks)) {
    text +=
        fmt::format("rank correlation of reward and full training, among these finalists: {:.2f}\n",
                    *correlation);
  }
  if (comparison.random) text += fmt::format("\n{}", RandomText(*comparison.random));
  return text;
}

std::string ToJson(const Comparison& comparison) {
  ordered_json json = {{"networks", ordered_json::array()}};
  for (const TrainedNetwork& network : comparison.networks) {
    json["networks"].push_back(NetworkJson(network));
  }
  if (const auto correlation = RewardCorrelation(comparison.networks)) {
    json["reward_correlation"] = *correlation;
  }
  if (comparison.folds > 1) json["folds"] = comparison.folds;
  if (comparison.rewards_are_test) json["reward_split"] = "test";
  const std::string errors = ErrorVerdict(comparison.networks);
  if (!errors.empty()) json["verdict"] = errors;
  if (comparison.random) json["random"] = RandomJson(*comparison.random);
  return json.dump();
}

}  // namespace netsmith::report
