#include "netsmith/data/formats/table_scale.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "netsmith/base/random.h"
#include "netsmith/data/load.h"
#include "tests/data/malformed.h"
#include "tests/support/environment.h"
#include "tests/support/sample_files.h"
#include "tests/support/text_files.h"

namespace netsmith::data {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Names = std::vector<std::string>;
using testing::ReadAll;
using testing::WriteText;

constexpr float kUnknown = std::numeric_limits<float>::quiet_NaN();

/// 50 rows of columns with these means and spreads.
Samples RowsOf(const std::vector<std::pair<double, double>>& columns) {
  base::Generator generator = base::RandomStreams(1).For("rows");
  Samples rows{.shape = {.width = std::ssize(columns)},
               .values = {},
               .labels = std::vector<std::int32_t>(50, 0),
               .class_names = {"a", "b"}};
  for (int row = 0; row < 50; ++row) {
    for (const auto& [mean, spread] : columns) {
      rows.values.push_back(static_cast<float>(mean + spread * (generator.Uniform() - 0.5)));
    }
  }
  return rows;
}

/// 50 waves of different phases.
Samples Waves(std::int64_t width) {
  Samples rows = RowsOf({});
  rows.shape.width = width;
  for (int row = 0; row < 50; ++row) {
    for (std::int64_t x = 0; x < width; ++x) {
      rows.values.push_back(static_cast<float>(std::sin(0.3 * static_cast<double>(x) + row)));
    }
  }
  return rows;
}

Names Counted(const std::string& stem, int count) {
  Names names;
  for (int i = 1; i <= count; ++i) names.push_back(fmt::format("{}{}", stem, i));
  return names;
}

ScaleBy Choose(const Samples& rows, const Names& names = {}, const std::string& scale = "auto") {
  FormatOptions options;
  options.scale = scale;
  return ChooseScale("FILE", rows, names, options);
}

const Samples kAlike = RowsOf({{0, 1}, {0.2, 1.5}, {0, 1}, {0.1, 0.9}});
const Samples kApart = RowsOf({{14, 4}, {19, 4}, {655, 350}, {0.1, 0.01}, {0.2, 0.05}, {1e6, 9}});

TEST(TableScaleTest, ColumnsThatAHeaderNamesAreQuantities) {
  EXPECT_EQ(Choose(kAlike, {"age", "height", "mass", "dose"}), ScaleBy::kColumn);
}

TEST(TableScaleTest, NamesThatOnlyCountSayNothingSoThatTheValuesDecide) {
  EXPECT_EQ(Choose(Waves(40), Counted("t", 40)), ScaleBy::kChannel);
  EXPECT_EQ(Choose(kAlike, Counted("V", 4)), ScaleBy::kChannel);
  EXPECT_EQ(Choose(kApart, Counted("V", 6)), ScaleBy::kColumn);
}

TEST(TableScaleTest, WithoutNamesColumnsOfDifferentMagnitudesAreQuantities) {
  EXPECT_EQ(Choose(kApart), ScaleBy::kColumn);
  EXPECT_EQ(Choose(RowsOf({{0, 1}, {0, 1}, {0, 1}, {0, 1}, {0, 1}, {1e6, 1e6}})), ScaleBy::kColumn)
      << "one that outweighs all others";
}

TEST(TableScaleTest, WithoutNamesWhatIsAlikeIsASeries) {
  EXPECT_EQ(Choose(Waves(40)), ScaleBy::kChannel);
  EXPECT_EQ(Choose(kAlike), ScaleBy::kChannel);
}

TEST(TableScaleTest, MarginsThatNeverChangeAndGapsDoNotMakeASeriesATable) {
  Samples rows = Waves(40);
  for (std::size_t i = 0; i < rows.values.size(); ++i) {
    if (i % 40 < 10 || i % 40 > 32) rows.values[i] = 0;
    if (i % 7 == 3) rows.values[i] = kUnknown;
  }
  EXPECT_EQ(Choose(rows), ScaleBy::kChannel);
}

TEST(TableScaleTest, ImagesAndSeveralChannelsAreNoQuantities) {
  Samples rows = kApart;
  rows.shape = {.height = 2, .width = 3};
  EXPECT_EQ(Choose(rows, {"a", "b", "c", "d", "e", "f"}), ScaleBy::kChannel);
  rows.shape = {.width = 3, .channels = 2};
  EXPECT_EQ(Choose(rows), ScaleBy::kChannel);
}

TEST(TableScaleTest, TheOptionDecides) {
  EXPECT_EQ(Choose(Waves(40), {}, "column"), ScaleBy::kColumn);
  EXPECT_EQ(Choose(kApart, {}, "channel"), ScaleBy::kChannel);
}

class ScaledTableTest : public ::testing::Test {
 protected:
  Problem Load(const std::string& scale = "auto") const {
    LoadOptions options;
    options.format.scale = scale;
    return LoadProblem(folder_.path().string(), options);
  }
  testing::TemporaryFolder folder_;
};

TEST_F(ScaledTableTest, EachColumnIsStandardisedOnTheDevelopmentSetAlone) {
  WriteText(folder_.path() / "train.csv",
            "kind,size,money,same\nx,1,1e6,7\ny,3,3e6,7\nx,,2e6,7\ny,2,2e6,7\n");
  WriteText(folder_.path() / "test.csv", "kind,size,money,same\nx,900,?,8\n");
  const Problem problem = Load();
  const Scaling scaling = problem.development().scaling();
  EXPECT_THAT(scaling.mean, ElementsAre(2, 2e6f, 7));
  EXPECT_FLOAT_EQ(scaling.deviation[0], std::sqrt(2.0f / 3));
  EXPECT_FLOAT_EQ(scaling.deviation[1], std::sqrt(0.5f) * 1e6f);
  EXPECT_EQ(scaling.deviation[2], 1) << "a column that never changes";
  const std::vector<float> values = ReadAll(problem.development());
  EXPECT_FLOAT_EQ(values[0], -std::sqrt(1.5f));
  EXPECT_FLOAT_EQ(values[1], -std::sqrt(2.0f));
  EXPECT_EQ(values[6], 0) << "a missing value is its column's mean";
  EXPECT_THAT(ReadAll(problem.OpenTestSet("test")),
              ElementsAre(::testing::FloatEq(898 / std::sqrt(2.0f / 3)), 0, 1));
  EXPECT_TRUE(std::isnan(RawSample(problem.development(), 2)[0]));
  EXPECT_EQ(RawSample(problem.development(), 1)[1], 3e6f);
}

TEST_F(ScaledTableTest, WhatIsScaledAlikeIsInterpolatedWithinEachChannel) {
  WriteText(folder_.path() / "train.csv", "1,10,,20,3,30,x\n1,?,2,5,3,9,y\n4,4,4,4,4,4,x\n");
  WriteText(folder_.path() / "test.csv", "1,1,1,1,1,1,y\n");
  LoadOptions options;
  options.format.shape = {.width = 3, .channels = 2};
  const Problem problem = LoadProblem(folder_.path().string(), options);
  EXPECT_EQ(problem.development().scaling().mean.size(), 2U);
  EXPECT_THAT(RawSample(problem.development(), 0), ElementsAre(1, 10, 2, 20, 3, 30));
  EXPECT_THAT(RawSample(problem.development(), 1), ElementsAre(1, 5, 2, 5, 3, 9));
}

TEST_F(ScaledTableTest, TheChoiceIsPartOfTheContentHash) {
  WriteText(folder_.path() / "train.csv", "kind,a,b\nx,1,1e6\ny,3,3e6\nx,4,2e6\ny,2,2e6\n");
  const std::string column = Load("column").content_hash();
  EXPECT_EQ(Load().content_hash(), column);
  EXPECT_NE(Load("channel").content_hash(), column);
}

TEST_F(ScaledTableTest, AModelsScalingTakesThePlaceOfTheMeasured) {
  WriteText(folder_.path() / "train.csv", "kind,a,b\nx,1,1e6\ny,3,3e6\nx,,2e6\ny,2,2e6\n");
  LoadOptions options;
  options.scaling = Scaling{.mean = {5, 6}, .deviation = {2, 4}};
  EXPECT_EQ(LoadProblem(folder_.path().string(), options).development().scaling(),
            *options.scaling);
}

testing::Bytes Npz(const testing::Bytes& x) {
  return testing::ZipBytes(
      {{"x.npy", x}, {"y.npy", testing::NpyBytes("|u1", "(4,)", {0, 1, 0, 1})}}, false);
}

TEST(ScaledArrayTest, RowsOfAnArrayAreScaledAsTheirMagnitudesSay) {
  const testing::TemporaryFolder folder;
  const auto path = folder.path() / "a.npz";
  const std::vector<float> apart = {1, 1000, 0.1f, 2, 3000, 0.2f, 3, 2000, 0.1f, 4, 1000, 0.2f};
  testing::WriteBytes(path, Npz(testing::NpyBytes("<f4", "(4, 3)", testing::FloatBytes(apart))));
  EXPECT_EQ(LoadProblem(path.string(), {}).development().scaling().mean.size(), 3U);
  LoadOptions options;
  options.format.scale = "channel";
  EXPECT_EQ(LoadProblem(path.string(), options).development().scaling().mean.size(), 1U);
}

TEST(ScaledArrayTest, BytesHaveNoColumns) {
  const testing::TemporaryFolder folder;
  const auto path = folder.path() / "a.npz";
  testing::WriteBytes(path, Npz(testing::NpyBytes("|u1", "(4, 2)", {1, 2, 3, 4, 5, 6, 7, 8})));
  LoadOptions options;
  options.format.scale = "column";
  EXPECT_THAT(MessageOf([&] { LoadProblem(path.string(), options); }),
              HasSubstr("--scale column: found unsigned bytes, which are divided by 255"));
}

}  // namespace
}  // namespace netsmith::data
