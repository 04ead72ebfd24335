#pragma once

#include <cstdint>
#include <span>

#include "netsmith/base/thread_pool.h"
#include "netsmith/tensor/tensor.h"

namespace netsmith::optim {

/// Exponential moving average of a network's values over the updates t = 1, 2, …:
///
///   a = w at t = 1;  then  a = d·a + (1 − d)·w,  d = min(decay, t / (10 + t))
///
/// so that a short training's average is not made of its first weights.
///
/// Source   Polyak & Juditsky 1992; the growing decay is TensorFlow's ExponentialMovingAverage with
///          num_updates (arXiv:1512.00567 trains with it)
class WeightAverage {
 public:
  WeightAverage(std::int64_t num_values, double decay);

  /// After an update. Elements are independent, so threads change nothing.
  void Update(std::span<const float> values, base::ThreadPool& pool);
  /// Puts the averages in the place of `values`, and these in theirs: to measure the averaged
  /// network and, called again, to go on training. Nothing happens before the first update.
  void Swap(std::span<float> values);

  static std::int64_t StateBytes(std::int64_t num_values);

 private:
  double decay_;
  std::int64_t updates_ = 0;
  tensor::AlignedBuffer averages_;
};

}  // namespace netsmith::optim
