#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "netsmith/base/billionths.h"
#include "netsmith/data/dataset.h"
#include "netsmith/engine/weights.h"
#include "netsmith/graph/graph.h"
#include "netsmith/train/recipe.h"

/// The full training of networks that a study chose: the one place where test accuracies come from.
namespace netsmith::train {

/// How a training stands on its validation samples.
struct Standing {
  double accuracy = 0;                                    // 0 when it diverged
  double loss = std::numeric_limits<double>::infinity();  // mean cross-entropy, never NaN
  /// The higher accuracy or, of equal ones, the lower loss: few samples give many networks the same
  /// accuracy.
  bool IsBetterThan(const Standing& other) const {
    const std::int64_t mine = base::Billionths(accuracy), theirs = base::Billionths(other.accuracy);
    return mine != theirs ? mine > theirs : loss < other.loss;
  }
};

struct NamedNetwork {
  std::string name;  // in messages: the network's text
  graph::Graph graph;
  Recipe recipe = {};
  bool keeps_weights = false;  // of each of its trainings, not of the best alone
};

/// One training of a network: all that decides its result. Borrows what it refers to.
struct TrainingTask {
  const NamedNetwork& network;
  const data::Problem& problem;
  int epochs = 0;
  std::int64_t mb = 0;
  std::int64_t max_samples = 0;
  double learning_rate = 0;
  std::uint64_t seed = 0;
};

/// What came of it.
struct Training {
  Standing standing = {};
  bool diverged = false;
  std::optional<double> test_accuracy = {};  // if it was measured
  double seconds = 0;                        // wall time
  engine::Weights weights = {};              // none if it diverged, or they were not kept
};

/// Remembers trainings, for those who ask for the same again. What it throws ends the run.
class TrainingMemory {
 public:
  virtual ~TrainingMemory() = default;
  virtual std::optional<Training> Find(const TrainingTask& task) = 0;
  /// In the place of what was kept of the same task, but that weights stay where `training` has
  /// none, its network not keeping them.
  virtual void Keep(const TrainingTask& task, const Training& training) = 0;
};

/// One training of several, with what it learnt.
struct BestTraining {
  std::uint64_t seed = 0;
  double validation_accuracy = 0;  // with folds their mean
  double test_accuracy = 0;
  engine::Weights weights = {};  // none if it was remembered without
};

struct FullTrainingResult {
  double learning_rate = 0;  // the chosen one
  /// Validation accuracy of each learning rate, with folds on the first of them.
  std::vector<double> rate_accuracy;
  /// After the last epoch: of each seed or, with folds, of each fold.
  std::vector<double> validation_accuracy;
  std::vector<double> validation_loss;  // likewise, mean cross-entropy; infinite where it diverged
  std::vector<double> test_accuracy;    // of each seed; NaN where the training diverged
  double seconds = 0;                   // wall time of its trainings, remembered ones too, added up
  int num_remembered = 0;               // of them
  /// The seed of the highest validation accuracy, the first of equals; nothing when all diverged.
  std::optional<BestTraining> best = {};
  /// Of a network that keeps its weights, of each fold and of each seed; none of one that diverged.
  std::vector<engine::Weights> fold_weights = {};
  std::vector<engine::Weights> seed_weights = {};
};

/// How far the trainings have come when one of them has ended.
struct FullTrainingProgress {
  std::int64_t num_done = 0;  // of num_all
  std::int64_t num_all = 0;
  std::string training;                       // "5,32,2,0, learning rate 0.001, seed 0"
  std::optional<double> validation_accuracy;  // none: it had no samples to validate, or diverged
  double seconds_left = 0;                    // if the rest goes on as fast
};

struct FullTrainingOptions {
  int epochs = 10;
  std::int64_t mb = 100;
  std::int64_t max_samples = 0;                 // training samples an epoch sees; 0: all
  std::vector<double> learning_rates = {1e-3};  // each network's best is chosen on validation
  std::uint64_t seed = 0;                       // the first seed; the choice is made with it
  int num_seeds = 1;                            // seeds seed, seed + 1, …
  int num_folds = 1;                            // that choose together; 1: the problem's own split
  int num_cores = 1;  // shared out among the trainings; no effect on results
  /// Asked for each training before it is done, told of it as soon as it is; by one thread at a
  /// time; may be null. Borrowed.
  TrainingMemory* memory = nullptr;
  /// Called as soon as a training is done that was not remembered, by one thread at a time; may be
  /// empty.
  std::function<void(const FullTrainingProgress&)> on_training = {};
};

/// How often TrainInFull trains one network of which nothing is remembered.
std::int64_t NumTrainings(const FullTrainingOptions& options);

/// Trains every network at every learning rate with the first seed, takes for each network the rate
/// of the best standing after the last epoch (the first of equals; a diverged training counts as
/// 0), and trains it with the other seeds too. The test set is opened for these
/// chosen trainings only. With several folds the rate is chosen on the first of them and kept for
/// the others, with the first seed; their mean is the network's validation accuracy, and it is then
/// trained, with all seeds, on the whole development set: few samples are neither enough to choose
/// by nor to be left out. Trainings run side by side on the cores; long ones log an epoch now and
/// then. Errors   Interrupted when `stop` was requested; InvalidArgument as Child, as
/// Problem::Folds; as options.memory.
std::vector<FullTrainingResult> TrainInFull(std::span<const NamedNetwork> networks,
                                            const data::Problem& problem,
                                            const FullTrainingOptions& options,
                                            const std::stop_token& stop);

}  // namespace netsmith::train
