#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "tests/cli/program.h"

namespace netsmith::testing {
namespace {

using ::testing::HasSubstr;

class ConfigTest : public ::testing::Test {
 protected:
  std::string Write(const std::string& content) {
    const auto file = folder_.path() / "c.toml";
    std::ofstream(file) << content;
    return file.string();
  }
  /// `show --json` of a network, under a configuration.
  nlohmann::json Show(const std::string& content, std::vector<std::string> flags = {}) {
    flags.insert(flags.begin(), {"show", "--json", "--config", Write(content)});
    const ProcessResult result = Netsmith(flags);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return nlohmann::json::parse(result.out, nullptr, false);
  }
  TemporaryFolder folder_;
};

TEST_F(ConfigTest, GivesTheOptionsByTheirLongNames) {
  EXPECT_EQ(Show("network = '3,4,1,0'\nmb = 7").at("mb"), 7);
}

TEST_F(ConfigTest, EmptyFileGivesNothing) {
  EXPECT_EQ(Show("", {"--network", "3,4,1,0"}).at("mb"), 100);
}

TEST_F(ConfigTest, TableOfTheCommandWinsOverTheTop) {
  EXPECT_EQ(Show("mb = 7\n[show]\nnetwork = '3,4,1,0'\nmb = 8").at("mb"), 8);
}

TEST_F(ConfigTest, TablesOfOtherCommandsAreLeftAlone) {
  EXPECT_EQ(Show("network = '3,4,1,0'\n[train]\nmb = 9\n[data.fetch]\ncache-dir = 'x'").at("mb"),
            100);
}

TEST_F(ConfigTest, FlagsWin) {
  EXPECT_EQ(Show("network = '3,4,1,0'\nmb = 7", {"--mb", "9"}).at("mb"), 9);
}

TEST_F(ConfigTest, ValueOnTopIsForTheCommandsThatTakeIt) {
  EXPECT_EQ(Show("network = ['3,4,1,0', '5,4,1,0']\n[show]\nnetwork = '3,4,1,0'\nmb = 8").at("mb"),
            8);
}

TEST_F(ConfigTest, ValuesThatTheCommandDoesNotUseAreChecked) {
  for (const auto& [content, complaint] : std::vector<std::pair<std::string, std::string>>{
           {"seed = 'x'", ":1:8: seed: found a value of type string, expected a whole number"},
           {"mb = 'x'", ":1:6: mb: found a value of type string, expected a whole number"},
           {"[show]\nmb = 'x'", ":2:6: mb: found a value of type string, expected a whole number"},
           {"[search]\ntrials = 'many'", ":2:10: trials: found a value of type string"},
           {"[search]\ntrials = 0", ":2:10: trials: found \"0\", expected a whole number from 1"},
           {"[compare]\nnetwork = ['1', 2]", ":2:17: network: found a value of type integer"},
           {"[data.fetch]\ncache-dir = 5", ":2:13: cache-dir: found a value of type integer"},
           {"[seed]\nx = 1", ":1:1: seed: found a value of type table"}}) {
    const std::string file = Write(content);
    const ProcessResult result =
        Netsmith({"show", "--network", "3,4,1,0", "--mb", "9", "--config", file});
    EXPECT_EQ(result.exit_code, 2) << content;
    EXPECT_THAT(ErrorLine(result), HasSubstr(file + complaint));
  }
}

struct BadConfig {
  const char* content;
  const char* complaint;  // after the file's name
};

class BadConfigTest : public ::testing::TestWithParam<BadConfig> {};

TEST_P(BadConfigTest, IsRefusedWithFileLineAndColumn) {
  const TemporaryFolder folder;
  const std::string file = (folder.path() / "c.toml").string();
  std::ofstream(file) << GetParam().content;
  const ProcessResult result = Netsmith({"search", "--config", file});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(ErrorLine(result), HasSubstr(file + GetParam().complaint));
}

INSTANTIATE_TEST_SUITE_P(
    Table, BadConfigTest,
    ::testing::Values(
        BadConfig{"trails = 5", ":1:1: unknown key \"trails\", the nearest is \"trials\""},
        BadConfig{"[search]\n  trails = 5", ":2:3: unknown key \"trails\", the nearest is"},
        BadConfig{"[serach]\ntrials = 5", ":1:2: unknown key \"serach\", the nearest is"},
        BadConfig{"[data]\nx = 5", ":2:1: unknown key \"x\""},
        BadConfig{"[train]\nworkers = 5", ":2:1: unknown key \"workers\""},
        BadConfig{"trials = \"5\"",
                  ":1:10: trials: found a value of type string, expected a whole"},
        BadConfig{"trials = 5.0", ":1:10: trials: found a value of type floating-point, expected"},
        BadConfig{"trials = 0", ":1:10: trials: found \"0\", expected a whole number from 1"},
        BadConfig{"cell = 3", ":1:8: cell: found a value of type integer, expected a string"},
        BadConfig{"cell = 'x'", ":1:8: cell: found \"x\", expected one of nas, lstm, gru, rnn"},
        BadConfig{"resume = 1", ":1:10: resume: found a value of type integer, expected true"},
        BadConfig{"exploration = true", ":1:15: exploration: found a value of type boolean"},
        BadConfig{"config = 'x'", ":1:1: unknown key \"config\""}, BadConfig{"trials = ", ":1:"},
        BadConfig{"\n\ntrials = 5\ntrials = 6", ":4:"}));

TEST(MissingConfigTest, IsRefused) {
  const ProcessResult result = Netsmith({"search", "--config", "/no/such.toml"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(ErrorLine(result), HasSubstr("/no/such.toml"));
}

}  // namespace
}  // namespace netsmith::testing
