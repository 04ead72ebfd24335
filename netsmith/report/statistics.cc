#include "netsmith/report/statistics.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

#include "netsmith/base/check.h"
#include "netsmith/base/random.h"

namespace netsmith::report {
namespace {

constexpr std::size_t kResamples = 4000;

double Mean(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double Best(std::span<const double> values) { return *std::ranges::max_element(values); }

std::vector<double> Resample(std::span<const double> values, base::Generator& random) {
  std::vector<double> drawn(values.size());
  for (double& value : drawn) value = values[random.Below(values.size())];
  return drawn;
}

template <typename Statistic>
Difference Bootstrap(std::span<const double> a, std::span<const double> b, std::uint64_t seed,
                     Statistic statistic) {
  NETSMITH_CHECK_LT(0u, a.size());
  NETSMITH_CHECK_LT(0u, b.size());
  base::Generator random = base::RandomStreams(seed).For("bootstrap");
  std::vector<double> differences(kResamples);
  for (double& difference : differences) {
    const double of_a = statistic(Resample(a, random));
    difference = of_a - statistic(Resample(b, random));
  }
  std::ranges::sort(differences);
  return {.value = statistic(a) - statistic(b),
          .low = differences[kResamples / 40],
          .high = differences[kResamples - 1 - kResamples / 40]};
}

/// From 1; equal values share the mean of their ranks.
std::vector<double> Ranks(std::span<const double> values) {
  std::vector<double> ranks;
  for (const double value : values) {
    const auto below = std::ranges::count_if(values, [&](double v) { return v < value; });
    const auto equal = std::ranges::count(values, value);
    ranks.push_back(static_cast<double>(below) + static_cast<double>(equal + 1) / 2);
  }
  return ranks;
}

}  // namespace

MeanSd MeanAndSd(std::span<const double> values) {
  NETSMITH_CHECK_LT(0u, values.size());
  MeanSd result{.mean = Mean(values)};
  if (values.size() == 1) return result;
  double squares = 0;
  for (const double value : values) squares += (value - result.mean) * (value - result.mean);
  result.sd = std::sqrt(squares / static_cast<double>(values.size() - 1));
  return result;
}

double RankCorrelation(std::span<const double> a, std::span<const double> b) {
  NETSMITH_CHECK_EQ(a.size(), b.size());
  const std::vector<double> ranks_a = Ranks(a), ranks_b = Ranks(b);
  const double mean = static_cast<double>(a.size() + 1) / 2;
  double product = 0, square_a = 0, square_b = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    product += (ranks_a[i] - mean) * (ranks_b[i] - mean);
    square_a += (ranks_a[i] - mean) * (ranks_a[i] - mean);
    square_b += (ranks_b[i] - mean) * (ranks_b[i] - mean);
  }
  if (square_a == 0 || square_b == 0) return 0;
  return product / std::sqrt(square_a * square_b);
}

Difference DifferenceOfMeans(std::span<const double> a, std::span<const double> b,
                             std::uint64_t seed) {
  return Bootstrap(a, b, seed, Mean);
}

Difference DifferenceOfBest(std::span<const double> a, std::span<const double> b,
                            std::uint64_t seed) {
  return Bootstrap(a, b, seed, Best);
}

}  // namespace netsmith::report
