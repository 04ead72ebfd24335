#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "tests/cli/program.h"

namespace netsmith::testing {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

class InterruptTest : public ProgramTest {
 protected:
  /// Rewards by kernel, a tenth of a second each, so that there is time to interrupt.
  InterruptTest() {
    std::ofstream(Script()) << "import json, sys, time\n"
                               "for line in sys.stdin:\n"
                               "  job = json.loads(line)\n"
                               "  time.sleep(0.1)\n"
                               "  reward = job['params']['layer2.kernel'] / 64\n"
                               "  print(json.dumps({'trial': job['trial'], 'reward': reward}),\n"
                               "        flush=True)\n";
  }
  std::string Script() const { return (folder_.path() / "evaluator.py").string(); }
  std::vector<std::string> Slow(const std::string& study) const {
    return SearchArguments({"--evaluator", "/usr/bin/python3 " + Script(), "--trials", "20",
                            "--study", study, "--resume", "--json"});
  }
  static void WaitFor(BackgroundProcess& process, const std::string& text) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (process.ErrorsSoFar().find(text) == std::string::npos && !process.HasEnded()) {
      ASSERT_LT(std::chrono::steady_clock::now(), deadline) << process.ErrorsSoFar();
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }
};

TEST_F(InterruptTest, ControlCKeepsWhatIsFinishedAndTheStudyResumesToTheSameResult) {
  for (const int signal : {SIGINT, SIGTERM}) {
    const std::string study = "stopped" + std::to_string(signal);
    BackgroundProcess stopped(NetsmithCommand(Slow(study)));
    WaitFor(stopped, "[5/20]");
    stopped.Signal(signal);
    const ProcessResult result = stopped.Wait();
    EXPECT_EQ(result.exit_code, 130) << result.err;
    EXPECT_THAT(result.err, HasSubstr("stopping"));
    const json partial = json::parse(LastLine(result.out));
    EXPECT_EQ(partial.at("interrupted"), true);
    EXPECT_GE(partial.at("trials"), 5);
    EXPECT_LT(partial.at("trials"), 20);

    const json resumed = json::parse(LastLine(Netsmith(Slow(study)).out));
    const json whole = json::parse(LastLine(Netsmith(Slow("whole")).out));
    EXPECT_EQ(resumed.at("trials"), 20);
    EXPECT_EQ(resumed.at("best").at("network"), whole.at("best").at("network"));
    EXPECT_EQ(resumed.at("best").at("trial"), whole.at("best").at("trial"));
    EXPECT_EQ(resumed.at("states"), whole.at("states"));
  }
}

TEST_F(InterruptTest, AKilledComparisonLosesNoTrainingThatHadEnded) {
  ASSERT_EQ(Netsmith(SearchArguments()).exit_code, 0);
  const std::filesystem::path before = folder_.path() / "study.db", copy = folder_.path() / "w.db";
  std::filesystem::copy_file(before, copy);
  const auto compare = [&](const std::string& store) {
    return std::vector<std::string>{"compare",    "s",           "--store", store,
                                    "--ensemble", "--finalists", "3",       "--folds",
                                    "3",          "--seeds",     "2",       "--epochs",
                                    "10",         "--mb",        "20",      "--learning-rates",
                                    "0.003,0.01", "--hand-made", "none",    "--json"};
  };
  BackgroundProcess killed(NetsmithCommand(compare(store())));
  WaitFor(killed, "full training 8 of 18");
  killed.Signal(SIGKILL);
  EXPECT_EQ(killed.Wait().exit_code, 128 + SIGKILL) << "it ended too early for this test";

  const ProcessResult resumed = Netsmith(compare(store()));
  EXPECT_THAT(resumed.err, Not(HasSubstr("full training 8 of 18: ")));
  EXPECT_THAT(resumed.err, HasSubstr("full training 18 of 18: "));
  EXPECT_THAT(resumed.err, HasSubstr("full trainings done before"));
  json one = json::parse(LastLine(resumed.out));
  json other = json::parse(LastLine(Netsmith(compare("sqlite:///" + copy.string())).out));
  for (json* result : {&one, &other}) {
    for (json& network : result->at("networks")) network.erase("seconds");
  }
  EXPECT_EQ(one, other);

  // As long as its weights are whole, nothing is trained again.
  EXPECT_THAT(Netsmith(compare(store())).err, HasSubstr("18 full trainings done before"));
}

TEST_F(InterruptTest, TheCommandThatShowPrintsMakesTheComparisonAndTheModelToo) {
  std::vector<std::string> arguments = Slow("cut");
  arguments.insert(arguments.end(),
                   {"--compare", "--out", "model", "--epochs", "1", "--learning-rates", "1e-3",
                    "--hand-made", "none", "--finalists", "1"});
  BackgroundProcess stopped(NetsmithCommand(arguments), {.folder = folder_.path()});
  WaitFor(stopped, "[1/20]");
  stopped.Signal(SIGINT);
  EXPECT_EQ(stopped.Wait().exit_code, 130);

  const std::string shown = Netsmith({"show", "cut", "--store", store()}).out;
  const std::string begin = "goes on by: netsmith ";
  const std::size_t found = shown.find(begin);
  ASSERT_NE(found, std::string::npos) << shown;
  const std::size_t first = found + begin.size();
  const std::string command = shown.substr(first, shown.find('\n', first) - first);
  const ProcessResult result = RunProcess({"/bin/sh", "-c", NETSMITH_PROGRAM " " + command});
  EXPECT_EQ(result.exit_code, 0) << command << "\n" << result.err;
  EXPECT_THAT(result.out, HasSubstr("random"));
  EXPECT_TRUE(std::filesystem::exists(folder_.path() / "model" / "model.netsmith")) << result.err;
}

TEST_F(InterruptTest, TheCommandThatGoesOnWithTheRandomSearchAsksForNoComparison) {
  std::vector<std::string> arguments = Slow("cut");
  arguments.insert(arguments.end(), {"--compare", "--out", "model", "--epochs", "1"});
  BackgroundProcess stopped(NetsmithCommand(arguments), {.folder = folder_.path()});
  WaitFor(stopped, "cut-random [1/20]");
  stopped.Signal(SIGINT);
  EXPECT_EQ(stopped.Wait().exit_code, 130);
  const std::string shown = Netsmith({"show", "cut-random", "--store", store()}).out;
  EXPECT_THAT(shown, HasSubstr("--strategy=random"));
  EXPECT_THAT(shown, HasSubstr(" --resume"));
  EXPECT_THAT(shown, Not(HasSubstr("--compare")));
  EXPECT_THAT(shown, Not(HasSubstr("--out")));
}

TEST_F(InterruptTest, ControlCInTheComparisonStillPrintsTheSearch) {
  BackgroundProcess process(NetsmithCommand(
      SearchArguments({"--compare", "--epochs", "100000", "--hand-made", "none", "--json"})));
  WaitFor(process, "epoch 1 of");
  process.Signal(SIGINT);
  const ProcessResult result = process.Wait();
  EXPECT_EQ(result.exit_code, 130) << result.err;
  const json printed = json::parse(LastLine(result.out));
  EXPECT_EQ(printed.at("trials"), 6);
  EXPECT_EQ(printed.at("interrupted"), false);
  EXPECT_FALSE(printed.contains("comparison"));
  EXPECT_THAT(result.err, ::testing::HasSubstr("the same command with --resume goes on"));
}

TEST_F(InterruptTest, TrainingStopsWithinAnEpoch) {
  BackgroundProcess process(
      NetsmithCommand({"train", "--data", data(), "--network", "3,4,2,0", "--epochs", "100000"}));
  WaitFor(process, "epoch 1 of");
  process.Signal(SIGINT);
  EXPECT_EQ(process.Wait().exit_code, 130);
}

TEST_F(InterruptTest, SecondControlCEndsAtOnce) {
  // An evaluator that cannot be stopped politely is not needed: the second signal comes at once.
  BackgroundProcess process(NetsmithCommand(Slow("twice")));
  WaitFor(process, "[1/20]");
  process.Signal(SIGINT);
  process.Signal(SIGTERM);
  EXPECT_EQ(process.Wait().exit_code, 130);
}

}  // namespace
}  // namespace netsmith::testing
