#include "netsmith/optim/gradient_norm.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "netsmith/base/check.h"

namespace netsmith::optim {
namespace {

constexpr std::int64_t kSlice = 1 << 15;

/// In as many sums as fill vector registers; added up in one fixed order.
double SumOfSquares(std::span<const float> values) {
  constexpr std::size_t kSums = 16;
  std::array<double, kSums> sums{};
  std::size_t i = 0;
  for (; i + kSums <= values.size(); i += kSums) {
    for (std::size_t k = 0; k < kSums; ++k) {
      const double value = values[i + k];
      sums[k] += value * value;
    }
  }
  for (std::size_t k = 0; i < values.size(); ++i, ++k) {
    const double value = values[i];
    sums[k] += value * value;
  }
  return std::accumulate(sums.begin(), sums.end(), 0.0);
}

}  // namespace

GradientNorm::GradientNorm(std::int64_t num_params)
    : sums_(static_cast<std::size_t>((num_params + kSlice - 1) / kSlice)) {}

double GradientNorm::Measure(std::span<const float> gradients, base::ThreadPool& pool) {
  const std::int64_t n = std::ssize(gradients);
  NETSMITH_CHECK_EQ((n + kSlice - 1) / kSlice, std::ssize(sums_));
  pool.Run(std::ssize(sums_), [&](std::int64_t slice, int) {
    const std::int64_t first = slice * kSlice;
    const auto count = static_cast<std::size_t>(std::min(kSlice, n - first));
    sums_[static_cast<std::size_t>(slice)] =
        SumOfSquares(gradients.subspan(static_cast<std::size_t>(first), count));
  });
  return std::sqrt(std::accumulate(sums_.begin(), sums_.end(), 0.0));
}

double ClipScale(double norm, double max_norm) {
  return max_norm > 0 && norm > max_norm ? max_norm / norm : 1.0;
}

}  // namespace netsmith::optim
