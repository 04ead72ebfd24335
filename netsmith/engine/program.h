#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "netsmith/base/random.h"
#include "netsmith/base/thread_pool.h"
#include "netsmith/engine/precision.h"
#include "netsmith/graph/graph.h"

/// Runs networks: compiles a graph once, then trains and evaluates it without allocating.
namespace netsmith::engine {

/// One parameter tensor. Shapes are canonical: conv weights [kh][kw][ic][oc], dense weights
/// [in][units], all others [n].
struct Param {
  std::string name;  // "conv1.weights"
  std::vector<std::int64_t> shape;
};

/// A part of the flat parameters.
struct ParamRange {
  std::int64_t first = 0;
  std::int64_t count = 0;
};

/// What the loss of a mini-batch is: the mean of weight[label] · cross-entropy.
struct LossOptions {
  double label_smoothing = 0;                 // as in SoftmaxLoss
  std::span<const float> class_weights = {};  // one a class; empty: 1 for all
};

/// Time spent in one op since profiling was switched on, in milliseconds, over all threads.
struct OpTime {
  std::string name;
  double forward_ms = 0;
  double backward_ms = 0;
  double gradient_ms = 0;  // packing weights and adding up their gradients
};

/// A graph with weights, ready to run.
///
/// Samples go through the network a few at a time, forward and backward, so that their activations
/// stay in the cache; every tensor has its place in one arena, planned before. A mini-batch's
/// gradient is the sum of those of a fixed number of groups of samples, added in a fixed order: the
/// same for any number of threads. A batch norm needs the whole mini-batch: depth-first runs
/// between norms.
class Program {
 public:
  /// `mb`: most samples of a mini-batch. The pool is borrowed. Errors as graph::Analyze.
  Program(const graph::Graph& graph, std::int64_t mb, base::ThreadPool& pool,
          Precision precision = Precision::kF32);
  ~Program();
  Program(Program&&) noexcept;

  /// Bytes that such a program takes on `num_threads` threads, known without building it.
  static std::int64_t PlannedBytes(const graph::Graph& graph, std::int64_t mb, int num_threads,
                                   Precision precision = Precision::kF32);
  /// Size of flat_params(), likewise.
  static std::int64_t PlannedParams(const graph::Graph& graph);
  std::int64_t planned_bytes() const;

  std::int64_t mb() const;
  int num_classes() const;
  const std::vector<Param>& params() const;
  /// Of batch norms: mean, then variance. Training updates them, and nothing trains them.
  const std::vector<Param>& running_averages() const;

  /// Weights uniform in ±sqrt(6 / (fan_in + fan_out)); biases, beta and running means zero; gamma
  /// and running variances one.
  /// Source   Glorot & Bengio 2010 (AISTATS), Eq. 16
  void InitParams(base::Generator& generator);
  /// Parameter tensor `index`, and the gradient of the last step, in canonical order.
  std::vector<float> ReadParam(int index) const;
  void WriteParam(int index, std::span<const float> values);
  std::vector<float> ReadGradient(int index) const;
  std::vector<float> ReadRunningAverage(int index) const;
  void WriteRunningAverage(int index, std::span<const float> values);

  /// All parameters, and their gradients, one after the other in the engine's own order: for
  /// optimizers, which treat every element alike.
  std::span<float> flat_params();
  std::span<const float> flat_gradients() const;
  /// Where in flat_params() the weights of convolutions and dense layers are, ascending: everything
  /// but biases and the gamma and beta of norms.
  std::vector<ParamRange> weight_ranges() const;
  /// All running averages, likewise in the engine's own order.
  std::span<float> flat_running_averages();

  /// Logits of up to mb samples, dropout inactive, batch norms by their running averages.
  /// Shapes   src [count][h][w][c]; logits [count][classes]
  void Forward(std::span<const float> src, std::span<float> logits);

  /// Promises that parameters and running averages do not change any more: Forward then prepares
  /// them for its kernels only once, which is most of its time for a single sample.
  void Freeze();

  /// One training pass: the gradient of the mean loss over the samples. Returns that loss, which is
  /// NaN or infinite when training diverged.
  /// Shapes   src [count][h][w][c]; labels [count], each in [0, classes)
  double ForwardBackward(std::span<const float> src, std::span<const std::int32_t> labels,
                         std::uint64_t dropout_seed, const LossOptions& loss = {});

  /// Measures each op from now on. Costs a few percent; changes no result.
  void StartProfile();
  std::vector<OpTime> profile() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace netsmith::engine
