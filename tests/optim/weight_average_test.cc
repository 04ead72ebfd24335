#include "netsmith/optim/weight_average.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "netsmith/base/thread_pool.h"

namespace netsmith::optim {
namespace {

TEST(WeightAverageTest, FollowsItsRuleInDouble) {
  base::ThreadPool pool(1);
  WeightAverage average(2, 0.7);
  std::vector<double> expected(2);
  std::vector<float> values(2);
  for (int t = 1; t <= 60; ++t) {
    values = {static_cast<float>(std::sin(t)), static_cast<float>(t)};
    const double decay = t == 1 ? 0 : std::min(0.7, t / (10.0 + t));
    for (std::size_t i = 0; i < 2; ++i) {
      expected[i] = decay * expected[i] + (1 - decay) * values[i];
    }
    average.Update(values, pool);
  }
  average.Swap(values);
  // Sixty roundings to 2^-24, of values up to 60.
  EXPECT_NEAR(values[0], expected[0], 1e-5);
  EXPECT_NEAR(values[1], expected[1], 1e-4);
}

TEST(WeightAverageTest, SwapTwiceRestoresTheValues) {
  base::ThreadPool pool(1);
  WeightAverage average(1, 0.9);
  average.Update(std::vector<float>{1}, pool);
  std::vector<float> values = {5};
  average.Swap(values);
  EXPECT_EQ(values[0], 1);
  average.Swap(values);
  EXPECT_EQ(values[0], 5);
}

TEST(WeightAverageTest, BeforeTheFirstUpdateSwapDoesNothing) {
  WeightAverage average(1, 0.9);
  std::vector<float> values = {5};
  average.Swap(values);
  EXPECT_EQ(values[0], 5);
}

TEST(WeightAverageTest, ThreadsChangeNoBit) {
  const auto run = [](int threads) {
    base::ThreadPool pool(threads);
    WeightAverage average(100'003, 0.9);
    std::vector<float> values(100'003);
    for (int t = 0; t < 5; ++t) {
      for (std::size_t i = 0; i < values.size(); ++i) {
        values[i] = std::sin(static_cast<float>(i) * static_cast<float>(t + 1));
      }
      average.Update(values, pool);
    }
    average.Swap(values);
    return values;
  };
  EXPECT_EQ(run(1), run(3));
}

}  // namespace
}  // namespace netsmith::optim
