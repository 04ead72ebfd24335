#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/cli/program.h"

namespace netsmith::testing {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

class PruningTest : public ProgramTest {
 protected:
  static std::vector<std::string> Pruned(const std::string& study,
                                         std::vector<std::string> more = {}) {
    std::vector<std::string> arguments = {"--study",        study,   "--pruner", "halving",
                                          "--child-epochs", "4",     "--trials", "24",
                                          "--strategy",     "random"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }
  json Search(std::vector<std::string> more) {
    more.emplace_back("--json");
    const ProcessResult result = Netsmith(SearchArguments(more));
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return json::parse(LastLine(result.out), nullptr, false);
  }
  std::string Error(const std::vector<std::string>& more, int exit_code) {
    const ProcessResult result = Netsmith(SearchArguments(more));
    EXPECT_EQ(result.exit_code, exit_code);
    return ErrorLine(result);
  }
};

TEST_F(PruningTest, StopsChildrenAndGivesTheSameStudyForAnyWorkersAndAfterAResume) {
  const json one = Search(Pruned("one", {"--workers", "1"}));
  EXPECT_GE(one.at("states").value("pruned", 0), 3);
  EXPECT_GE(one.at("states").value("complete", 0), 3);
  const json three = Search(Pruned("three", {"--workers", "3"}));
  Search(Pruned("grown", {"--trials", "10"}));
  const json grown = Search(Pruned("grown", {"--resume"}));
  for (const json& other : {three, grown}) {
    EXPECT_EQ(other.at("states"), one.at("states"));
    EXPECT_EQ(other.at("best").at("genome"), one.at("best").at("genome"));
    EXPECT_EQ(other.at("best").at("reward"), one.at("best").at("reward"));
  }
}

TEST_F(PruningTest, IsAPartOfTheStudy) {
  Search(Pruned("s"));
  EXPECT_THAT(Error(Pruned("s", {"--resume", "--pruner-factor", "2"}), 4),
              HasSubstr("--pruner-factor is 3 in the study, 2 was asked for"));
}

TEST_F(PruningTest, AForeignProgramMayHeedTheRungs) {
  const std::string program = R"(python3 -c '
import json, sys
for line in sys.stdin:
    q = json.loads(line)
    r = (q["trial"] * 7 % 24) / 24
    a = {"trial": q["trial"], "reward": r, "curve": [r, r, r]}
    for rung in q.get("rungs", []):
        if rung["step"] == 1 and r < rung["least"]:
            a = {"trial": q["trial"], "state": "pruned", "reason": "low", "curve": [r]}
    print(json.dumps(a), flush=True)
')";
  const json result = Search(Pruned("s", {"--evaluator", program, "--child-epochs", "1"}));
  EXPECT_GE(result.at("states").value("pruned", 0), 3);
}

TEST_F(PruningTest, ChildrenThatShowNothingBeforeTheirEndAreRefused) {
  EXPECT_THAT(Error({"--pruner", "median"}, 2),
              HasSubstr("--pruner median: found children of one epoch, expected several"));
  EXPECT_THAT(Error(Pruned("s", {"--child-folds", "3"}), 2),
              HasSubstr("--pruner halving: found children of 3 folds"));
  EXPECT_THAT(Error(Pruned("s", {"--reward-split", "test"}), 2),
              HasSubstr("--pruner halving: found --reward-split test"));
}

}  // namespace
}  // namespace netsmith::testing
