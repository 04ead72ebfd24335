#pragma once

#include <cstdint>
#include <span>

#include "netsmith/base/thread_pool.h"
#include "netsmith/tensor/tensor.h"

/// What turns gradients into new weights.
namespace netsmith::optim {

struct AdamOptions {
  double learning_rate = 1e-3;
  double beta1 = 0.9;     // decay of the mean of gradients
  double beta2 = 0.999;   // decay of the mean of their squares
  double epsilon = 1e-8;  // added to the root
};

/// Adam, per element, at update t = 1, 2, …:
///
///   m = β1·m + (1 − β1)·g        v = β2·v + (1 − β2)·g²
///   w = w − lr · m/(1 − β1ᵗ) / (sqrt(v/(1 − β2ᵗ)) + ε)
///
/// Source   Kingma & Ba 2015, arXiv:1412.6980, Algorithm 1
class Adam {
 public:
  Adam(std::int64_t num_params, const AdamOptions& options);

  /// One update in place. Spans of num_params elements. Elements are independent, so the result is
  /// the same for any number of threads.
  void Update(std::span<float> params, std::span<const float> gradients, base::ThreadPool& pool);

  /// Bytes of its state.
  static std::int64_t StateBytes(std::int64_t num_params);

 private:
  AdamOptions options_;
  std::int64_t updates_ = 0;
  tensor::AlignedBuffer mean_;
  tensor::AlignedBuffer square_;
};

}  // namespace netsmith::optim
