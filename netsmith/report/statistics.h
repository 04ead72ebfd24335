#pragma once

#include <cstdint>
#include <span>

namespace netsmith::report {

struct MeanSd {
  double mean = 0;
  double sd = 0;  // of the sample (n - 1); 0 for a single value
};
/// `values` is not empty.
MeanSd MeanAndSd(std::span<const double> values);

/// Spearman's rank correlation, equal values at their mean rank; 0 where one list has only equal
/// values. The lists are equally long and not empty.
double RankCorrelation(std::span<const double> a, std::span<const double> b);

/// A difference a - b and the interval that holds it with 95 % confidence.
struct Difference {
  double value = 0;
  double low = 0;
  double high = 0;
};

/// Intervals by the percentile bootstrap (Efron 1979): both searches' trials are drawn again with
/// replacement 4,000 times. It covers the luck of the proposals, not that of a child's training;
/// for the maximum it is a rough guide only (the bootstrap is not consistent there).
/// The same values and seed give the same interval. Neither list is empty.
Difference DifferenceOfMeans(std::span<const double> a, std::span<const double> b,
                             std::uint64_t seed);
Difference DifferenceOfBest(std::span<const double> a, std::span<const double> b,
                            std::uint64_t seed);

}  // namespace netsmith::report
