// Data of one's own, from the command line.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

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

/// A table whose class is in its small column alone, beside one of 10^6 times its size.
class TableOfMagnitudesTest : public ProgramTest {
 protected:
  TableOfMagnitudesTest() {
    Write(table_, 0);
    const ProcessResult train =
        Netsmith({"train", "--data", table_, "--network", "1,8,1,0", "--epochs", "30", "--mb", "10",
                  "--learning-rate", "0.02", "--out", Path("m"), "--json"});
    EXPECT_EQ(train.exit_code, 0) << train.err;
    EXPECT_THAT(train.err, HasSubstr("3 columns, each scaled by itself: the header names them"));
    accuracy_ = nlohmann::json::parse(LastLine(train.out)).at("mean").get<double>();
  }
  std::string Path(const std::string& name) const { return (folder_.path() / name).string(); }
  std::string model() const { return Path("m/model.netsmith"); }
  /// 200 rows, every tenth without one of its values.
  static void Write(const std::string& path, int first) {
    std::string rows = "yearly income;dose (mg);age;outcome\n";
    for (int i = first; i < first + 200; ++i) {
      const int noise = i * 7919 % 101;
      const std::string dose = i % 10 == 5 ? "" : std::to_string(noise % 3 + 4 * (i % 2)) + ".5e-3";
      rows += std::to_string(noise * 12345) + ";" + dose + ";" + std::to_string(20 + i % 61) + ";" +
              (i % 2 == 0 ? "well" : "ill") + "\n";
    }
    WriteText(path, rows);
  }
  nlohmann::json Run(const std::vector<std::string>& arguments) const {
    const ProcessResult result = Netsmith(arguments);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return nlohmann::json::parse(LastLine(result.out), nullptr, false);
  }
  double ShareRight(const std::string& table) const {
    const auto predictions = Run({"predict", model(), table, "--json"}).at("predictions");
    int right = 0;
    for (std::size_t i = 0; i < predictions.size(); ++i) {
      right += predictions[i].at("class") == (i % 2 == 0 ? "well" : "ill") ? 1 : 0;
    }
    EXPECT_EQ(predictions.size(), 200U);
    return right / 200.0;
  }
  std::string table_ = Path("table.csv");
  double accuracy_ = 0;
};

TEST_F(TableOfMagnitudesTest, IsLearntAndPredictedFromItsRowsAsItIsEvaluated) {
  EXPECT_GT(accuracy_, 0.9);
  EXPECT_NEAR(Run({"evaluate", model(), "--json"}).at("accuracy"), accuracy_, 1e-12);
  const auto all = Run({"evaluate", model(), "--split", "all", "--json"});
  EXPECT_NEAR(all.at("accuracy"), ShareRight(table_), 1e-12);
  Write(Path("other.csv"), 1000);
  const auto other =
      Run({"evaluate", model(), "--data", Path("other.csv"), "--split", "all", "--json"});
  EXPECT_NEAR(other.at("accuracy"), ShareRight(Path("other.csv")), 1e-12);
  EXPECT_GT(other.at("accuracy"), 0.9);
}

TEST_F(TableOfMagnitudesTest, OtherTablesAreReadByTheNamesOfTheirColumns) {
  const std::string row = "a,20,0.0005,5000\n", other = "b,20,0.0055,5000\n";
  std::string rows = "name,age,dose (mg),yearly income\n", labelled = "outcome," + rows;
  for (int i = 0; i < 10; ++i) {
    rows += i % 2 == 0 ? row : other;
    labelled += i % 2 == 0 ? "well," + row : "ill," + other;
  }
  WriteText(Path("rows.csv"), rows);
  const auto predictions = Run({"predict", model(), Path("rows.csv"), "--json"}).at("predictions");
  EXPECT_EQ(predictions[0].at("class"), "well");
  EXPECT_EQ(predictions[1].at("class"), "ill");
  WriteText(Path("labelled.csv"), labelled);
  EXPECT_EQ(Run({"evaluate", model(), "--data", Path("labelled.csv"), "--label", "outcome",
                 "--split", "all", "--json"})
                .at("accuracy"),
            1);
  WriteText(Path("labelled.csv"), "outcome,age,dose\nwell,1,2\nill,1,2\n");
  EXPECT_THAT(ErrorLine(Netsmith({"evaluate", model(), "--data", Path("labelled.csv")})),
              HasSubstr("found no column \"yearly income\", expected one as in the table"));
}

TEST_F(TableOfMagnitudesTest, IsInspectedAsColumnsAndTheirValues) {
  const ProcessResult text = Netsmith({"data", "inspect", table_});
  EXPECT_THAT(text.out, HasSubstr("scaling         each column by its own mean and deviation\n"));
  EXPECT_THAT(text.out, HasSubstr("\nyearly income"));
  EXPECT_THAT(text.out, HasSubstr("dose (mg)=0.00"));
  EXPECT_THAT(text.out, Not(HasSubstr("*"))) << "no curve";
  const auto json = Run({"data", "inspect", table_, "--json"});
  EXPECT_EQ(json.at("scaled"), "column");
  EXPECT_EQ(json.at("columns")[1].at("name"), "dose (mg)");
  EXPECT_FALSE(json.contains("channels"));
  const auto series = Run({"data", "inspect", table_, "--scale", "channel", "--json"});
  EXPECT_EQ(series.at("channels").size(), 1U);
}

TEST_F(TableOfMagnitudesTest, OtherDataAreMeasuredOnTheirTestPartWithAHintAtTheRest) {
  Write(Path("other.csv"), 1000);
  const auto hint = HasSubstr("measuring on 40 of its 200 records");
  const auto errors = [&](const std::vector<std::string>& more) {
    std::vector<std::string> arguments = {"evaluate", model()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return Netsmith(arguments).err;
  };
  EXPECT_THAT(errors({"--data", Path("other.csv")}), hint);
  EXPECT_THAT(errors({"--data", Path("other.csv")}), HasSubstr("--split all measures on all"));
  EXPECT_THAT(errors({"--data", Path("other.csv"), "--split", "all"}), Not(hint));
  EXPECT_THAT(errors({}), Not(hint));
  EXPECT_THAT(errors({"--data", table_}), Not(hint));
}

TEST_F(TableOfMagnitudesTest, AStudyIsReadAgainAsItWasScaled) {
  const auto search = [&](const std::string& study, const std::vector<std::string>& more) {
    std::vector<std::string> arguments = {"search", "--data",  table_,  "--trials", "2",  "--seed",
                                          "1",      "--store", store(), "--study",  study};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return Netsmith(arguments);
  };
  const auto compare = [&](const std::string& study) {
    return Netsmith({"compare", study, "--store", store(), "--epochs", "1", "--learning-rates",
                     "1e-3", "--hand-made", "none", "--json"});
  };
  ASSERT_EQ(search("column", {}).exit_code, 0);
  ASSERT_EQ(search("channel", {"--scale", "channel"}).exit_code, 0);
  EXPECT_EQ(compare("column").exit_code, 0);
  EXPECT_EQ(compare("channel").exit_code, 0) << "as studies older than the option";
  EXPECT_EQ(search("channel", {"--scale", "channel", "--resume"}).exit_code, 0);
  EXPECT_THAT(ErrorLine(search("channel", {"--resume"})), HasSubstr("the data's content"));
}

}  // namespace
}  // namespace netsmith::testing
