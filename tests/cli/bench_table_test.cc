#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/cli/program.h"

namespace netsmith::testing {
namespace {

using ::testing::HasSubstr;

/// 3^4 genomes; the reward falls with the distance from 2102, the score is the reward's double.
class BenchTableTest : public ::testing::Test {
 protected:
  BenchTableTest() {
    std::ofstream file(path());
    file << "cost,val,ops,test\n";
    for (int i = 0; i < 81; ++i) {
      const std::string ops = {Digit(i / 27), Digit(i / 9), Digit(i / 3), Digit(i)};
      int distance = 0;
      for (int d = 0; d < 4; ++d) distance += ops[At(d)] == "2102"[d] ? 0 : d + 1;
      const double reward = 0.4 - 0.02 * distance;
      file << 10 + i % 5 << ',' << reward << ',' << ops << ',' << 2 * reward << '\n';
    }
  }

  std::string path() const { return (folder_.path() / "table.csv").string(); }
  ProcessResult Bench(const std::vector<std::string>& more) const {
    std::vector<std::string> arguments = {
        "bench",  "table", "--table",          path(), "--reward", "val", "--score", "test",
        "--cost", "cost",  "--budget-seconds", "500",  "--runs",   "20",  "--seed",  "1"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return Netsmith(arguments);
  }

 private:
  static char Digit(int i) { return static_cast<char>('0' + i % 3); }
  static std::size_t At(int i) { return static_cast<std::size_t>(i); }
  TemporaryFolder folder_;
};

TEST_F(BenchTableTest, JsonHasTheFiguresAndTheCurve) {
  const ProcessResult result = Bench({"--json"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const auto json = nlohmann::json::parse(LastLine(result.out));
  EXPECT_NEAR(json.at("mean"), 2 * json.at("mean_reward").get<double>(), 1e-9);
  EXPECT_GT(json.at("mean"), 0.7);
  EXPECT_GE(json.at("sd"), 0);
  EXPECT_LE(json.at("median"), 0.8 + 1e-9);
  EXPECT_NEAR(json.at("evaluations"), 500.0 / 12, 3);
  EXPECT_EQ(json.at("strategy"), "guided");
  EXPECT_EQ(json.at("duplicates"), "free");
  const auto& curve = json.at("curve");
  for (std::size_t i = 1; i < curve.size(); ++i) {
    EXPECT_GE(curve[i].at("reward"), curve[i - 1].at("reward"));
  }
  EXPECT_EQ(curve.back().at("seconds"), 500);
  EXPECT_EQ(curve.back().at("score"), json.at("mean"));
}

TEST_F(BenchTableTest, ThreadsChangeNothingAndTheSeedDoes) {
  const std::vector<std::string> random = {"--json", "--strategy", "random"};
  const auto with = [&](const std::string& more) {
    std::vector<std::string> arguments = random;
    arguments.push_back(more);
    return Bench(arguments).out;
  };
  EXPECT_EQ(with("--threads=1"), with("--threads=3"));
  EXPECT_NE(with("--seed=1"), with("--seed=2"));
}

TEST_F(BenchTableTest, EveryStrategyRunsAndPublishedBaselinesPayAgain) {
  for (const char* strategy : {"random", "evolution", "gp", "local"}) {
    const ProcessResult result = Bench({"--json", "--strategy", strategy, "--runs", "3"});
    ASSERT_EQ(result.exit_code, 0) << result.err;
    const auto json = nlohmann::json::parse(LastLine(result.out));
    const bool published =
        std::string(strategy) == "random" || std::string(strategy) == "evolution";
    EXPECT_EQ(json.at("duplicates"), published ? "pay" : "free") << strategy;
  }
  EXPECT_THAT(Bench({"--json", "--strategy", "random", "--duplicates", "free"}).out,
              HasSubstr("\"duplicates\":\"free\""));
}

TEST_F(BenchTableTest, TextShowsTheScoreAndTheCurve) {
  const ProcessResult result = Bench({"--strategy", "random"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("random on 81 genomes, 20 runs of 500 s"));
  EXPECT_THAT(result.out, HasSubstr("best val"));
}

TEST_F(BenchTableTest, MistakesAreOneLine) {
  EXPECT_THAT(ErrorLine(Netsmith({"bench", "table"})), HasSubstr("--table: not given"));
  const ProcessResult column = Bench({"--reward", "vall"});
  EXPECT_EQ(column.exit_code, 3);
  EXPECT_THAT(ErrorLine(column), HasSubstr("found no column \"vall\", expected one of: \"cost\""));
  const ProcessResult missing = Bench({"--table", path() + ".gone"});
  EXPECT_EQ(missing.exit_code, 3);
  EXPECT_THAT(ErrorLine(missing), HasSubstr("cannot be opened"));
  std::filesystem::resize_file(path(), std::filesystem::file_size(path()) - 20);
  const ProcessResult cut = Bench({});
  EXPECT_EQ(cut.exit_code, 3);
  EXPECT_THAT(ErrorLine(cut), HasSubstr("table.csv"));
}

}  // namespace
}  // namespace netsmith::testing
