#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "netsmith/data/dataset.h"
#include "netsmith/engine/program.h"
#include "netsmith/graph/graph.h"
#include "netsmith/train/metrics.h"
#include "netsmith/train/recipe.h"

/// One graph x one data set x one budget -> a result.
namespace netsmith::train {

struct TrainOptions {
  int epochs = 1;
  std::int64_t mb = 100;         // samples a step
  std::int64_t max_samples = 0;  // training samples an epoch sees; 0: all
  double learning_rate = 1e-3;   // the highest of the schedule
  Recipe recipe = {};
  Metric metric = Metric::kAccuracy;  // of validation_score
  std::uint64_t seed = 0;             // weights, order of samples, dropout, augmentation
  int num_threads = 1;                // never changes the result
  /// Called after each epoch with its number (from 1) and the validation accuracy; may be empty.
  std::function<void(int, double)> on_epoch = {};
  /// Asked after each epoch but the last, with TrainResult::validation_score so far: false ends the
  /// training there. Empty: it goes on.
  std::function<bool(std::span<const double>)> go_on = {};
};

struct TrainResult {
  bool diverged = false;  // something became NaN or infinite; the figures stop there
  std::string reason;     // what, when it diverged
  std::vector<double> validation_accuracy;  // in [0, 1], after each epoch
  std::vector<double> validation_score;     // the same by options.metric
  std::vector<double> validation_loss;      // mean cross-entropy likewise; infinite rather than NaN
  std::vector<double> train_loss;           // mean of each epoch
  double seconds = 0;                       // wall time
};

/// What a training step found. The caller decides what follows; weights are only changed by a step
/// that is finite.
struct StepResult {
  double loss = 0;             // mean, before the update
  double gradient_norm = 0;    // of all parameters, before clipping
  bool finite_samples = true;  // none of the step's samples has a NaN or an infinite value

  bool finite() const;
  /// "a sample has a value that is NaN or infinite", or the same of the loss or a gradient.
  std::string Trouble() const;
};

/// A child: one graph with weights. Train it, then measure it. `problem` is borrowed.
class Child {
 public:
  /// Errors   InvalidArgument: the graph does not fit the problem's samples and classes.
  Child(const graph::Graph& graph, const data::Problem& problem, const TrainOptions& options);
  ~Child();

  /// Trains on problem.train(), in an order drawn anew each epoch, measuring on
  /// problem.validation() after each. With a moving average of the weights that is what is
  /// measured, and what the child is left with; the running averages of batch norms are averaged
  /// alike. Throws Interrupted when `stop` was requested.
  TrainResult Train(const std::stop_token& stop);
  /// One update from these records of problem.development(), at most options.mb, as they are in the
  /// data. `step` selects the dropout masks and the learning rate.
  StepResult Step(std::span<const std::int64_t> records, std::uint64_t step);
  /// Share of the data set's samples that are classified correctly, in [0, 1].
  double Accuracy(const data::Dataset& dataset);
  /// How often each class is taken for each.
  Confusion Measure(const data::Dataset& dataset);

  engine::Program& program();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Bytes that training the graph with `mb` samples a step takes: known before anything is built.
/// Errors as graph::Analyze.
std::int64_t PlannedBytes(const graph::Graph& graph, std::int64_t mb, int num_threads,
                          const Recipe& recipe);
/// By the classic recipe.
std::int64_t PlannedBytes(const graph::Graph& graph, std::int64_t mb, int num_threads = 1);

}  // namespace netsmith::train
