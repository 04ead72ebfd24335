#pragma once

#include <cmath>

namespace netsmith::data {

/// Welford's running mean and sum of squared differences. What is not known (NaN) does not count.
struct Moments {
  double count = 0;
  double mean = 0;
  double squares = 0;

  void Add(double value) {
    if (std::isnan(value)) return;
    ++count;
    const double before = value - mean;
    mean += before / count;
    squares += before * (value - mean);
  }
  double deviation() const { return count > 0 ? std::sqrt(squares / count) : 0; }
  /// Of floats: what wavers by their last bit does not count.
  bool is_constant() const { return !(deviation() > 1e-7 * std::abs(mean) && deviation() > 1e-30); }
};

}  // namespace netsmith::data
