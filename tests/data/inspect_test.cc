#include "netsmith/data/inspect.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "netsmith/data/class_balance.h"
#include "netsmith/data/formats/memory_guard.h"
#include "netsmith/data/memory_dataset.h"
#include "netsmith/data/picture.h"
#include "tests/data/malformed.h"

namespace netsmith::data {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::shared_ptr<const Dataset> Make(std::vector<std::uint8_t> samples,
                                    std::vector<std::int32_t> labels) {
  return std::make_shared<MemoryDataset>("made", tensor::SampleShape{.width = 2}, 2,
                                         std::move(samples), std::move(labels));
}

TEST(InspectTest, CountsClassesRangesAndDuplicates) {
  const Problem problem(Make({0, 50, 0, 50, 7, 8, 0, 50, 1, 100}, {0, 0, 1, 1, 0}),
                        Make({7, 8, 7, 8, 9, 9}, {1, 0, 1}), {0, 1, 2}, {3, 4});
  const Inspection inspection = Inspect(problem);
  EXPECT_EQ(inspection.classes[0].train, 2);
  EXPECT_EQ(inspection.classes[1].validation, 1);
  EXPECT_EQ(inspection.classes[1].test, 2);
  EXPECT_DOUBLE_EQ(inspection.imbalance, 1.5);
  EXPECT_NEAR(inspection.ranges[0].lowest, 0, 1e-4);
  EXPECT_NEAR(inspection.ranges[0].highest, 100, 1e-4);
  EXPECT_NEAR(inspection.ranges[0].mean, 26.6, 1e-3);
  EXPECT_EQ(inspection.duplicates.development, 2);
  EXPECT_EQ(inspection.duplicates.across, 2);
  EXPECT_EQ(inspection.duplicates.contradicting, 2);
  EXPECT_THAT(inspection.examples, ElementsAre(0, 2, 1));
}

TEST(ClassBalanceTest, WeighsEveryClassTheSame) {
  const std::vector<std::int64_t> counts = {6, 0, 2};
  const std::vector<double> weights = BalancedClassWeights(counts);
  EXPECT_DOUBLE_EQ(weights[0] * 6, weights[2] * 2);
  EXPECT_DOUBLE_EQ(weights[0] * 6 + weights[2] * 2, 8) << "mean 1 over the records";
  EXPECT_EQ(weights[1], 0);
}

TEST(PictureTest, LongSignalsKeepTheirPeaks) {
  std::vector<float> values(8000, 0.0f);
  values[4001] = 1;  // which no 64th value is
  const std::string curve = AsciiPicture({.width = 8000}, values);
  EXPECT_EQ(curve.substr(0, 65), std::string(32, ' ') + "*" + std::string(31, ' ') + "\n");
  EXPECT_EQ(curve.substr(curve.size() - 65), std::string(64, '*') + "\n");
}

TEST(PictureTest, DrawsImagesByBrightnessAndSignalsAsCurves) {
  EXPECT_EQ(AsciiPicture({.height = 2, .width = 2}, std::vector<float>{0, 1, 0, 1}), " @\n");
  const std::string curve = AsciiPicture({.width = 3}, std::vector<float>{0, 1, 0});
  EXPECT_EQ(std::ranges::count(curve, '\n'), 12);
  EXPECT_EQ(curve.substr(0, 4), " * \n");
  EXPECT_EQ(curve.substr(curve.size() - 4), "* *\n");
  EXPECT_THAT(SvgPicture({.height = 1, .width = 3}, std::vector<float>{0, 1, 0}),
              HasSubstr("points=\"0.0,120.0 200.0,0.0 400.0,120.0 \""));
  EXPECT_THAT(
      SvgPicture({.height = 2, .width = 1, .channels = 3}, std::vector<float>{1, 0, 0, 0, 0.5f, 1}),
      HasSubstr("fill=\"#0080ff\""));
}

TEST(MemoryGuardTest, RefusesWhatDoesNotFit) {
  MemoryGuard guard("FILE", 5 << 20);
  guard.Take(3 << 20);
  EXPECT_EQ(MessageOf([&] { guard.Take(3 << 20); }),
            "FILE: found 6 MiB to be held in memory, expected at most the 5 MiB that are free");
  EXPECT_GT(AvailableBytes(), 0);
}

}  // namespace
}  // namespace netsmith::data
