#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "netsmith/base/thread_pool.h"

namespace netsmith::optim {

/// Euclidean norm of all gradients together. It is NaN or infinite exactly when one of them is.
class GradientNorm {
 public:
  explicit GradientNorm(std::int64_t num_params);

  /// Sums in double, in one order for any number of threads. `gradients`: num_params elements.
  double Measure(std::span<const float> gradients, base::ThreadPool& pool);

 private:
  std::vector<double> sums_;  // of each slice
};

/// What gradients of this norm are multiplied by, so that it does not exceed `max_norm`; 1 for
/// `max_norm` 0, which means no limit.
///
/// Source   Pascanu et al. 2013, arXiv:1211.5063, Algorithm 1
double ClipScale(double norm, double max_norm);

}  // namespace netsmith::optim
