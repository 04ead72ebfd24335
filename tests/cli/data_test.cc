// Data of one's own, from the command line.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/cli/program.h"
#include "tests/support/text_files.h"

namespace netsmith::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class DataTest : public ProgramTest {
 protected:
  DataTest() {
    std::string rows = "who,a,b,c,d,e,f,g,h,kind\n";
    for (int i = 0; i < 40; ++i) {
      rows += "p" + std::to_string(i / 2) + ",";
      for (int x = 0; x < 8; ++x) rows += std::to_string((i % 2) * x + i % 5) + ",";
      rows += i % 2 == 0 ? "flat\n" : "steep\n";
    }
    WriteText(table_, rows);
  }
  std::string table_ = (folder_.path() / "table.csv").string();
};

TEST_F(DataTest, IsInspectedAsTextAndJson) {
  const ProcessResult text =
      Netsmith({"data", "inspect", table_, "--label", "kind", "--group", "who"});
  ASSERT_EQ(text.exit_code, 0) << text.err;
  EXPECT_THAT(text.out, HasSubstr("(CSV)"));
  EXPECT_THAT(text.out, HasSubstr("steep"));
  EXPECT_THAT(text.out, HasSubstr("record 0, class "));
  const ProcessResult json =
      Netsmith({"data", "inspect", table_, "--label", "kind", "--group", "who", "--json", "--svg",
                (folder_.path() / "svg").string()});
  ASSERT_EQ(json.exit_code, 0) << json.err;
  const auto object = nlohmann::json::parse(LastLine(json.out));
  EXPECT_EQ(object["shape"], nlohmann::json({1, 8, 1}));
  EXPECT_EQ(
      object["train"].get<int>() + object["validation"].get<int>() + object["test"].get<int>(), 40);
  EXPECT_EQ(object["classes"][0]["name"], "flat");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_.path() / "svg"),
                          std::filesystem::directory_iterator()),
            3);
}

TEST_F(DataTest, IsReadForAComparisonAsItWasForTheStudy) {
  const ProcessResult search =
      Netsmith({"search", "--data", table_, "--label", "kind", "--group", "who", "--trials", "2",
                "--seed", "1", "--store", store(), "--study", "own"});
  ASSERT_EQ(search.exit_code, 0) << search.err;
  const ProcessResult compare =
      Netsmith({"compare", "own", "--store", store(), "--epochs", "1", "--learning-rates", "1e-3",
                "--hand-made", "none", "--json"});
  EXPECT_EQ(compare.exit_code, 0) << compare.err;
  const ProcessResult other =
      Netsmith({"compare", "own", "--store", store(), "--split-seed", "5", "--epochs", "1",
                "--learning-rates", "1e-3", "--hand-made", "none"});
  EXPECT_EQ(other.exit_code, 3);
  EXPECT_THAT(ErrorLine(other), HasSubstr("found other data than that of study own"));
}

TEST_F(DataTest, IsPredictedFromTheVeryTableThatTrained) {
  const std::string out = (folder_.path() / "model").string();
  const ProcessResult train =
      Netsmith({"train", "--data", table_, "--label", "kind", "--group", "who", "--network",
                "3,4,2,0", "--epochs", "1", "--out", out});
  ASSERT_EQ(train.exit_code, 0) << train.err;
  EXPECT_THAT(train.out, Not(HasSubstr("±")));
  const ProcessResult predict = Netsmith({"predict", out + "/model.netsmith", table_, "--json"});
  ASSERT_EQ(predict.exit_code, 0) << predict.err;
  EXPECT_EQ(nlohmann::json::parse(predict.out).at("predictions").size(), 40U);
}

TEST_F(DataTest, PlanDoesNotPromiseMoreSamplesThanThereAre) {
  const ProcessResult search =
      Netsmith({"search", "--data", table_, "--label", "kind", "--group", "who", "--trials", "1",
                "--child-epochs", "1", "--store", store(), "--study", "plan"});
  EXPECT_THAT(search.err, HasSubstr("trained for 1 epoch of all "));
}

TEST_F(DataTest, RefusesWhatDoesNotBelongTogetherInOneLine) {
  EXPECT_THAT(ErrorLine(Netsmith({"data", "inspect"})), HasSubstr("no data named"));
  EXPECT_THAT(
      ErrorLine(Netsmith({"data", "inspect", table_, "--log-mel", "8"})),
      HasSubstr("--log-mel: " + table_ + " is in the format CSV, which has no such option"));
  EXPECT_THAT(ErrorLine(Netsmith({"data", "inspect", table_, "--image-size", "8"})),
              HasSubstr("--image-size: found \"8\", expected HEIGHTxWIDTH"));
  EXPECT_THAT(ErrorLine(Netsmith({"data", "inspect", table_, "--label", "kind"})),
              HasSubstr("column 1 (\"who\"): found \"p0\", expected a number"));
  EXPECT_THAT(ErrorLine(Netsmith({"data", "inspect", table_, "--label", "nothing"})),
              HasSubstr("found no column \"nothing\""));
}

}  // namespace
}  // namespace netsmith::testing
