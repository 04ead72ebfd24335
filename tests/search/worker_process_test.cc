#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "netsmith/base/random.h"
#include "netsmith/search/process_evaluator.h"
#include "tests/support/environment.h"
#include "tests/support/log_store.h"
#include "tests/support/processes.h"
#include "tests/support/simulated_search.h"

namespace netsmith::testing {
namespace {

using study::Trial;

/// A study of 40 trials without worker processes, in this one.
std::vector<Trial> InProcess() {
  LogStore store;
  return WithoutSeconds(TinySearch().Run(store).trials);
}

std::vector<Trial> WithWorkers(int num_workers, std::vector<std::string> arguments) {
  TinySearch tiny;
  tiny.options.num_workers = num_workers;
  arguments.insert(arguments.begin(), {NETSMITH_SEARCH_HELPER, "worker"});
  tiny.make_evaluator = [&] {
    return std::make_unique<search::ProcessEvaluator>(
        search::ProcessOptions{.argv = arguments, .decisions = tiny.space.decisions()});
  };
  LogStore store;
  return WithoutSeconds(tiny.Run(store).trials);
}

TEST(WorkerProcessTest, GivesTheStudyOfTheSameEvaluatorInProcess) {
  EXPECT_EQ(WithWorkers(1, {"0"}), InProcess());
  EXPECT_EQ(WithWorkers(3, {"2000"}), InProcess());
}

TEST(WorkerProcessTest, LosingEachWorkerOnceAtEachTrialChangesNothing) {
  const TemporaryFolder folder;
  EXPECT_EQ(WithWorkers(2, {"0", folder.path()}), InProcess());
  EXPECT_FALSE(std::filesystem::is_empty(folder.path())) << "no worker crashed";
}

enum class Kill { kParent, kOneWorker, kAll };

/// A search in a process of its own, with two workers; `mark` is in the environment of all three.
class SearchProcess {
 public:
  SearchProcess(const std::filesystem::path& log, const std::string& mark) : mark_(mark) {
    pid_ = fork();
    if (pid_ != 0) return;
    setsid();
    setenv("NETSMITH_TEST_MARK", mark.c_str(), 1);
    const int null = open("/dev/null", O_WRONLY);
    dup2(null, STDERR_FILENO);
    execl(NETSMITH_SEARCH_HELPER, NETSMITH_SEARCH_HELPER, "search", log.c_str(), "4000", nullptr);
    _exit(127);
  }

  std::vector<pid_t> All() const { return ProcessesWith("NETSMITH_TEST_MARK=" + mark_); }

  void Strike(Kill what, base::Generator& random) {
    if (what == Kill::kParent) kill(pid_, SIGKILL);
    if (what == Kill::kAll) {
      std::vector<pid_t> all = All();
      std::reverse(all.begin(), all.end());  // workers first: the parent sees them go
      for (const pid_t pid : all) kill(pid, SIGKILL);
    }
    if (what == Kill::kOneWorker) {
      std::vector<pid_t> workers = All();
      std::erase(workers, pid_);
      if (!workers.empty()) kill(workers[random.Below(workers.size())], SIGKILL);
    }
  }

  bool HasEnded() const { return testing::HasEnded(pid_); }
  /// True when the search ended by itself, with success.
  bool Wait() {
    int status = 0;
    waitpid(pid_, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
  }

 private:
  std::string mark_;
  pid_t pid_;
};

void KillAndResumeUntilDone(Kill what, base::Generator& moments, int& num_strikes) {
  const TemporaryFolder folder;
  const auto log = folder.path() / "study.log";
  for (bool done = false; !done;) {
    SearchProcess search(log, folder.path());
    WaitForGrowth(log, moments.Below(4000), [&] { return search.HasEnded(); });
    std::this_thread::sleep_for(std::chrono::microseconds(moments.Below(3000)));
    ++num_strikes;
    search.Strike(what, moments);
    done = search.Wait();
    EXPECT_TRUE(EventuallyTrue([&] { return search.All().empty(); })) << "orphans";
  }
  EXPECT_EQ(WithoutSeconds(LogStore(log).trials()), InProcess());
}

class KilledSearchTest : public ::testing::TestWithParam<Kill> {};

TEST_P(KilledSearchTest, LeavesNoOrphansAndResumesToTheSameStudy) {
  base::Generator moments(5);
  int num_strikes = 0;
  for (int i = 0; i < 3; ++i) KillAndResumeUntilDone(GetParam(), moments, num_strikes);
  EXPECT_GE(num_strikes, 3);
}

INSTANTIATE_TEST_SUITE_P(Which, KilledSearchTest,
                         ::testing::Values(Kill::kParent, Kill::kOneWorker, Kill::kAll));

}  // namespace
}  // namespace netsmith::testing
