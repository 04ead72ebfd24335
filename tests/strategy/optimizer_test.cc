#include "netsmith/strategy/controller/optimizer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "netsmith/base/error.h"

namespace netsmith::strategy::controller {
namespace {

/// Weight after updates by these gradients, starting at 1.
double WeightAfter(Optimizer& optimizer, const std::vector<double>& gradients) {
  Parameter w("w", 1, 1);
  w.value(0, 0) = 1;
  std::vector<Parameter*> parameters = {&w};
  for (const double g : gradients) {
    w.gradient(0, 0) = g;
    optimizer.Step(parameters);
    EXPECT_EQ(w.gradient(0, 0), 0.0);  // cleared for the next pass
  }
  return w.value(0, 0);
}

TEST(OptimizerTest, AdamFollowsItsUpdateRule) {
  const double m = 0.9 * (0.1 * 0.5) + 0.1 * -0.25;
  const double v = 0.999 * (0.001 * 0.25) + 0.001 * 0.0625;
  const double second = 0.1 * std::sqrt(1 - 0.999 * 0.999) / (1 - 0.81) * m / (std::sqrt(v) + 1e-8);
  const double first = 0.1 * std::sqrt(0.001) / 0.1 * 0.05 / (std::sqrt(0.00025) + 1e-8);
  // Rounding only.
  EXPECT_NEAR(WeightAfter(*MakeOptimizer("adam", 0.1), {0.5, -0.25}), 1 - first - second, 1e-14);
}

TEST(OptimizerTest, RmsPropFollowsItsUpdateRule) {
  const double s1 = 0.1 * 0.25;
  const double s2 = 0.9 * s1 + 0.1 * 0.0625;
  const double expected =
      1 - 0.1 * 0.5 / std::sqrt(s1 + 1e-10) + 0.1 * 0.25 / std::sqrt(s2 + 1e-10);
  EXPECT_NEAR(WeightAfter(*MakeOptimizer("rmsprop", 0.1), {0.5, -0.25}), expected, 1e-14);
}

TEST(OptimizerTest, RmsPropDecaysEveryFiveHundredUpdates) {
  const std::unique_ptr<Optimizer> optimizer = MakeOptimizer("rmsprop", 0.5);
  WeightAfter(*optimizer, std::vector<double>(499, 1.0));
  EXPECT_EQ(optimizer->learning_rate(), 0.5);
  WeightAfter(*optimizer, {1.0});
  EXPECT_DOUBLE_EQ(optimizer->learning_rate(), 0.5 * 0.96);
  WeightAfter(*optimizer, std::vector<double>(500, 1.0));
  EXPECT_DOUBLE_EQ(optimizer->learning_rate(), 0.5 * 0.96 * 0.96);
}

TEST(OptimizerTest, UnknownNameListsTheKnownOnes) {
  try {
    MakeOptimizer("sgd", 0.1);
    FAIL() << "no exception";
  } catch (const base::InvalidArgument& error) {
    EXPECT_STREQ(error.what(), "unknown optimizer 'sgd', expected one of: adam, rmsprop");
  }
}

}  // namespace
}  // namespace netsmith::strategy::controller
