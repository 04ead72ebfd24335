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

/// One graph x one data set x one budget -> a result.
namespace netsmith::train {

struct TrainOptions {
  int epochs = 1;
  std::int64_t mb = 100;         // samples a step
  std::int64_t max_samples = 0;  // training samples an epoch sees; 0: all
  double learning_rate = 1e-3;   // Adam, beta1 .9, beta2 .999, epsilon 1e-8
  std::uint64_t seed = 0;        // weights, order of samples, dropout
  int num_threads = 1;           // never changes the result
  /// Called after each epoch with its number (from 1) and the validation accuracy; may be empty.
  std::function<void(int, double)> on_epoch = {};
};

struct TrainResult {
  bool diverged = false;  // the loss became NaN or infinite; the figures stop there
  std::vector<double> validation_accuracy;  // in [0, 1], after each epoch
  std::vector<double> train_loss;           // mean of each epoch
  double seconds = 0;                       // wall time
};

/// A child: one graph with weights. Train it, then measure it. `problem` is borrowed.
class Child {
 public:
  /// Errors   InvalidArgument: the graph does not fit the problem's samples and classes.
  Child(const graph::Graph& graph, const data::Problem& problem, const TrainOptions& options);
  ~Child();

  /// Trains on problem.train(), in an order drawn anew each epoch, measuring on
  /// problem.validation() after each. Throws Interrupted when `stop` was requested.
  TrainResult Train(const std::stop_token& stop);
  /// One update from these records of problem.development(), at most options.mb. Returns their mean
  /// loss before it. `step` selects the dropout masks.
  double Step(std::span<const std::int64_t> records, std::uint64_t step);
  /// Share of the data set's samples that are classified correctly, in [0, 1].
  double Accuracy(const data::Dataset& dataset);

  engine::Program& program();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Bytes that training the graph with `mb` samples a step takes: known before anything is built.
/// Errors as graph::Analyze.
std::int64_t PlannedBytes(const graph::Graph& graph, std::int64_t mb, int num_threads = 1);

}  // namespace netsmith::train
