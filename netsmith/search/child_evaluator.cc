#include "netsmith/search/child_evaluator.h"

#include <fmt/format.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <utility>

#include "netsmith/base/error.h"
#include "netsmith/base/random.h"
#include "netsmith/search/child_limits.h"
#include "netsmith/search/pruning.h"
#include "netsmith/search/without_reward.h"
#include "netsmith/train/train.h"

namespace netsmith::search {
namespace {

using study::Evaluation;
using study::TrialState;

void CheckOptions(const ChildOptions& options) {
  const auto check = [](const char* name, auto found, bool valid, const char* expected) {
    if (valid) return;
    throw base::InvalidArgument(
        fmt::format("child budget: {} is {}, expected {}", name, found, expected));
  };
  const ChildLimits& limits = options.limits;
  check("epochs", options.epochs, options.epochs >= 1, "at least 1");
  check("max_samples", options.max_samples, options.max_samples >= 0, "at least 0");
  check("mb", options.mb, options.mb >= 1, "at least 1");
  train::CheckRecipe(options.recipe);
  check("learning_rate", options.learning_rate, options.learning_rate > 0, "more than 0");
  check("folds", options.folds, options.folds >= 1, "at least 1");
  check("folds", options.folds, options.folds == 1 || options.reward_split != RewardSplit::kTest,
        "1 for rewards of the test set");
  check("max_macs", limits.max_macs, limits.max_macs >= 0, "at least 0");
  check("max_params", limits.max_params, limits.max_params >= 0, "at least 0");
  check("max_latency_us", limits.max_latency_us, limits.max_latency_us >= 0, "at least 0");
  check("max_bytes", limits.max_bytes, limits.max_bytes >= 0, "at least 0");
}

}  // namespace

ChildEvaluator::ChildEvaluator(const space::SearchSpace& space, const data::Problem& problem,
                               ChildOptions options)
    : space_(space), problem_(problem), options_(std::move(options)) {
  CheckOptions(options_);
  if (options_.folds > 1) {
    for (data::Split& split : problem_.Folds(options_.folds, options_.seed)) {
      folds_.push_back(problem_.WithSplit(std::move(split)));
    }
  }
  if (options_.reward_split == RewardSplit::kTest) {
    test_set_ = &problem_.OpenTestSet("the reward of every child (--reward-split test)");
  }
}

Evaluation ChildEvaluator::Evaluate(const study::Job& job, const std::stop_token& stop) {
  graph::Graph graph;
  graph::Costs costs;
  space::Hyperparameters decided;
  try {
    const data::Dataset& samples = problem_.development();
    graph = space_.Build(job.genome, samples.shape(), samples.num_classes());
    costs = graph::TotalCosts(graph);
    decided = space_.Training(job.genome);
  } catch (const base::InvalidArgument& invalid) {
    return WithoutReward(TrialState::kRefused, invalid.what());
  }
  const train::Recipe recipe = space::WithDecided(options_.recipe, decided);
  auto over = OverLimit(costs, train::PlannedBytes(graph, options_.mb, 1, recipe), options_.limits);
  const double latency_us = over ? 0 : MeasureLatency(graph, options_.limits, stop);
  if (!over) over = OverLatency(latency_us, options_.limits);
  Evaluation evaluation =
      over ? WithoutReward(TrialState::kRefused, *over) : Train(graph, decided, job, stop);
  evaluation.params = costs.params;
  evaluation.macs = costs.macs;
  evaluation.latency_us = latency_us;
  return evaluation;
}

Evaluation ChildEvaluator::Train(const graph::Graph& graph, const space::Hyperparameters& decided,
                                 const study::Job& job, const std::stop_token& stop) const {
  const auto trial = static_cast<std::uint64_t>(job.trial);
  const base::RandomStreams streams(options_.seed);
  if (folds_.empty()) {
    return TrainOn(problem_, streams.SeedFor("child", trial), graph, decided, job, stop);
  }
  study::Job whole = job;
  whole.rungs.clear();
  Evaluation mean;
  const double share = 1 / static_cast<double>(folds_.size());
  mean.loss = 0;
  mean.curve.assign(static_cast<std::size_t>(options_.epochs), 0);
  for (std::size_t fold = 0; fold < folds_.size(); ++fold) {
    Evaluation one = TrainOn(folds_[fold], streams.SeedFor("child fold", trial, fold), graph,
                             decided, whole, stop);
    mean.seconds += one.seconds;
    if (one.state != TrialState::kComplete) {
      one.seconds = mean.seconds;
      return one;
    }
    mean.reward += share * one.reward;
    mean.loss =
        mean.loss && one.loss ? std::optional(*mean.loss + share * *one.loss) : std::nullopt;
    for (std::size_t i = 0; i < mean.curve.size(); ++i) mean.curve[i] += share * one.curve[i];
  }
  return mean;
}

Evaluation ChildEvaluator::TrainOn(const data::Problem& problem, std::uint64_t seed,
                                   const graph::Graph& graph, const space::Hyperparameters& decided,
                                   const study::Job& job, const std::stop_token& stop) const {
  train::TrainOptions training;
  training.epochs = options_.epochs;
  training.mb = options_.mb;
  training.max_samples = options_.max_samples;
  training.learning_rate = decided.learning_rate.value_or(options_.learning_rate);
  training.recipe = space::WithDecided(options_.recipe, decided);
  training.metric = options_.metric;
  training.seed = seed;
  training.num_threads = job.num_threads;
  std::optional<std::string> below;
  training.go_on = [&](std::span<const double> curve) {
    below = BelowRung(job.rungs, curve);
    return !below;
  };
  train::Child child(graph, problem, training);
  train::TrainResult trained = child.Train(stop);

  Evaluation evaluation;
  if (trained.diverged) {
    evaluation = WithoutReward(
        TrialState::kDiverged,
        fmt::format("{} in epoch {}", trained.reason, trained.validation_accuracy.size() + 1));
  } else if (below) {
    evaluation.state = TrialState::kPruned;
    evaluation.reason = *below;
    evaluation.reward = trained.validation_score.back();
  } else {
    evaluation.reward = test_set_ != nullptr
                            ? train::Score(options_.metric, child.Measure(*test_set_))
                            : trained.validation_score.back();
  }
  const bool has_loss = test_set_ == nullptr && study::HasReward(evaluation.state);
  if (has_loss && std::isfinite(trained.validation_loss.back())) {
    evaluation.loss = trained.validation_loss.back();
  }
  evaluation.curve = std::move(trained.validation_score);
  evaluation.seconds = trained.seconds;
  return evaluation;
}

}  // namespace netsmith::search
