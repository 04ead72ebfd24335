#include "netsmith/strategy/surrogate/ranks.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <span>
#include <vector>

#include "netsmith/base/check.h"
#include "netsmith/strategy/controller/scalar_math.h"

namespace netsmith::strategy::surrogate {

std::vector<double> RankShares(std::span<const double> values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::sort(order, [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  std::vector<double> shares(values.size());
  for (std::size_t first = 0; first < order.size();) {
    std::size_t end = first + 1;
    while (end < order.size() && values[order[end]] == values[order[first]]) ++end;
    const double share = static_cast<double>(first + end) / (2 * static_cast<double>(order.size()));
    for (; first < end; ++first) shares[order[first]] = share;
  }
  return shares;
}

double NormalQuantile(double share) {
  NETSMITH_CHECK_LT(0, share);
  NETSMITH_CHECK_LT(share, 1);
  constexpr double kTail = 0.02425;
  if (share > 1 - kTail) return -NormalQuantile(1 - share);
  if (share < kTail) {
    const double q = std::sqrt(-2 * controller::Log(share));
    const double top =
        ((((-7.784894002430293e-03 * q - 3.223964580411365e-01) * q - 2.400758277161838e+00) * q -
          2.549732539343734e+00) *
             q +
         4.374664141464968e+00) *
            q +
        2.938163982698783e+00;
    const double bottom =
        (((7.784695709041462e-03 * q + 3.224671290700398e-01) * q + 2.445134137142996e+00) * q +
         3.754408661907416e+00) *
            q +
        1;
    return top / bottom;
  }
  const double q = share - 0.5;
  const double r = q * q;
  const double top =
      (((((-3.969683028665376e+01 * r + 2.209460984245205e+02) * r - 2.759285104469687e+02) * r +
         1.383577518672690e+02) *
            r -
        3.066479806614716e+01) *
           r +
       2.506628277459239e+00) *
      q;
  const double bottom =
      ((((-5.447609879822406e+01 * r + 1.615858368580409e+02) * r - 1.556989798598866e+02) * r +
        6.680131188771972e+01) *
           r -
       1.328068155288572e+01) *
          r +
      1;
  return top / bottom;
}

}  // namespace netsmith::strategy::surrogate
