#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace netsmith::report {

/// Something that took one of a few levels in each of n trials.
struct Factor {
  std::vector<int> levels;  // of each trial, from 0 on
  int num_levels = 0;
};

/// The share of the variance of `values` that each factor explains. They add up to what all explain
/// together, the adjusted R² of their additive least-squares fit, so to 1 at most.
///
///   S_f = mean over orders of (what f adds to R² after those before it) - k_f · (1 - R²)/(n - 1 -
///   K) share_f = max(0, S_f) · (sum of all S) / (sum of those above 0)
///
/// k_f: columns that f adds, levels less one; K: those of all. What is subtracted is what k_f
/// columns explain by chance.
///
/// Shapes   each factor [n], values [n]; n - 1 > K, else all shares are 0
/// Cost     O(n·F² + K³), F factors, times 32 orders
/// Source   Lindeman, Merenda & Gold 1980 ("LMG"; the Shapley value of R²), by sampling as in
/// Castro,
///          Gómez & Tejada 2009; the correction as in Kelley's ε² 1935.
std::vector<double> VarianceShares(std::span<const Factor> factors, std::span<const double> values);

}  // namespace netsmith::report
