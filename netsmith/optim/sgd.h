#pragma once

#include <cstdint>
#include <span>

#include "netsmith/optim/optimizer.h"
#include "netsmith/tensor/tensor.h"

namespace netsmith::optim {

/// Stochastic gradient descent with momentum, per element:
///
///   g = g + λ·w        u = μ·u + g
///   w = w − lr·u                    without nesterov
///   w = w − lr·(g + μ·u)            with nesterov
///
/// Without momentum there is no u.
/// Source   Polyak 1964; Sutskever et al. 2013 (ICML), Eq. 3-4, in the form of arXiv:1212.0901,
///          Eq. 7, with the learning rate outside the velocity, as Goyal et al. 2017, Eq. 9.
class Sgd : public Optimizer {
 public:
  Sgd(const OptimizerOptions& options, std::int64_t num_params, std::span<const Range> decayed);

 private:
  void UpdateSlice(const Slice& slice, double learning_rate, float gradient_scale,
                   const float* gradients, float* params) override;

  OptimizerOptions options_;
  tensor::AlignedBuffer velocity_;  // empty without momentum
};

}  // namespace netsmith::optim
