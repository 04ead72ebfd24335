#include "netsmith/report/statistics.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "netsmith/base/random.h"

namespace netsmith::report {
namespace {

std::vector<double> Normals(std::uint64_t seed, int count, double mean) {
  base::Generator random = base::RandomStreams(seed).For("values");
  std::vector<double> values(static_cast<std::size_t>(count));
  for (double& value : values) value = mean + random.Normal();
  return values;
}

TEST(StatisticsTest, StandardDeviationIsThatOfTheSample) {
  const MeanSd result = MeanAndSd(std::vector{1.0, 2.0, 4.0});
  EXPECT_DOUBLE_EQ(result.mean, 7.0 / 3);
  EXPECT_DOUBLE_EQ(result.sd, std::sqrt(7.0 / 3));
  EXPECT_EQ(MeanAndSd(std::vector{0.5}).sd, 0);
}

TEST(StatisticsTest, RankCorrelationIsOfOrdersAndSharesTies) {
  EXPECT_DOUBLE_EQ(RankCorrelation(std::vector{1.0, 2.0, 9.0}, std::vector{0.1, 0.2, 0.3}), 1);
  EXPECT_DOUBLE_EQ(RankCorrelation(std::vector{1.0, 2.0, 9.0}, std::vector{3.0, 2.0, 1.0}), -1);
  EXPECT_NEAR(RankCorrelation(std::vector{1.0, 1.0, 2.0, 3.0}, std::vector{1.0, 2.0, 3.0, 4.0}),
              4.5 / std::sqrt(4.5 * 5), 1e-12);
  EXPECT_EQ(RankCorrelation(std::vector{1.0, 1.0}, std::vector{1.0, 2.0}), 0);
}

TEST(StatisticsTest, IntervalOfMeansHasTheWidthOfTheNormalTheory) {
  const Difference difference = DifferenceOfMeans(Normals(1, 400, 1), Normals(2, 400, 0), 3);
  // 1.96 standard errors of a difference of two means of 400; the percentiles of 4,000 resamples
  // and the samples' own deviations keep it within a tenth.
  const double half_width = 1.96 * std::sqrt(2.0 / 400);
  EXPECT_NEAR((difference.high - difference.low) / 2, half_width, 0.1 * half_width);
  EXPECT_LE(difference.low, difference.value);
  EXPECT_GE(difference.high, difference.value);
}

TEST(StatisticsTest, IntervalOfMeansHoldsTheTruthNineteenTimesInTwenty) {
  int held = 0;
  constexpr int kRepeats = 200;
  for (int i = 0; i < kRepeats; ++i) {
    const auto seed = 2 * static_cast<std::uint64_t>(i);
    const auto difference = DifferenceOfMeans(Normals(seed, 50, 0.5), Normals(seed + 1, 50, 0), 1);
    held += difference.low <= 0.5 && 0.5 <= difference.high;
  }
  // Expected 190; four standard deviations of a binomial count are 12.
  EXPECT_NEAR(held, 0.95 * kRepeats, 12);
}

TEST(StatisticsTest, BestIsComparedByTheLargest) {
  const Difference difference =
      DifferenceOfBest(std::vector{0.1, 0.9, 0.9, 0.9}, std::vector{0.5, 0.5}, 1);
  EXPECT_DOUBLE_EQ(difference.value, 0.4);
  EXPECT_DOUBLE_EQ(difference.high, 0.4);
}

TEST(StatisticsTest, EqualConstantsDifferByNothing) {
  const Difference difference = DifferenceOfMeans(std::vector{0.5, 0.5}, std::vector{0.5}, 1);
  EXPECT_EQ(difference.value, 0);
  EXPECT_EQ(difference.low, 0);
  EXPECT_EQ(difference.high, 0);
}

TEST(StatisticsTest, SameSeedGivesTheSameInterval) {
  const auto a = Normals(1, 20, 0), b = Normals(2, 30, 0);
  EXPECT_EQ(DifferenceOfMeans(a, b, 7).low, DifferenceOfMeans(a, b, 7).low);
}

}  // namespace
}  // namespace netsmith::report
