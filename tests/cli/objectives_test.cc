#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/cli/program.h"
#include "tests/support/processes.h"

namespace netsmith::testing {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

class ObjectivesTest : public ProgramTest {
 protected:
  json Search(std::vector<std::string> more) {
    more.emplace_back("--json");
    const ProcessResult result = Netsmith(SearchArguments(more));
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return json::parse(LastLine(result.out), nullptr, false);
  }
  static json WithoutSeconds(json front) {
    for (json& trial : front) trial.erase("seconds");
    return front;
  }
};

TEST_F(ObjectivesTest, AFrontOfAccuracyAndSizeIsTheSameForAnyWorkersAndInEveryOutput) {
  const std::vector<std::string> what = {"--objectives", "params,accuracy", "--trials",
                                         "16",           "--max-params",    "100000"};
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.end(), what.begin(), what.end());
    return more;
  };
  const json one = Search(with({"--study", "one", "--workers", "1"}));
  const json three = Search(with({"--study", "three", "--workers", "3"}));
  EXPECT_EQ(WithoutSeconds(one.at("front")), WithoutSeconds(three.at("front")));
  EXPECT_EQ(one.at("hypervolume"), three.at("hypervolume"));
  EXPECT_EQ(one.at("reference"), (json{{"accuracy", 0.0}, {"params", 100000.0}}));
  EXPECT_GT(one.at("hypervolume"), 0);
  const json& front = one.at("front");
  ASSERT_GE(front.size(), 1u);
  for (std::size_t i = 1; i < front.size(); ++i) {
    EXPECT_LE(front[i].at("reward"), front[i - 1].at("reward"));
    EXPECT_LE(front[i].at("params"), front[i - 1].at("params"));
  }
  const ProcessResult text = Netsmith({"show", "one", "--store", store()});
  EXPECT_THAT(text.out, HasSubstr("with the reference point accuracy 0, params 100,000"));
  const json shown = json::parse(Netsmith({"show", "one", "--store", store(), "--json"}).out);
  EXPECT_EQ(shown.at("front"), front);
  const std::string file = (folder_.path() / "one.html").string();
  EXPECT_EQ(Netsmith({"report", "one", "--store", store(), "--out", file}).exit_code, 0);
  EXPECT_THAT(ReadFile(file), HasSubstr(R"("objectives":["accuracy","params"])"));
}

TEST_F(ObjectivesTest, OneObjectiveHasNoFrontAndNoLatency) {
  const json result = Search({});
  EXPECT_FALSE(result.contains("front"));
  EXPECT_FALSE(result.at("best").contains("latency_us"));
}

TEST_F(ObjectivesTest, ObjectivesArePartOfTheStudy) {
  Search({"--objectives", "accuracy,macs"});
  const ProcessResult result =
      Netsmith(SearchArguments({"--resume", "--objectives", "accuracy,params"}));
  EXPECT_EQ(result.exit_code, 4);
  EXPECT_THAT(
      ErrorLine(result),
      HasSubstr("--objectives is accuracy,macs in the study, accuracy,params was asked for"));
}

TEST_F(ObjectivesTest, LatencyIsKeptWhenAskedAndDecidesOnlyWhenAllowed) {
  const json kept = Search({"--study", "kept", "--measure-latency"});
  EXPECT_GT(kept.at("best").at("latency_us"), 0);
  EXPECT_EQ(kept.at("nondeterministic"), false);
  const json refused = Search({"--study", "limited", "--max-latency", "1000000",
                               "--nondeterministic", "--objectives", "accuracy,latency"});
  EXPECT_GT(refused.at("front").at(0).at("latency_us"), 0);
  EXPECT_EQ(refused.at("reference").at("latency"), 1000000);
}

TEST_F(ObjectivesTest, PruningGoesWithSeveralObjectives) {
  const json result = Search({"--objectives", "accuracy,params", "--pruner", "median",
                              "--child-epochs", "3", "--trials", "24", "--strategy", "random"});
  EXPECT_GE(result.at("states").value("pruned", 0), 1);
  EXPECT_GE(result.at("front").size(), 1u);
}

TEST_F(ObjectivesTest, AForeignProgramsNetworksAreHeldToTheLimitOfLatency) {
  const std::string program = R"(python3 -c '
import json, sys
for line in sys.stdin:
    print(json.dumps({"trial": json.loads(line)["trial"], "reward": 0.5}), flush=True)
')";
  const json result =
      Search({"--evaluator", program, "--max-latency", "1000000", "--nondeterministic"});
  EXPECT_GT(result.at("best").at("latency_us"), 0);
}

}  // namespace
}  // namespace netsmith::testing
