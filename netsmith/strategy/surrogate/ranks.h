#pragma once

#include <span>
#include <vector>

namespace netsmith::strategy::surrogate {

/// Shares in (0, 1) by rank: (rank + 1/2) / n, equal values with their mean rank. So what is fitted
/// does not depend on the scale of rewards, nor on how bad the bad ones are.
std::vector<double> RankShares(std::span<const double> values);

/// The standard normal distribution's quantile of a share in (0, 1), within 2e-9 of it relatively.
/// Source   Acklam 2003, rational approximation
double NormalQuantile(double share);

}  // namespace netsmith::strategy::surrogate
