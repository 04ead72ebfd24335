#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "netsmith/graph/graph.h"
#include "netsmith/report/statistics.h"
#include "netsmith/train/full_training.h"

/// What a search was worth: its network beside a hand-made one, its proposals beside random ones.
namespace netsmith::report {

/// A network and its full training.
struct TrainedNetwork {
  std::string role;  // "found", "finalist", "ensemble", "hand-made", "given"
  std::string text;  // as the command line writes it; of an ensemble in words
  std::string form;  // ClassicForm; of an ensemble in words
  graph::Graph graph;
  graph::Costs costs;
  std::vector<std::string> members = {};        // of an ensemble: their texts
  std::optional<double> reward = std::nullopt;  // that it had in the search
  std::optional<double> loss = std::nullopt;    // likewise: it settles equal rewards
  train::FullTrainingResult training;

  MeanSd test_accuracy() const { return MeanAndSd(training.test_accuracy); }
};

/// "98.60 ± 0.14 %", of several seeds; "98.60 %" of one; "diverged" where one of them did.
std::string AccuracyText(std::span<const double> accuracies);

/// Two searches under the same budget, by the rewards of their trials (0 where a trial is not
/// complete).
struct RewardComparison {
  std::int64_t trials = 0;
  std::int64_t random_trials = 0;
  double best = 0;
  double random_best = 0;
  double mean = 0;
  double random_mean = 0;
  Difference best_difference;  // search - random
  Difference mean_difference;
};

/// Neither list is empty.
RewardComparison CompareRewards(std::span<const double> rewards,
                                std::span<const double> random_rewards);

struct Comparison {
  std::vector<TrainedNetwork> networks;
  std::optional<RewardComparison> random;
  int folds = 1;                  // whose mean validation accuracy chose; 1: one split
  bool rewards_are_test = false;  // the found network was chosen on the test set
};

/// "better than random", "better than random on average, …", or "not better than random here".
/// A difference counts when its whole interval is above 0.
std::string RandomVerdict(const RewardComparison& comparison);

/// The errors of the found network against the hand-made one's on the test set, said plainly when
/// they are more than half; empty unless both are there.
std::string ErrorVerdict(std::span<const TrainedNetwork> networks);

/// Spearman's correlation of the finalists' rewards, the cheap measure, with their validation
/// accuracies after the full training; none for fewer than three.
std::optional<double> RewardCorrelation(std::span<const TrainedNetwork> networks);

/// For people: tables and sentences, each line ending in '\n'.
std::string ToText(const Comparison& comparison);
/// One JSON object: docs/cli.md lists its fields.
std::string ToJson(const Comparison& comparison);

}  // namespace netsmith::report
