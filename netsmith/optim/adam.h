#pragma once

#include <cstdint>
#include <span>

#include "netsmith/optim/optimizer.h"
#include "netsmith/tensor/tensor.h"

namespace netsmith::optim {

/// Adam, and with name "adamw" decoupled weight decay; per element, at update t = 1, 2, …:
///
///   adam     g = g + λ·w
///   adamw    w = w − lr·λ·w
///   m = β1·m + (1 − β1)·g        v = β2·v + (1 − β2)·g²
///   w = w − lr · m/(1 − β1ᵗ) / (sqrt(v/(1 − β2ᵗ)) + ε)
///
/// Source   Kingma & Ba 2015, arXiv:1412.6980, Algorithm 1; adamw: Loshchilov & Hutter 2019,
///          arXiv:1711.05101, Algorithm 2. Differs: λ is scaled by lr too, as frameworks have it.
class Adam : public Optimizer {
 public:
  Adam(const OptimizerOptions& options, std::int64_t num_params, std::span<const Range> decayed);

 private:
  void UpdateSlice(const Slice& slice, double learning_rate, float gradient_scale,
                   const float* gradients, float* params) override;

  OptimizerOptions options_;
  tensor::AlignedBuffer mean_;
  tensor::AlignedBuffer square_;
};

}  // namespace netsmith::optim
