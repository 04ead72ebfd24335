#include "netsmith/search/child_evaluator.h"

#include <fmt/format.h>

#include <cstdint>
#include <stop_token>
#include <utility>

#include "netsmith/base/error.h"
#include "netsmith/base/random.h"
#include "netsmith/search/child_limits.h"
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
  check("max_macs", limits.max_macs, limits.max_macs >= 0, "at least 0");
  check("max_params", limits.max_params, limits.max_params >= 0, "at least 0");
  check("max_bytes", limits.max_bytes, limits.max_bytes >= 0, "at least 0");
}

}  // namespace

ChildEvaluator::ChildEvaluator(const space::SearchSpace& space, const data::Problem& problem,
                               ChildOptions options)
    : space_(space), problem_(problem), options_(options) {
  CheckOptions(options_);
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
  const auto over = OverLimit(costs, train::PlannedBytes(graph, options_.mb, 1, options_.recipe),
                              options_.limits);
  Evaluation evaluation =
      over ? WithoutReward(TrialState::kRefused, *over) : Train(graph, decided, job, stop);
  evaluation.params = costs.params;
  evaluation.macs = costs.macs;
  return evaluation;
}

Evaluation ChildEvaluator::Train(const graph::Graph& graph, const space::Hyperparameters& decided,
                                 const study::Job& job, const std::stop_token& stop) {
  const auto trial = static_cast<std::uint64_t>(job.trial);
  train::TrainOptions training;
  training.epochs = options_.epochs;
  training.mb = options_.mb;
  training.max_samples = options_.max_samples;
  training.learning_rate = decided.learning_rate.value_or(options_.learning_rate);
  training.recipe = options_.recipe;
  training.metric = options_.metric;
  training.seed = base::RandomStreams(options_.seed).SeedFor("child", trial);
  training.num_threads = job.num_threads;
  train::Child child(graph, problem_, training);
  train::TrainResult trained = child.Train(stop);

  Evaluation evaluation;
  if (trained.diverged) {
    evaluation = WithoutReward(
        TrialState::kDiverged,
        fmt::format("{} in epoch {}", trained.reason, trained.validation_accuracy.size() + 1));
  } else {
    evaluation.reward = test_set_ != nullptr
                            ? train::Score(options_.metric, child.Measure(*test_set_))
                            : trained.validation_score.back();
  }
  evaluation.curve = std::move(trained.validation_score);
  evaluation.seconds = trained.seconds;
  return evaluation;
}

}  // namespace netsmith::search
