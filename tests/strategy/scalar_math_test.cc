#include "netsmith/strategy/controller/scalar_math.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

namespace netsmith::strategy::controller {
namespace {

/// Distance in units of the last place of the expected value.
double UlpsApart(double found, double expected) {
  const double magnitude = std::abs(expected);
  const double ulp = std::nextafter(magnitude, std::numeric_limits<double>::infinity()) - magnitude;
  return std::abs(found - expected) / ulp;
}

/// Largest distance over many points of [first, last], against the C library, itself within 1 ulp.
double WorstUlps(double first, double last, const std::function<double(double)>& ours,
                 const std::function<double(double)>& reference) {
  constexpr int kPoints = 100003;
  double worst = 0;
  for (int i = 0; i <= kPoints; ++i) {
    const double x = first + (last - first) * i / kPoints;
    worst = std::max(worst, UlpsApart(ours(x), reference(x)));
  }
  return worst;
}

TEST(ScalarMathTest, ExpAgreesWithTheCLibrary) {
  const auto reference = [](double x) { return std::exp(x); };
  EXPECT_LE(WorstUlps(-1, 1, Exp, reference), 3);
  EXPECT_LE(WorstUlps(-708, 709, Exp, reference), 3);
}

TEST(ScalarMathTest, ExpEndsInZeroAndStaysFinite) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(Exp(0), 1.0);
  EXPECT_EQ(Exp(-708.5), 0.0);
  EXPECT_EQ(Exp(-kInfinity), 0.0);
  EXPECT_TRUE(std::isfinite(Exp(kInfinity)));
  EXPECT_TRUE(std::isnan(Exp(std::numeric_limits<double>::quiet_NaN())));
}

TEST(ScalarMathTest, LogAgreesWithTheCLibrary) {
  const auto reference = [](double x) { return std::log(x); };
  EXPECT_LE(WorstUlps(1e-300, 1e-290, Log, reference), 3);
  EXPECT_LE(WorstUlps(0.3, 0.99, Log, reference), 3);
  EXPECT_LE(WorstUlps(1.01, 4, Log, reference), 3);
  EXPECT_LE(WorstUlps(10, 1e9, Log, reference), 3);
  EXPECT_EQ(Log(1), 0.0);
}

TEST(ScalarMathTest, TanhAndSigmoidAgreeWithTheCLibrary) {
  EXPECT_LE(WorstUlps(-20, 20, Tanh, [](double x) { return std::tanh(x); }), 4);
  EXPECT_LE(WorstUlps(-1e-3, 1e-3, Tanh, [](double x) { return std::tanh(x); }), 4);
  EXPECT_LE(WorstUlps(-40, 40, Sigmoid, [](double x) { return 1 / (1 + std::exp(-x)); }), 5);
  EXPECT_EQ(Tanh(1e4), 1.0);
  EXPECT_EQ(Tanh(-1e4), -1.0);
}

}  // namespace
}  // namespace netsmith::strategy::controller
