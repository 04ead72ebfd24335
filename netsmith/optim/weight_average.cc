#include "netsmith/optim/weight_average.h"

#include <algorithm>

#include "netsmith/base/check.h"

namespace netsmith::optim {
namespace {

void Approach(std::int64_t n, float share, const float* values, float* averages) {
  for (std::int64_t i = 0; i < n; ++i) averages[i] += share * (values[i] - averages[i]);
}

}  // namespace

WeightAverage::WeightAverage(std::int64_t num_values, double decay)
    : decay_(decay), averages_(num_values) {}

void WeightAverage::Update(std::span<const float> values, base::ThreadPool& pool) {
  NETSMITH_CHECK_EQ(std::ssize(values), averages_.size());
  ++updates_;
  const auto t = static_cast<double>(updates_);
  const double decay = updates_ == 1 ? 0 : std::min(decay_, t / (10 + t));
  constexpr std::int64_t kSlice = 1 << 15;
  const std::int64_t n = std::ssize(values);
  pool.Run((n + kSlice - 1) / kSlice, [&](std::int64_t slice, int) {
    const std::int64_t first = slice * kSlice;
    Approach(std::min(kSlice, n - first), static_cast<float>(1 - decay), values.data() + first,
             averages_.data() + first);
  });
}

void WeightAverage::Swap(std::span<float> values) {
  NETSMITH_CHECK_EQ(std::ssize(values), averages_.size());
  if (updates_ == 0) return;
  std::swap_ranges(values.begin(), values.end(), averages_.data());
}

std::int64_t WeightAverage::StateBytes(std::int64_t num_values) {
  return num_values * static_cast<std::int64_t>(sizeof(float));
}

}  // namespace netsmith::optim
