#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "tests/cli/program.h"

namespace netsmith::testing {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;
using ::testing::UnorderedElementsAre;

std::string Printed(const std::string& kind) {
  const auto result = Netsmith({"completion", kind});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  return result.out;
}

std::set<std::string> FlagsOf(const std::string& text) {
  std::set<std::string> flags;
  const std::regex pattern("--[a-z][a-z-]+");
  for (std::sregex_iterator it(text.begin(), text.end(), pattern), end; it != end; ++it) {
    flags.insert(it->str());
  }
  return flags;
}

/// What bash offers for a command line whose last word is being typed.
std::vector<std::string> Offered(const std::string& words) {
  const TemporaryFolder folder;
  const auto file = folder.path() / "completion";
  std::ofstream(file) << Printed("bash");
  const auto result = RunProcess({"bash", "-c",
                                  "set -eu; . " + file.string() + "; COMP_WORDS=(" + words +
                                      "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _netsmith; "
                                      "printf '%s\\n' ${COMPREPLY[@]+\"${COMPREPLY[@]}\"}"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  std::vector<std::string> offered;
  std::istringstream lines(result.out);
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty()) offered.push_back(line);
  }
  return offered;
}

TEST(CompletionTest, BashOffersCommandsFlagsAndChoices) {
  EXPECT_THAT(Offered("netsmith se"), UnorderedElementsAre("search", "serve"));
  EXPECT_THAT(Offered("netsmith data ''"), Contains("fetch"));
  EXPECT_THAT(Offered("netsmith search --cell ''"),
              UnorderedElementsAre("nas", "lstm", "gru", "rnn"));
  EXPECT_THAT(Offered("netsmith search --cell = l"), UnorderedElementsAre("lstm"));
  EXPECT_THAT(Offered("netsmith bench child --th"), UnorderedElementsAre("--threads"));
  EXPECT_THAT(Offered("netsmith search --data ''"), UnorderedElementsAre());  // files, by bash
}

TEST(CompletionTest, EveryFlagIsInEveryKind) {
  const std::set<std::string> flags = FlagsOf(Netsmith({"search", "--help"}).out);
  EXPECT_GT(flags.size(), 30u);
  EXPECT_THAT(FlagsOf(Printed("bash")), IsSupersetOf(flags));
  EXPECT_THAT(FlagsOf(Printed("zsh")), IsSupersetOf(flags));
  std::string manual = Printed("man");
  manual = std::regex_replace(manual, std::regex(R"(\\-)"), "-");
  EXPECT_THAT(FlagsOf(manual), IsSupersetOf(flags));
  for (const char* command : {"search", "data fetch", "report", "serve"}) {
    EXPECT_THAT(manual, HasSubstr(std::string(".SS netsmith ") + command));
  }
}

TEST(CompletionTest, ZshReadsItsFile) {
  NETSMITH_REQUIRE(RunProcess({"/bin/sh", "-c", "command -v zsh"}).exit_code == 0,
                   "zsh (scripts/install-deps test)");
  const TemporaryFolder folder;
  const auto file = folder.path() / "_netsmith";
  std::ofstream(file) << Printed("zsh");
  const auto result = RunProcess({"zsh", "-n", file.string()});
  EXPECT_EQ(result.exit_code, 0) << result.err;
}

TEST(CompletionTest, AnUnknownKindIsAnError) {
  EXPECT_EQ(Netsmith({"completion"}).exit_code, 2);
  EXPECT_THAT(ErrorLine(Netsmith({"completion", "fish"})), HasSubstr("expected bash, zsh or man"));
}

}  // namespace
}  // namespace netsmith::testing
