#include "netsmith/data/formats/ts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <filesystem>
#include <ostream>
#include <string>
#include <vector>

#include "netsmith/base/error.h"
#include "netsmith/data/load.h"
#include "tests/support/environment.h"
#include "tests/support/idx_files.h"
#include "tests/support/text_files.h"

namespace netsmith::data {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::ReadAll;
using testing::WriteText;

TsFile Parse(const std::string& text) {
  const testing::Bytes bytes(text.begin(), text.end());
  return ParseTs(*OpenBytes("FILE", bytes));
}

const std::string kHeader = "@problemName Made\n@classLabel true up down\n@data\n";

TEST(TsTest, ReadsCommentsHeadersChannelsAndClasses) {
  const TsFile file = Parse(
      "# made by hand\n\n@PROBLEMNAME Made\r\n@timestamps false\n@dimensions 2\n"
      "@classLabel true up down \n@somethingNew 7\n@data\n# more\n1, 2.5e-1,-3:4,5,6:down\r\n"
      "\n7:+8:up");
  EXPECT_EQ(file.class_names, (std::vector<std::string>{"up", "down"}));
  EXPECT_EQ(file.set.labels, (std::vector<std::int32_t>{1, 0}));
  EXPECT_EQ(file.set.records, (std::vector<Channels>{{{1, 0.25f, -3}, {4, 5, 6}}, {{7}, {8}}}));
}

TEST(TsTest, TakesQuestionMarksAndNansForMissingValues) {
  const TsFile file = Parse(kHeader + "?,1,NaN,:up\n");
  const std::vector<float>& values = file.set.records[0][0];
  ASSERT_EQ(values.size(), 4U);
  EXPECT_TRUE(std::isnan(values[0]));
  EXPECT_EQ(values[1], 1);
  EXPECT_TRUE(std::isnan(values[2]));
  EXPECT_TRUE(std::isnan(values[3]));
}

struct Malformed {
  std::string name;
  std::string text;
  std::string message;  // after "FILE: "
};

void PrintTo(const Malformed& malformed, std::ostream* out) { *out << malformed.name; }

class MalformedTsTest : public ::testing::TestWithParam<Malformed> {};

TEST_P(MalformedTsTest, IsOneLineThatNamesFileLineFoundAndExpected) {
  try {
    Parse(GetParam().text);
    FAIL() << "was accepted";
  } catch (const base::DataError& error) {
    EXPECT_EQ(error.what(), "FILE: " + GetParam().message);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, MalformedTsTest,
    ::testing::Values(
        Malformed{"empty", "", "found an empty file, expected headers and @data"},
        Malformed{"not_ts", "\x89PNG\r\n",
                  "line 1: found \"\\x89PNG\", expected a header such as @data"},
        Malformed{"cut_before_data", "@problemName X\n",
                  "found no @data, expected it after the headers"},
        Malformed{"no_record", kHeader, "found no record, expected series after @data"},
        Malformed{"no_classes", "@problemName X\n@data\n1:up\n",
                  "line 2: found @data without @classLabel before it, expected the classes"},
        Malformed{"classes_false", "@classLabel false\n",
                  "line 1: found @classLabel false, expected classes"},
        Malformed{"one_class", "@classLabel true up\n",
                  "line 1: found 1 different classes in 1, expected at least 2, each once"},
        Malformed{"class_twice", "@classLabel true up up down\n",
                  "line 1: found 2 different classes in 3, expected at least 2, each once"},
        Malformed{"classes_twice", "@classLabel true up down\n@classlabel true up left\n",
                  "line 2: found a second @classlabel, expected one"},
        Malformed{"class_not_utf8", "@classLabel true up caf\xe9\n",
                  "line 1: found the name \"caf\\xe9\", expected UTF-8"},
        Malformed{"univariate_of_2_dimensions", "@dimensions 2\n@univariate true\n",
                  "line 2: found @univariate true, expected 2 dimensions as in a line before"},
        Malformed{"dimensions_2_of_univariate", "@univariate true\n@dimensions 2\n",
                  "line 2: found @dimensions 2, expected 1 dimensions as in a line before"},
        Malformed{"regression", "@targetLabel true\n",
                  "line 1: found @targetLabel (regression), expected @classLabel"},
        Malformed{"time_stamps", "@timeStamps true\n",
                  "line 1: found @timeStamps true, expected values without time stamps"},
        Malformed{"huge_dimensions", "@dimensions 99999999999999999999999\n",
                  "line 1: found @dimensions \"99999999999999999999999\", expected a whole number "
                  "from 1"},
        Malformed{"unknown_class", kHeader + "1,2:left\n",
                  "line 4: found class \"left\", expected one of up, down"},
        Malformed{"label_cut", kHeader + "1,2:up\n1,2:\n",
                  "line 5: found class \"\", expected one of up, down"},
        Malformed{"record_cut", kHeader + "1,2:up\n1,2",
                  "line 5: found no \":\", expected values and after it the class"},
        Malformed{"word", kHeader + "1,two:up\n",
                  "line 4: dimension 1, value 2: found \"two\", expected a number or ?"},
        Malformed{"infinite", kHeader + "1:2,inf:up\n",
                  "line 4: dimension 2, value 2: found \"inf\", expected a number or ?"},
        Malformed{"too_large", kHeader + "1e39:up\n",
                  "line 4: dimension 1, value 1: found \"1e39\", expected a number or ?"},
        Malformed{"channels_differ", kHeader + "1:2:up\n1:up\n",
                  "line 5: found 1 dimensions, expected 2 as in the lines before"},
        Malformed{"channels_not_as_declared", "@dimensions 3\n" + kHeader + "1:2:up\n",
                  "line 5: found 2 dimensions, expected 3 as in the header"},
        Malformed{"length_not_as_declared",
                  "@equalLength true\n@seriesLength 1000000000000\n" + kHeader + "1,2:up\n",
                  "line 6: dimension 1: found 2 values, expected 1000000000000 as @seriesLength "
                  "says"}),
    [](const auto& made) { return made.param.name; });

class TsFolderTest : public ::testing::Test {
 protected:
  void WritePair(const std::string& train, const std::string& test) {
    WriteText(folder_.path() / "Made_TRAIN.ts", kHeader + train);
    WriteText(folder_.path() / "Made_TEST.ts", kHeader + test);
  }
  Problem Load(FormatOptions format = {}) {
    return LoadProblem(folder_.path().string(), {.format = std::move(format)});
  }
  testing::TemporaryFolder folder_;
};

TEST_F(TsFolderTest, StandardisesByTheTrainingFile) {
  WritePair("1,3:up\n5,7:down\n", "4,4:up\n");
  const Problem problem = Load();
  // Mean 4, deviation sqrt(5).
  EXPECT_THAT(ReadAll(problem.OpenTestSet("test")), ElementsAre(0, 0));
  const std::vector<float> values = ReadAll(problem.development());
  EXPECT_NEAR(values[0], -3 / std::sqrt(5), 1e-6);
  EXPECT_NEAR(values[3], 3 / std::sqrt(5), 1e-6);
  EXPECT_EQ(problem.development().scaling().mean, std::vector<float>{4});
  EXPECT_EQ(problem.development().ClassNames(), (std::vector<std::string>{"up", "down"}));
  EXPECT_EQ(problem.development().shape(), (tensor::SampleShape{.height = 1, .width = 2}));
}

TEST_F(TsFolderTest, InterpolatesMissingValuesAndPadsWithTheMean) {
  WritePair("0,?,2,?:up\n?,4:down\n", "1,2,3,4,5,6:up\n");
  const Problem problem = Load();
  const auto values = ReadAll(problem.development());  // raw: 0 1 2 2; 4 4 - -: mean 13/6
  const Scaling scaling = problem.development().scaling();
  EXPECT_NEAR(scaling.mean[0], 13.0 / 6, 1e-6);
  EXPECT_NEAR(values[1] * scaling.deviation[0] + scaling.mean[0], 1, 1e-6);
  EXPECT_NEAR(values[4], values[5], 1e-6);
  EXPECT_EQ(values[6], 0);
  EXPECT_EQ(values[7], 0);
  EXPECT_EQ(ReadAll(problem.OpenTestSet("test")).size(), 4U) << "is cut";
}

TEST_F(TsFolderTest, RefusesRecordsOfOneClassToTrainOnButNotToTestOn) {
  WritePair("1,2:up\n3,5:up\n", "1,2:up\n");
  try {
    Load();
    FAIL() << "was accepted";
  } catch (const base::DataError& error) {
    EXPECT_THAT(error.what(), HasSubstr("Made_TRAIN.ts: found the class \"up\" only, expected at "
                                        "least 2 classes"));
  }
  WritePair("1,2:up\n3,5:down\n", "1,2:up\n");
  EXPECT_EQ(Load().OpenTestSet("test").size(), 1);
}

TEST_F(TsFolderTest, StretchesWhenAsked) {
  WritePair("0,2,4:up\n0,4:down\n", "4,0:up\n");
  const Problem problem = Load({.label = {}, .group = {}, .lengths = "resample"});
  const auto values = ReadAll(problem.development());
  EXPECT_EQ(values[1], values[4]) << "2 in both";
}

TEST_F(TsFolderTest, SplitsOffATestSetWhereThereIsNoFile) {
  std::string records;
  for (int i = 0; i < 20; ++i)
    records += std::to_string(i) + (i % 2 == 0 ? ",0:up\n" : ",1:down\n");
  WriteText(folder_.path() / "only.ts", kHeader + records);
  const Problem problem = Load();
  EXPECT_EQ(problem.OpenTestSet("test").size(), 4);
  EXPECT_EQ(problem.train().size(), 12U);
  EXPECT_EQ(problem.validation().size(), 4U);
}

TEST_F(TsFolderTest, NamesTheTestFilesRecordsThatDoNotFitTheTrainingFile) {
  const auto message = [&] {
    try {
      Load();
    } catch (const base::DataError& error) {
      return std::string(error.what());
    }
    return std::string("no error");
  };
  WritePair("1,2:up\n1,3:down\n", "1,2:1,2:up\n");
  EXPECT_THAT(message(), HasSubstr("Made_TEST.ts: found 2 dimensions, expected 1 as "));
  WritePair("1,2:up\n1,3:down\n", "");
  EXPECT_THAT(message(), HasSubstr("Made_TEST.ts: found no record"));
  WriteText(folder_.path() / "Made_TEST.ts", "@classLabel true up left\n@data\n1,2:left\n");
  EXPECT_THAT(message(), HasSubstr("line 3: found class \"left\", expected one of up, down"));
  WriteText(folder_.path() / "Other_TRAIN.ts", kHeader + "1:up\n");
  EXPECT_THAT(message(), HasSubstr("found Made_TRAIN.ts and Other_TRAIN.ts, expected one"));
}

TEST_F(TsFolderTest, RefusesOptionsOfOtherFormats) {
  WritePair("1,2:up\n1,3:down\n", "1,2:up\n");
  try {
    Load({.label = "x", .group = {}});
    FAIL();
  } catch (const base::InvalidArgument& error) {
    EXPECT_THAT(error.what(), HasSubstr("has no such option, expected --lengths"));
  }
}

TEST(TsArchiveTest, ReadsGunPointAndBasicMotionsWhole) {
  const auto archive = testing::DatasetsDir() / "ucr";
  NETSMITH_REQUIRE(std::filesystem::exists(archive / "GunPoint"), archive.string());
  const Problem gun_point = LoadProblem((archive / "GunPoint").string(), {});
  EXPECT_EQ(gun_point.development().size(), 50);
  EXPECT_EQ(gun_point.OpenTestSet("test").size(), 150);
  EXPECT_EQ(gun_point.development().shape(), (tensor::SampleShape{.width = 150}));
  EXPECT_EQ(gun_point.validation().size(), 12U);
  const Problem motions = LoadProblem((archive / "BasicMotions").string(), {});
  EXPECT_EQ(motions.development().shape(), (tensor::SampleShape{.width = 100, .channels = 6}));
  EXPECT_EQ(motions.development().ClassNames()[0], "Standing");
}

}  // namespace
}  // namespace netsmith::data
