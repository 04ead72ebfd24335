#include "netsmith/search/process_evaluator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <set>
#include <sstream>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "netsmith/base/error.h"
#include "tests/support/environment.h"
#include "tests/support/processes.h"

namespace netsmith::testing {
namespace {

using search::ProcessEvaluator;
using study::Evaluation;
using study::TrialState;
using ::testing::HasSubstr;
using ::testing::StartsWith;

const std::vector<space::Decision> kDecisions = {{"layer1.kernel", {1, 3}}};

ProcessEvaluator Shell(const std::string& command) {
  return ProcessEvaluator({.argv = search::ShellCommand(command), .decisions = kDecisions});
}

Evaluation Ask(ProcessEvaluator& evaluator, std::int64_t trial, std::string network = "net") {
  return evaluator.Evaluate({.trial = trial, .genome = {1}, .network = std::move(network)}, {});
}

/// A line of shell that answers a request by its trial number, with what is in $more.
constexpr const char* kAnswer =
    R"(trial=${line#*:}; trial=${trial%%,*}; echo "{\"trial\":$trial,\"reward\":0.5$more}";)";

std::string Loop(const std::string& body) { return "while read -r line; do " + body + " done"; }

/// The reason that a command's single answer fails with.
std::string ReasonOf(const std::string& command) {
  ProcessEvaluator evaluator = Shell(command);
  const Evaluation evaluation = Ask(evaluator, 0);
  EXPECT_EQ(evaluation.state, TrialState::kFailed);
  EXPECT_EQ(evaluation.reward, 0);
  return evaluation.reason;
}

TEST(ProcessEvaluatorTest, OneProcessServesManyJobs) {
  ProcessEvaluator evaluator = Shell(Loop(std::string("more=,\\\"macs\\\":$$;") + kAnswer));
  const Evaluation first = Ask(evaluator, 0);
  EXPECT_EQ(first.state, TrialState::kComplete) << first.reason;
  EXPECT_EQ(first.reward, 0.5);
  EXPECT_GT(first.seconds, 0) << "measured where the program does not say";
  for (std::int64_t trial = 1; trial < 10; ++trial) {
    EXPECT_EQ(Ask(evaluator, trial).macs, first.macs) << "another process";
  }
}

TEST(ProcessEvaluatorTest, TheProgramReadsNamesAndValues) {
  const TemporaryFolder folder;
  const auto file = folder.path() / "request";
  ProcessEvaluator evaluator =
      Shell("read -r line; echo \"$line\" >" + file.string() + "; " + kAnswer);
  Ask(evaluator, 7, "5,32,2,3");
  EXPECT_EQ(ReadFile(file), R"({"trial":7,"genome":[1],"params":{"layer1.kernel":3},)"
                            R"("network":"5,32,2,3","threads":1})"
                            "\n");
}

TEST(ProcessEvaluatorTest, AProgramMayServeOneJobAndEnd) {
  ProcessEvaluator evaluator = Shell(std::string("read -r line;") + kAnswer);
  for (std::int64_t trial = 0; trial < 20; ++trial) {
    EXPECT_EQ(Ask(evaluator, trial).state, TrialState::kComplete);
  }
}

TEST(ProcessEvaluatorTest, AProgramMayAnswerWithoutReading) {
  ProcessEvaluator evaluator = Shell(R"(exec <&-; echo '{"trial":3,"reward":1}'; sleep 100)");
  EXPECT_EQ(Ask(evaluator, 3, std::string(200'000, 'x')).reward, 1);
}

TEST(ProcessEvaluatorTest, ALongRequestPassesThroughAPipeThatIsFull) {
  ProcessEvaluator evaluator = Shell("sleep 0.05; " + Loop(kAnswer));
  EXPECT_EQ(Ask(evaluator, 3, std::string(200'000, 'x')).state, TrialState::kComplete);
}

TEST(ProcessEvaluatorTest, WhatTheProgramDoesWrongIsTheReason) {
  EXPECT_EQ(ReasonOf("read line; echo hello"),
            "evaluator: answer: found 'hello', expected a JSON object");
  EXPECT_EQ(ReasonOf("read line; echo"), "evaluator: answer: found '', expected a JSON object");
  EXPECT_EQ(ReasonOf(R"(read line; echo '{"trial":1,"reward":0.5}')"),
            R"(evaluator: answer, "trial": found 1, expected 0)");
  EXPECT_EQ(ReasonOf(R"(read line; echo '{"trial":0,"reward":"good"}')"),
            R"(evaluator: answer, "reward": found "good", expected a number from 0 to 1)");
  EXPECT_EQ(ReasonOf(R"(read line; echo '{"trial":0,"reward":93}')"),
            R"(evaluator: answer, "reward": found 93, expected a number from 0 to 1)");
  EXPECT_EQ(ReasonOf(R"(read line; echo '{"trial":0,"reward":NaN}')"),
            R"(evaluator: answer: found '{"trial":0,"reward":NaN}', expected a JSON object)");
  EXPECT_EQ(ReasonOf("read line; head -c 2000000 /dev/zero | tr '\\0' x; sleep 100"),
            "evaluator: found a line of more than 1048576 bytes");
  EXPECT_EQ(ReasonOf(R"(read line; echo '{"trial":0,"error":"no GPU"}')"), "no GPU");
}

TEST(ProcessEvaluatorTest, HowTheProgramEndedIsTheReasonAfterASecondAttempt) {
  EXPECT_EQ(ReasonOf("read line; exit 3"),
            "evaluator exited with code 3 before it answered (attempt 2 of 2)");
  EXPECT_EQ(ReasonOf("exit 0"), "evaluator exited with code 0 before it answered (attempt 2 of 2)");
  EXPECT_EQ(ReasonOf("read line; kill -KILL $$"),
            "evaluator was killed by signal 9 (Killed) before it answered (attempt 2 of 2)");
  EXPECT_EQ(ReasonOf("read line; kill -SEGV $$"),
            "evaluator was killed by signal 11 (Segmentation fault) before it answered "
            "(attempt 2 of 2)");
  EXPECT_EQ(ReasonOf(R"(read line; printf '{"trial":0,')"),
            "evaluator exited with code 0 before it answered (attempt 2 of 2)");
  EXPECT_EQ(ReasonOf("exec >&-; sleep 100"),
            "evaluator closed its output before it answered (attempt 2 of 2)");
  ProcessEvaluator missing({.argv = {"/nonexistent/program"}, .decisions = kDecisions});
  EXPECT_EQ(Ask(missing, 0).reason,
            "evaluator exited with code 127 before it answered (attempt 2 of 2)");
}

TEST(ProcessEvaluatorTest, AJobThatLostItsProgramIsBegunAgainInAnother) {
  const TemporaryFolder folder;
  const std::string marker = (folder.path() / "crashed").string();
  ProcessEvaluator evaluator = Shell(
      Loop("if [ ! -e " + marker + " ]; then touch " + marker + "; kill -9 $$; fi; " + kAnswer));
  EXPECT_EQ(Ask(evaluator, 0).state, TrialState::kComplete);
}

TEST(ProcessEvaluatorTest, AProgramThatAnsweredWronglyIsReplaced) {
  ProcessEvaluator evaluator = Shell(Loop(
      std::string("case $line in *wrong*) echo wrong; echo more;; *) ") + kAnswer + " ;; esac;"));
  EXPECT_EQ(Ask(evaluator, 0, "wrong").state, TrialState::kFailed);
  EXPECT_EQ(Ask(evaluator, 1).state, TrialState::kComplete)
      << "the second wrong line was taken for an answer";
}

TEST(ProcessEvaluatorTest, AnErrorDoesNotCostTheProcess) {
  ProcessEvaluator evaluator =
      Shell(R"(read -r line; echo '{"trial":0,"error":"bad"}'; )" + Loop(kAnswer));
  EXPECT_EQ(Ask(evaluator, 0).state, TrialState::kFailed);
  EXPECT_EQ(Ask(evaluator, 1).state, TrialState::kComplete);
}

TEST(ProcessEvaluatorTest, StopKillsTheWholeGroupAndTheNextJobStartsAnew) {
  const TemporaryFolder folder;
  const auto pids = folder.path() / "pids";
  ProcessEvaluator evaluator =
      Shell("read -r line; case $line in *slow*) sleep 1000 & echo $! $$ >" + pids.string() +
            "; wait;; *) " + kAnswer + " ;; esac");
  std::stop_source stop;
  const std::jthread later([&] {
    EXPECT_TRUE(EventuallyTrue([&] { return ReadFile(pids).ends_with("\n"); }));
    stop.request_stop();
  });
  EXPECT_THROW(evaluator.Evaluate({.trial = 0, .genome = {0}, .network = "slow"}, stop.get_token()),
               base::Interrupted);
  for (const pid_t pid : ReadPids(pids)) {
    EXPECT_TRUE(EventuallyTrue([pid] { return HasEnded(pid); })) << pid;
  }
  EXPECT_THROW(evaluator.Evaluate({.trial = 1, .genome = {0}, .network = ""}, stop.get_token()),
               base::Interrupted);
  EXPECT_EQ(Ask(evaluator, 2).state, TrialState::kComplete);
}

TEST(ProcessEvaluatorTest, WhatAProgramLeavesBehindIsKilled) {
  const TemporaryFolder folder;
  const auto pids = folder.path() / "pids";
  // The sleeper holds the program's output open, so that alone would never end.
  EXPECT_THAT(ReasonOf("read line; sleep 1000 & echo $! >" + pids.string() + "; exit 3"),
              StartsWith("evaluator exited with code 3"));
  for (const pid_t pid : ReadPids(pids)) {
    EXPECT_TRUE(EventuallyTrue([pid] { return HasEnded(pid); }));
  }
}

TEST(ProcessEvaluatorTest, AProgramEndsWithItsEvaluator) {
  const TemporaryFolder folder;
  const auto polite = folder.path() / "polite";
  const auto rude = folder.path() / "rude";
  {
    ProcessEvaluator ends_itself = Shell(Loop(kAnswer) + "; echo bye >" + polite.string());
    ProcessEvaluator stays =
        Shell(Loop("echo $$ >" + rude.string() + "; " + kAnswer) + "; sleep 100");
    Ask(ends_itself, 0);
    Ask(stays, 0);
  }
  EXPECT_EQ(ReadFile(polite), "bye\n") << "it found the end of its input";
  for (const pid_t pid : ReadPids(rude)) {
    EXPECT_TRUE(EventuallyTrue([pid] { return HasEnded(pid); }));
  }
}

TEST(ProcessEvaluatorTest, AProgramOutlivesTheThreadThatStartedIt) {
  ProcessEvaluator evaluator = Shell(Loop(std::string("more=,\\\"macs\\\":$$;") + kAnswer));
  std::vector<std::int64_t> pids(3);
  for (std::size_t i = 0; i < pids.size(); ++i) {
    std::jthread([&] { pids[i] = Ask(evaluator, static_cast<std::int64_t>(i)).macs; }).join();
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  EXPECT_EQ(pids, std::vector(3, pids[0]));
}

TEST(ProcessEvaluatorTest, AnInterruptOfTheUserDoesNotReachTheProgram) {
  ProcessEvaluator evaluator = Shell(Loop(std::string("kill -INT $$; ") + kAnswer));
  EXPECT_EQ(Ask(evaluator, 0).state, TrialState::kComplete);
}

TEST(ProcessEvaluatorTest, TheProgramStartsWithPlainSignals) {
  ProcessEvaluator evaluator = Shell(
      "read -r line; more=,\\\"state\\\":\\\"failed\\\",\\\"reason\\\":\\\"$(grep -E "
      "'SigBlk|SigIgn' /proc/$$/status | tr -d '\\n\\t')\\\"; " +
      std::string(kAnswer));
  // Only SIGINT, signal 2, is ignored; SIGPIPE is not, and nothing is blocked.
  EXPECT_EQ(Ask(evaluator, 0).reason, "SigBlk:0000000000000000SigIgn:0000000000000002");
}

TEST(ProcessEvaluatorTest, LeavesNeitherZombiesNorDescriptors) {
  const auto open_files = [] {
    return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {});
  };
  const auto before = open_files();
  for (int i = 0; i < 3; ++i) {
    ReasonOf("read line; exit 3");
    ReasonOf("read line; echo garbage; sleep 100");
    ProcessEvaluator evaluator = Shell(Loop(kAnswer));
    Ask(evaluator, 0);
  }
  EXPECT_EQ(open_files(), before);
  EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);
}

TEST(ProcessEvaluatorTest, NothingOutlivesAParentThatIsKilled) {
  const TemporaryFolder folder;
  const auto pids = folder.path() / "pids";
  const pid_t parent = fork();
  if (parent == 0) {
    ProcessEvaluator evaluator =
        Shell("sleep 1000 | sleep 1001 & sleep 1002 & echo $! $$ >" + pids.string() + "; wait");
    Ask(evaluator, 0);
    _exit(0);
  }
  EXPECT_TRUE(EventuallyTrue([&] { return ReadFile(pids).ends_with("\n"); }));
  kill(parent, SIGKILL);
  waitpid(parent, nullptr, 0);
  ASSERT_EQ(ReadPids(pids).size(), 2u);
  for (const pid_t pid : ReadPids(pids)) {
    EXPECT_TRUE(EventuallyTrue([pid] { return HasEnded(pid); })) << pid;
  }
}

TEST(ProcessEvaluatorTest, TheExampleInPythonAnswers) {
  NETSMITH_REQUIRE(std::filesystem::exists("/usr/bin/python3"), "python3");
  ProcessEvaluator evaluator =
      Shell("/usr/bin/python3 " NETSMITH_SOURCE_DIR "/examples/evaluator.py");
  EXPECT_EQ(Ask(evaluator, 5).reward, 0.25);
  EXPECT_EQ(Ask(evaluator, 6).reward, 0.25);
}

}  // namespace
}  // namespace netsmith::testing
