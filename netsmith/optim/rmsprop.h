#pragma once

#include <cstdint>
#include <span>

#include "netsmith/optim/optimizer.h"
#include "netsmith/tensor/tensor.h"

namespace netsmith::optim {

/// RMSProp, per element:
///
///   g = g + λ·w        v = ρ·v + (1 − ρ)·g²
///   w = w − lr · g / (sqrt(v) + ε)
///
/// Source   Tieleman & Hinton 2012, lecture 6.5 of "Neural networks for machine learning".
class RmsProp : public Optimizer {
 public:
  RmsProp(const OptimizerOptions& options, std::int64_t num_params, std::span<const Range> decayed);

 private:
  void UpdateSlice(const Slice& slice, double learning_rate, float gradient_scale,
                   const float* gradients, float* params) override;

  OptimizerOptions options_;
  tensor::AlignedBuffer square_;
};

}  // namespace netsmith::optim
