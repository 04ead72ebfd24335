#pragma once

#include <cstdint>
#include <stop_token>
#include <vector>

#include "netsmith/data/dataset.h"
#include "netsmith/graph/graph.h"
#include "netsmith/search/child_limits.h"
#include "netsmith/space/search_space.h"
#include "netsmith/study/evaluator.h"
#include "netsmith/study/trial.h"
#include "netsmith/train/metrics.h"
#include "netsmith/train/recipe.h"

namespace netsmith::search {

/// Which records the reward is measured on.
enum class RewardSplit {
  kValidation,
  /// To repeat the original procedure only: afterwards no data is left to judge the result by.
  kTest,
};

/// How every child of a study is trained and measured: a part of the study's definition.
struct ChildOptions {
  int epochs = 1;
  std::int64_t max_samples = 4000;  // training samples an epoch sees; 0: all
  /// More than 1: the child is trained so many times, each time validated on another part of the
  /// development set, stratified; the reward, and each point of the curve, is the mean. For sets
  /// too small for one split. Source   k-fold cross-validation: Kohavi 1995 (IJCAI)
  int folds = 1;
  std::int64_t mb = 20;  // samples a step
  double learning_rate = 1e-3;
  train::Recipe recipe = train::Recipe();
  train::Metric metric = train::Metric::kAccuracy;  // the reward
  ChildLimits limits = {};
  RewardSplit reward_split = RewardSplit::kValidation;
  std::uint64_t seed = 0;  // of the study; each trial draws from a stream of its own
};

/// Builds a genome's network, trains it and measures it, which is the reward. What the genome
/// decides about training (space::Hyperparameters) wins over the options.
///
/// A network over a limit, or that has no valid graph, is kRefused before anything is built; one
/// whose loss, gradients or weights become NaN or infinite is kDiverged; one below a rung of its
/// job, which counts epochs, is kPruned. Of several folds no rung is heeded: their curve is known
/// at the end alone.
class ChildEvaluator : public study::Evaluator {
 public:
  /// `space` and `problem` must outlive the evaluator. Opens the test set only for
  /// RewardSplit::kTest. Errors   InvalidArgument: an option out of its range.
  ChildEvaluator(const space::SearchSpace& space, const data::Problem& problem,
                 ChildOptions options);

  study::Evaluation Evaluate(const study::Job& job, const std::stop_token& stop) override;

 private:
  study::Evaluation Train(const graph::Graph& graph, const space::Hyperparameters& decided,
                          const study::Job& job, const std::stop_token& stop) const;
  /// Once, on one split.
  study::Evaluation TrainOn(const data::Problem& problem, std::uint64_t seed,
                            const graph::Graph& graph, const space::Hyperparameters& decided,
                            const study::Job& job, const std::stop_token& stop) const;

  const space::SearchSpace& space_;
  const data::Problem& problem_;
  ChildOptions options_;
  std::vector<data::Problem> folds_;  // empty: the problem's own split
  const data::Dataset* test_set_ = nullptr;
};

}  // namespace netsmith::search
