#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
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
#include <system_error>
#include <thread>
#include <vector>

#include "netsmith/base/error.h"
#include "netsmith/base/random.h"
#include "netsmith/search/process_evaluator.h"
#include "netsmith/store/open.h"
#include "tests/support/environment.h"
#include "tests/support/log_store.h"
#include "tests/support/processes.h"
#include "tests/support/raw_database.h"
#include "tests/support/simulated_search.h"

namespace netsmith::testing {
namespace {

using study::Trial;
using ::testing::HasSubstr;

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
  SearchProcess(const std::filesystem::path& file, const std::string& mark,
                const std::string& workers = "2", const std::string& longest_trial_us = "4000")
      : mark_(mark) {
    pid_ = fork();
    if (pid_ != 0) return;
    setsid();
    setenv("NETSMITH_TEST_MARK", mark.c_str(), 1);
    const int null = open("/dev/null", O_WRONLY);
    dup2(null, STDERR_FILENO);
    execl(NETSMITH_SEARCH_HELPER, NETSMITH_SEARCH_HELPER, "search", file.c_str(),
          longest_trial_us.c_str(), workers.c_str(), nullptr);
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

/// A study's file, as it is when nobody writes it.
class StudyFile {
 public:
  std::filesystem::path path() const { return folder_.path() / "study.db"; }
  const std::filesystem::path& folder() const { return folder_.path(); }

  /// Until the first write of a search that was just started, and a random while longer.
  void WaitForWritesOf(const SearchProcess& search, base::Generator& moments) const {
    const auto wal = path().string() + "-wal";
    std::error_code none;
    const auto before = std::filesystem::last_write_time(wal, none);
    while (std::filesystem::last_write_time(wal, none) == before && !search.HasEnded()) {
      std::this_thread::sleep_for(std::chrono::microseconds(200));
    }
    std::this_thread::sleep_for(std::chrono::microseconds(moments.Below(60'000)));
  }

  std::vector<Trial> Trials() const {
    EXPECT_EQ(RawDatabase(path()).Run("PRAGMA integrity_check; PRAGMA foreign_key_check"),
              std::vector<std::string>{"ok"});
    const auto store = store::OpenStore("sqlite:///" + path().string());
    if (store->StudyNames().empty()) return {};
    return store->Trials("tiny-study");
  }

  /// All that the tables hold, but for times, row ids, leases and attempts.
  std::vector<std::string> Contents() const {
    std::vector<std::string> rows;
    RawDatabase database(path());
    for (const std::string query :
         {"SELECT study_name FROM studies", "SELECT direction, objective FROM study_directions",
          "SELECT \"key\", value_json FROM study_user_attributes ORDER BY 1",
          "SELECT \"key\", value_json FROM study_system_attributes ORDER BY 1",
          "SELECT number, state FROM trials ORDER BY 1",
          "SELECT number, \"key\", value_json FROM trial_user_attributes JOIN trials USING"
          " (trial_id) ORDER BY 1, 2",
          "SELECT number, \"key\", value_json FROM trial_system_attributes JOIN trials USING"
          " (trial_id) ORDER BY 1, 2",
          "SELECT number, param_name, hex(param_value), distribution_json FROM trial_params JOIN"
          " trials USING (trial_id) ORDER BY 1, 2",
          "SELECT number, objective, printf('%!.17g', value), value_type FROM trial_values JOIN"
          " trials USING (trial_id) ORDER BY 1, 2",
          "SELECT number, step, printf('%!.17g', intermediate_value), intermediate_value_type FROM"
          " trial_intermediate_values JOIN trials USING (trial_id) ORDER BY 1, 2",
          "SELECT count(*) FROM trial_heartbeats", "SELECT version FROM netsmith_schema",
          "SELECT space_signature, decisions_json, options_json, engine FROM netsmith_studies",
          "SELECT number, graph_hash, forced_uniform FROM netsmith_trials ORDER BY 1",
          "SELECT count(*) FROM netsmith_leases", "SELECT count(*) FROM netsmith_holds"}) {
      for (const std::string& row : database.Run(query))
        rows.push_back(fmt::format("{}: {}", query, row));
    }
    return rows;
  }

 private:
  TemporaryFolder folder_;
};

std::vector<std::string> ContentsOfOneRun(const std::string& workers) {
  const StudyFile file;
  SearchProcess search(file.path(), file.folder(), workers);
  EXPECT_TRUE(search.Wait());
  EXPECT_EQ(WithoutSeconds(file.Trials()), InProcess());
  return file.Contents();
}

TEST(StudyDatabaseTest, IsTheSameForOneTwoAndEightWorkers) {
  const std::vector<std::string> one = ContentsOfOneRun("1");
  EXPECT_GT(one.size(), 200u);
  EXPECT_EQ(ContentsOfOneRun("2"), one);
  EXPECT_EQ(ContentsOfOneRun("8"), one);
}

void ExpectFinishedStayed(const std::vector<Trial>& before, const std::vector<Trial>& after) {
  ASSERT_GE(after.size(), before.size());
  for (std::size_t i = 0; i < before.size(); ++i) {
    if (before[i].state == study::TrialState::kRunning) continue;
    EXPECT_EQ(after[i], before[i]);
  }
}

/// One study; returns how often something was killed.
int KillAndResumeUntilDone(Kill what, base::Generator& moments,
                           const std::vector<std::string>& expected) {
  const StudyFile file;
  std::vector<Trial> before;
  int num_strikes = 0;
  for (bool done = false; !done;) {
    SearchProcess search(file.path(), file.folder());
    file.WaitForWritesOf(search, moments);
    if (!search.HasEnded()) ++num_strikes;
    search.Strike(what, moments);
    done = search.Wait();
    EXPECT_TRUE(EventuallyTrue([&] { return search.All().empty(); })) << "orphans";
    const std::vector<Trial> after = file.Trials();
    ExpectFinishedStayed(before, after);
    before = after;
  }
  EXPECT_EQ(file.Contents(), expected);
  return num_strikes;
}

class KilledSearchTest : public ::testing::TestWithParam<Kill> {};

// $NETSMITH_TEST_KILLS: how many kills of each kind; tests/slow/run asks for 100.
TEST_P(KilledSearchTest, LeavesNoOrphansAndResumesToTheSameDatabase) {
  const char* wanted = std::getenv("NETSMITH_TEST_KILLS");
  const int num_kills = wanted == nullptr ? 10 : std::atoi(wanted);
  const std::vector<std::string> expected = ContentsOfOneRun("1");
  base::Generator moments(5);
  int num_strikes = 0;
  while (num_strikes < num_kills) {
    num_strikes += KillAndResumeUntilDone(GetParam(), moments, expected);
    ASSERT_FALSE(HasFailure());
  }
}

INSTANTIATE_TEST_SUITE_P(Which, KilledSearchTest,
                         ::testing::Values(Kill::kParent, Kill::kOneWorker, Kill::kAll));

TEST(TwoSearchesTest, TheSecondOnOneStudyIsRefusedAndTheFirstGoesOn) {
  const StudyFile file;
  const std::string url = "sqlite:///" + file.path().string();
  // It still runs when the second begins, however slow the machine.
  SearchProcess first(file.path(), file.folder(), "2", "100000");
  base::Generator moments(1);
  file.WaitForWritesOf(first, moments);
  const auto store = store::OpenStore(url);
  ASSERT_TRUE(EventuallyTrue([&] {
    return !store->StudyNames().empty() &&
           (!store->Holder("tiny-study").empty() || first.HasEnded());
  }));
  if (!first.HasEnded()) {
    TinySearch second;
    second.options.resume = true;
    try {
      second.Run(*store);
      ADD_FAILURE() << "not refused";
    } catch (const base::StoreError& error) {
      EXPECT_THAT(error.what(), HasSubstr("study 'tiny-study': another search is running it"));
    }
  }
  EXPECT_TRUE(first.Wait());
  EXPECT_EQ(WithoutSeconds(file.Trials()), InProcess());
}

}  // namespace
}  // namespace netsmith::testing
