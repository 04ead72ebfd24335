#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "tests/cli/program.h"

namespace netsmith::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> Words(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

std::string HelpOf(const std::string& command) {
  std::vector<std::string> arguments = Words(command);
  arguments.push_back("--help");
  const ProcessResult result = Netsmith(arguments);
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.err, IsEmpty());
  return result.out;
}

/// Long flags that begin a line of help.
std::set<std::string> FlagsIn(const std::string& help) {
  std::set<std::string> flags;
  const std::regex pattern(R"((?:^|\n) +(?:-h,)?(--[a-z-]+))");
  for (std::sregex_iterator it(help.begin(), help.end(), pattern), end; it != end; ++it) {
    flags.insert((*it)[1]);
  }
  return flags;
}

std::string CommandDocument() {
  std::ifstream file(std::filesystem::path(NETSMITH_SOURCE_DIR) / "docs" / "cli.md");
  std::ostringstream content;
  content << file.rdbuf();
  return content.str();
}

class HelpTest : public ::testing::TestWithParam<const char*> {};

TEST_P(HelpTest, DocumentExplainsEveryFlagThatHelpNames) {
  const std::string document = CommandDocument();
  const std::set<std::string> flags = FlagsIn(HelpOf(GetParam()));
  EXPECT_GE(flags.size(), 5u);
  for (const std::string& flag : flags) EXPECT_THAT(document, HasSubstr("`" + flag)) << flag;
}

TEST_P(HelpTest, EveryFlagIsExplained) {
  // Help puts the meaning beside the flag, or on the next line when the flag is long.
  const std::string help = HelpOf(GetParam());
  for (const std::string& flag : FlagsIn(help)) {
    const std::regex explained(flag + R"([ \n][^\n]*\n? +[A-Z])");
    EXPECT_TRUE(std::regex_search(help, explained)) << flag;
  }
}

TEST_P(HelpTest, OverviewListsTheCommand) {
  EXPECT_THAT(Netsmith({"--help"}).out, HasSubstr(GetParam()));
}

INSTANTIATE_TEST_SUITE_P(Commands, HelpTest,
                         ::testing::Values("data fetch", "data inspect", "search", "train",
                                           "compare", "show", "predict", "evaluate", "export",
                                           "report", "serve", "bench inference", "bench child"));

TEST(OverviewTest, DoesNotListWhatUsersDoNotNeed) {
  EXPECT_THAT(Netsmith({"--help"}).out, ::testing::Not(HasSubstr("  evaluator")));
}

TEST(OverviewTest, FirstWordAloneListsItsCommands) {
  const ProcessResult result = Netsmith({"bench", "--help"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.out, HasSubstr("bench child"));
  EXPECT_THAT(result.out, ::testing::Not(HasSubstr("search")));
}

TEST(OverviewTest, HelpIsACommandToo) {
  EXPECT_EQ(Netsmith({"help"}).out, Netsmith({"--help"}).out);
  EXPECT_EQ(Netsmith({"help", "data", "inspect"}).out, Netsmith({"data", "inspect", "--help"}).out);
}

TEST(UsageTest, SaysWhichArgumentsMayBeLeftOut) {
  EXPECT_THAT(HelpOf("predict"), HasSubstr("Usage: netsmith predict MODEL FILE… [OPTIONS]\n"));
  EXPECT_THAT(HelpOf("show"), HasSubstr("Usage: netsmith show [STUDY] [OPTIONS]\n"));
  EXPECT_THAT(HelpOf("search"), HasSubstr("Usage: netsmith search [OPTIONS]\n\nData:\n"));
  EXPECT_THAT(HelpOf("search"), ::testing::Not(HasSubstr("\n\n\n")));
}

TEST(OverviewTest, VersionIsPrinted) {
  EXPECT_THAT(Netsmith({"--version"}).out, ::testing::StartsWith("netsmith 0."));
}

}  // namespace
}  // namespace netsmith::testing
