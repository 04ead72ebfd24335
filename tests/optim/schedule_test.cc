#include "netsmith/optim/schedule.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace netsmith::optim {
namespace {

TEST(ScheduleTest, ConstantStaysAtOne) {
  for (const int step : {0, 1, 50, 99}) EXPECT_EQ(RateFactor({"constant"}, step, 100), 1);
}

TEST(ScheduleTest, WarmUpRisesInALineAndThenTheScheduleBegins) {
  for (const char* name : {"constant", "step", "cosine"}) {
    const Schedule schedule = {.name = name, .warmup_steps = 4};
    for (int step = 0; step < 4; ++step) {
      EXPECT_DOUBLE_EQ(RateFactor(schedule, step, 20), (step + 1) / 5.0) << name;
    }
    EXPECT_DOUBLE_EQ(RateFactor(schedule, 4, 20), 1) << name;
  }
}

TEST(ScheduleTest, StepFallsTenfoldAtHalfAndAtThreeQuarters) {
  EXPECT_EQ(RateFactor({"step"}, 49, 100), 1);
  EXPECT_EQ(RateFactor({"step"}, 50, 100), 0.1);
  EXPECT_EQ(RateFactor({"step"}, 74, 100), 0.1);
  EXPECT_EQ(RateFactor({"step"}, 75, 100), 0.01);
  EXPECT_EQ(RateFactor({"step", 20}, 59, 100), 1);  // of the 80 steps after the warm-up
  EXPECT_EQ(RateFactor({"step", 20}, 60, 100), 0.1);
}

TEST(ScheduleTest, CosineFallsFromOneToNearlyNothing) {
  EXPECT_EQ(RateFactor({"cosine"}, 0, 100), 1);
  EXPECT_DOUBLE_EQ(RateFactor({"cosine"}, 25, 100), (1 + std::cos(std::numbers::pi / 4)) / 2);
  EXPECT_NEAR(RateFactor({"cosine"}, 50, 100), 0.5, 1e-12);
  EXPECT_NEAR(RateFactor({"cosine"}, 99, 100), 0.000247, 1e-6);
}

TEST(ScheduleTest, OneCycleRisesToOneAndFallsBelowItsStart) {
  const Schedule schedule = {"one-cycle"};
  EXPECT_NEAR(RateFactor(schedule, 0, 100), 0.04, 1e-15);
  EXPECT_NEAR(RateFactor(schedule, 15, 100), 0.52, 1e-15);
  EXPECT_NEAR(RateFactor(schedule, 30, 100), 1, 1e-15);
  EXPECT_NEAR(RateFactor(schedule, 99, 100), 4e-6, 1e-15);
  EXPECT_DOUBLE_EQ(RateFactor({"one-cycle", 10}, 10, 100), 1);
}

TEST(ScheduleTest, EveryFactorIsBetweenNothingAndOneForAnyLength) {
  for (const std::string& name : ScheduleNames()) {
    for (const std::int64_t num_steps : {1, 2, 3, 7, 100}) {
      for (const std::int64_t warmup : {0, 1, 5, 1000}) {
        for (std::int64_t step = 0; step <= num_steps; ++step) {
          const double factor = RateFactor({name, warmup}, step, num_steps);
          EXPECT_TRUE(factor > 0 && factor <= 1) << name << " warm-up " << warmup << " step "
                                                 << step << " of " << num_steps << ": " << factor;
        }
      }
    }
  }
}

}  // namespace
}  // namespace netsmith::optim
