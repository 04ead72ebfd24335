#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/cli/program.h"
#include "tests/support/environment.h"
#include "tests/support/process.h"

namespace netsmith::testing {
namespace {

using nlohmann::json;

/// Rewards that no training costs, some trials without one.
constexpr const char* kEvaluator = R"(import sys, json, random, time
for line in sys.stdin:
    q = json.loads(line)
    time.sleep(float(sys.argv[1]))
    r = random.Random(q["trial"])
    a = {"trial": q["trial"], "reward": float(sys.argv[2]) * r.random(), "params": r.randrange(1, 10**6), "macs": r.randrange(1, 10**7)}
    if r.random() < 0.1: a = {"trial": q["trial"], "state": "diverged", "reason": "<b>NaN</b> & more"}
    print(json.dumps(a), flush=True)
)";

/// Real Chromium, started once, on a report and on a live page; pages.js says what is checked.
TEST_F(ProgramTest, PagesShowWhatTheStoreHolds) {
  NETSMITH_REQUIRE(
      RunProcess({"/bin/sh", "-c", "command -v chromium && command -v node"}).exit_code == 0,
      "chromium and node (scripts/install-deps test)");
  NETSMITH_REQUIRE(std::filesystem::exists(NodeModules() / "playwright-core"),
                   "playwright-core (scripts/install-deps test)");
  const std::filesystem::path folder = folder_.path();
  std::ofstream(folder / "evaluator.py") << kEvaluator;
  const std::string evaluator = "python3 " + (folder / "evaluator.py").string();
  const std::string name = "<script>alert('x')</script>&amp;";
  ASSERT_EQ(Netsmith(SearchArguments({"--study", name, "--trials", "120", "--space", "post",
                                      "--objectives", "accuracy,params", "--evaluator",
                                      evaluator + " 0 0.5"}))
                .exit_code,
            0);
  // Better than the search, so that its line is the highest of the chart.
  ASSERT_EQ(
      Netsmith(SearchArguments({"--study", name + "-random", "--trials", "40", "--space", "post",
                                "--strategy", "random", "--evaluator", evaluator + " 0 1"}))
          .exit_code,
      0);
  ASSERT_EQ(Netsmith({"compare", name, "--store", store(), "--data", data(), "--finalists", "2",
                      "--epochs", "1", "--learning-rates", "1e-3", "--hand-made", "none"})
                .exit_code,
            0);
  ASSERT_EQ(Netsmith({"report", name, "--store", store(), "--out", (folder / "r.html").string()})
                .exit_code,
            0);
  ASSERT_EQ(Netsmith({"train", "--data", data(), "--network", "3,8,2,0", "--epochs", "8", "--mb",
                      "20", "--learning-rate", "0.01", "--out", folder.string()})
                .exit_code,
            0);
  const json task = {
      {"report", (folder / "r.html").string()},
      {"name", name},
      {"show", NetsmithCommand({"show", "--store", store(), "--json", name})},
      {"search", NetsmithCommand(SearchArguments({"--study", "live", "--trials", "1000", "--space",
                                                  "post", "--evaluator", evaluator + " 0.05 1"}))},
      {"show_live", NetsmithCommand({"show", "--store", store(), "--json", "live"})},
      {"serve", NetsmithCommand({"serve", "live", "--store", store(), "--port", "0", "--json",
                                 "--model", (folder / "model.netsmith").string()})}};
  const ProcessResult result =
      RunProcess({"node", NETSMITH_SOURCE_DIR "/tests/web/pages.js", task.dump()},
                 {.environment = {{"NODE_PATH", NodeModules().string()}}});
  EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
}

}  // namespace
}  // namespace netsmith::testing
