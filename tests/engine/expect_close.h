#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <string>
#include <vector>

namespace netsmith::engine::testing {

/// f32 sums of up to a few thousand terms: 1e-5 of the tensor's largest magnitude. Below a
/// magnitude of 0.1 rounding of larger terms remains: a bias before a batch norm has a gradient of
/// 0.
inline void ExpectClose(const std::vector<double>& expected, std::span<const float> found,
                        const std::string& what) {
  ASSERT_EQ(expected.size(), found.size()) << what;
  double largest = 0.1;
  for (const double value : expected) largest = std::max(largest, std::abs(value));
  for (std::size_t i = 0; i < expected.size(); ++i) {
    ASSERT_NEAR(expected[i], found[i], 1e-5 * largest) << what << " element " << i;
  }
}

}  // namespace netsmith::engine::testing
