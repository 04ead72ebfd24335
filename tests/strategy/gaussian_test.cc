#include "netsmith/strategy/controller/gaussian.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "tests/support/finite_difference.h"

namespace netsmith::strategy::controller {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// P(lower < x), exact in the far tail.
double UpperTail(double mean, double sigma, double lower) {
  return 0.5 * std::erfc((lower - mean) / sigma / std::sqrt(2.0));
}

TEST(GaussianTest, OpenIntervalsAgreeWithTheErrorFunction) {
  for (const double lower : {-30.0, -8.0, -1.0, 0.0, 0.3, 1.99, 2.01, 5.0, 20.0, 35.0}) {
    const double expected = std::log(UpperTail(1.5, 1.25, lower));
    const double found = GaussianLogMass(1.5, 1.25, lower, kInfinity).value;
    EXPECT_NEAR(found, expected, 1e-13 * std::max(1.0, std::abs(expected))) << lower;
    // And its mirror image.
    EXPECT_NEAR(GaussianLogMass(-1.5, 1.25, -kInfinity, -lower).value, found,
                1e-13 * std::max(1.0, std::abs(expected)))
        << lower;
  }
}

TEST(GaussianTest, ClosedIntervalsAgreeWithIntegration) {
  for (const double lower : {-12.0, -2.5, -0.5, 0.25, 1.75, 2.5, 9.0}) {
    double integral = 0;  // midpoint rule over a width of 0.5: error below 1e-8 at |z| <= 12
    constexpr int kSteps = 20000;
    for (int i = 0; i < kSteps; ++i) {
      const double x = lower + 0.5 * (i + 0.5) / kSteps;
      integral += std::exp(-0.5 * (x * x - lower * lower));
    }
    const double expected =
        std::log(integral * 0.5 / kSteps / std::sqrt(2 * std::acos(-1.0))) - 0.5 * lower * lower;
    EXPECT_NEAR(GaussianLogMass(0, 1, lower, lower + 0.5).value, expected, 1e-7) << lower;
  }
}

TEST(GaussianTest, DerivativeMatchesFiniteDifferences) {
  struct Case {
    double mean, sigma, lower, upper;
  };
  for (Case c : std::vector<Case>{{5, 10, 3.5, 4.5},
                                  {5, 10, -kInfinity, 1.5},
                                  {5, 10, 63.5, kInfinity},
                                  {500, 10, 3.5, 4.5},
                                  {-40, 2, 30.5, 31.5},
                                  {0, 1, -1, 1.1},
                                  {3, 1, -kInfinity, kInfinity}}) {
    const double numeric = testing::NumericGradient(
        {&c.mean, 1}, [&] { return GaussianLogMass(c.mean, c.sigma, c.lower, c.upper).value; })[0];
    const double found = GaussianLogMass(c.mean, c.sigma, c.lower, c.upper).derivative;
    // The values reach 1e3, whose rounding costs the differences about 1e-8.
    EXPECT_NEAR(found, numeric, 1e-6 * std::max(1.0, std::abs(numeric))) << c.mean;
  }
}

TEST(GaussianTest, MassesOfAPartitionSumToOne) {
  for (const double mean : {-300.0, 4.0, 31.0, 1e4}) {
    double sum = std::exp(GaussianLogMass(mean, 10, -kInfinity, 1.5).value);
    for (int k = 2; k < 64; ++k) {
      sum += std::exp(GaussianLogMass(mean, 10, k - 0.5, k + 0.5).value);
    }
    sum += std::exp(GaussianLogMass(mean, 10, 63.5, kInfinity).value);
    EXPECT_NEAR(sum, 1.0, 1e-12) << mean;  // 64 terms, each exact to 1e-14
  }
}

TEST(GaussianTest, StaysFiniteFarFromTheMean) {
  const LogMass mass = GaussianLogMass(1e6, 0.5, 3.5, 4.5);
  EXPECT_TRUE(std::isfinite(mass.value));
  EXPECT_TRUE(std::isfinite(mass.derivative));
  EXPECT_LT(mass.derivative, 0);
}

}  // namespace
}  // namespace netsmith::strategy::controller
