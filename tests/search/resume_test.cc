#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "netsmith/base/error.h"
#include "netsmith/base/random.h"
#include "netsmith/store/memory_store.h"
#include "tests/support/environment.h"
#include "tests/support/log_store.h"
#include "tests/support/processes.h"
#include "tests/support/simulated_search.h"

namespace netsmith::testing {
namespace {

using study::Trial;
using study::TrialState;
using ::testing::HasSubstr;

TinySearch SearchOf(std::int64_t num_trials, bool resume) {
  TinySearch tiny;
  tiny.options.num_trials = num_trials;
  tiny.options.num_workers = 2;
  tiny.options.max_duplicates_in_row = 3;
  tiny.options.resume = resume;
  return tiny;
}

std::vector<Trial> Uninterrupted(std::int64_t num_trials) {
  LogStore store;
  return WithoutSeconds(SearchOf(num_trials, false).Run(store).trials);
}

std::string MessageOf(const std::function<void()>& action) {
  try {
    action();
  } catch (const base::StoreError& error) {
    return error.what();
  }
  return "no StoreError";
}

TEST(ResumeTest, StartsAStudyWhereThereIsNone) {
  LogStore store;
  EXPECT_EQ(WithoutSeconds(SearchOf(10, true).Run(store).trials), Uninterrupted(10));
}

TEST(ResumeTest, AnExistingStudyIsRefusedWithoutResume) {
  LogStore store;
  SearchOf(5, false).Run(store);
  EXPECT_EQ(
      MessageOf([&] { SearchOf(5, false).Run(store); }),
      "study 'tiny-study': exists already; --resume continues it, --study NAME begins another");
}

TEST(ResumeTest, ASearchThatIsRefusedNeverBegins) {
  LogStore store;
  bool begun = false;
  const auto search = [&](bool resume, std::uint64_t seed) {
    begun = false;
    ChaoticStrategy strategy(TinySpace().decisions(), seed);
    TinySearch tiny = SearchOf(9, resume);
    tiny.options.on_begin = [&] { begun = true; };
    return MessageOf([&] { tiny.Run(store, strategy); });
  };
  EXPECT_EQ(search(false, 1), "no StoreError");
  EXPECT_TRUE(begun);
  EXPECT_THAT(search(false, 1), HasSubstr("exists already"));
  EXPECT_FALSE(begun);
  EXPECT_THAT(search(true, 2), HasSubstr("trial 0 was made by another version"));
  EXPECT_FALSE(begun);
  store.trials()[8].evaluation.reward += 0.125;  // is asked for, but never told
  EXPECT_EQ(search(true, 1), "no StoreError");
  EXPECT_TRUE(begun) << "a study that is whole, too";
  store.trials()[1].evaluation.reward += 0.125;
  EXPECT_THAT(search(true, 1), HasSubstr("trial 4 was made by"));
  EXPECT_FALSE(begun) << "some of the trials are checked";
}

TEST(ResumeTest, ASearchSaysThatItHoldsItsStudyBeforeItGoesThroughItsTrials) {
  class Strategy final : public ChaoticStrategy {
   public:
    explicit Strategy(std::vector<std::string>& log)
        : ChaoticStrategy(TinySpace().decisions(), 1), log_(log) {}
    std::vector<space::Genome> Ask(int count) override {
      log_.emplace_back("ask");
      return ChaoticStrategy::Ask(count);
    }

   private:
    std::vector<std::string>& log_;
  };
  LogStore store;
  std::vector<std::string> log;
  const auto search = [&](std::int64_t num_trials, bool resume) {
    log.clear();
    Strategy strategy(log);
    TinySearch tiny = SearchOf(num_trials, resume);
    tiny.options.on_hold = [&] { log.emplace_back("hold"); };
    tiny.options.on_begin = [&] { log.emplace_back("begin"); };
    return MessageOf([&] { tiny.Run(store, strategy); });
  };
  search(8, false);
  EXPECT_EQ(log, (std::vector<std::string>{"hold", "ask", "begin", "ask"}));
  search(12, true);
  EXPECT_EQ(log, (std::vector<std::string>{"hold", "ask", "ask", "begin", "ask"}));
  EXPECT_THAT(search(12, false), HasSubstr("exists already"));
  EXPECT_TRUE(log.empty()) << "it never held it";
}

TEST(ResumeTest, ASearchThatIsRefusedLeavesTheStudysAttributesAsTheyWere) {
  store::MemoryStore store;
  const auto search = [&](bool resume, std::uint64_t seed, const std::string& value) {
    ChaoticStrategy strategy(TinySpace().decisions(), seed);
    TinySearch tiny = SearchOf(9, resume);
    tiny.options.attributes = {{"command", value}};
    const std::string message = MessageOf([&] { tiny.Run(store, strategy); });
    EXPECT_EQ(message != "no StoreError", seed != 1) << message;
    return store.FindAttribute(tiny.Spec().name, "command");
  };
  EXPECT_EQ(search(false, 1, "1"), "1");
  EXPECT_EQ(search(true, 2, "2"), "1");
  EXPECT_EQ(search(true, 1, "3"), "3");
}

TEST(ResumeTest, AttributesAreThereBeforeTheFirstTrial) {
  class Store final : public store::MemoryStore {
   public:
    void AddTrials(const std::string& study, const std::vector<Trial>& trials) override {
      EXPECT_EQ(FindAttribute(study, "command"), "1");
      MemoryStore::AddTrials(study, trials);
    }
  };
  Store store;
  TinySearch tiny = SearchOf(9, false);
  tiny.options.attributes = {{"command", "1"}};
  EXPECT_EQ(tiny.Run(store).trials.size(), 9U);
}

// 10 and 13 cut a generation of 4, and 12 does not.
TEST(ResumeTest, AShorterRunGoesOnAsIfItHadBeenLonger) {
  const auto expected = Uninterrupted(24);
  for (const int shorter : {1, 10, 12, 13, 23}) {
    LogStore store;
    SearchOf(shorter, false).Run(store);
    const auto result = SearchOf(24, true).Run(store);
    EXPECT_EQ(WithoutSeconds(result.trials), expected) << shorter;
    EXPECT_EQ(WithoutSeconds(store.trials()), expected) << shorter;
    EXPECT_EQ(result.diagnostics.size(), 6u);
  }
}

TEST(ResumeTest, AFinishedStudyIsOnlyRead) {
  LogStore store;
  const auto first = SearchOf(24, false).Run(store);
  const int writes = store.num_writes();
  for (const int num_trials : {24, 10}) {  // fewer than it holds: all that it holds
    const auto again = SearchOf(num_trials, true).Run(store);
    EXPECT_EQ(again.trials, first.trials);
    EXPECT_EQ(again.best, first.best);
    EXPECT_EQ(again.diagnostics, first.diagnostics);
    EXPECT_FALSE(again.interrupted);
  }
  EXPECT_EQ(store.num_writes(), writes);
}

TEST(ResumeTest, StoppingAfterAnyTrialAndResumingEqualsTheUninterruptedRun) {
  const auto expected = Uninterrupted(24);
  for (int after = 1; after < 24; ++after) {
    LogStore store;
    std::stop_source stop;
    TinySearch tiny = SearchOf(24, false);
    tiny.stop = stop.get_token();
    tiny.make_evaluator = [] { return std::make_unique<SimulatedEvaluator>(1000); };
    tiny.options.on_progress = [&](const search::Progress& progress) {
      if (progress.finished >= after) stop.request_stop();
    };
    const auto stopped = tiny.Run(store);
    EXPECT_EQ(stopped.trials, store.trials());
    std::int64_t running = 0;
    for (const Trial& trial : stopped.trials) running += trial.state == TrialState::kRunning;
    EXPECT_EQ(stopped.interrupted, stopped.trials.size() < 24 || running > 0);
    const auto resumed = SearchOf(24, true).Run(store);
    EXPECT_EQ(WithoutSeconds(resumed.trials), expected) << after;
    EXPECT_EQ(WithoutSeconds(store.trials()), expected) << after;
    EXPECT_FALSE(resumed.interrupted);
  }
}

TEST(ResumeTest, AStopBeforeTheStartAsksForNothing) {
  std::stop_source stop;
  stop.request_stop();
  TinySearch tiny = SearchOf(24, false);
  tiny.stop = stop.get_token();
  LogStore store;
  const auto result = tiny.Run(store);
  EXPECT_TRUE(result.interrupted);
  EXPECT_TRUE(result.trials.empty());
}

/// Asks for the stop once it is evaluating, and would then go on for an hour.
class StopsTheSearch : public study::Evaluator {
 public:
  explicit StopsTheSearch(std::stop_source source) : source_(std::move(source)) {}

  study::Evaluation Evaluate(const study::Job& job, const std::stop_token& stop) override {
    source_.request_stop();
    return endless_.Evaluate(job, stop);
  }

 private:
  std::stop_source source_;
  SimulatedEvaluator endless_{2'000'000'000};
};

TEST(ResumeTest, AnEndlessEvaluationEndsWhenStopIsRequested) {
  std::stop_source stop;
  TinySearch tiny = SearchOf(24, false);
  tiny.stop = stop.get_token();
  tiny.make_evaluator = [&] { return std::make_unique<StopsTheSearch>(stop); };
  LogStore store;
  const auto result = tiny.Run(store);
  EXPECT_TRUE(result.interrupted);
  EXPECT_EQ(store.trials().size(), 4u);
  for (const Trial& trial : store.trials()) EXPECT_EQ(trial.state, TrialState::kRunning);
}

TEST(ResumeTest, NamesWhatAnotherStudyDiffersIn) {
  LogStore store;
  SearchOf(5, false).Run(store);
  study::StudySpec spec = *store.FindStudy("tiny-study");

  LogStore other_space;
  study::StudySpec changed = spec;
  changed.space_signature = "huge";
  other_space.CreateStudy(changed);
  EXPECT_EQ(MessageOf([&] { SearchOf(5, true).Run(other_space); }),
            "study 'tiny-study': was made with another space: found huge, expected tiny");

  LogStore other_options;
  changed = spec;
  changed.options_json = R"({"seed":2})";
  other_options.CreateStudy(changed);
  EXPECT_THAT(MessageOf([&] { SearchOf(5, true).Run(other_options); }),
              HasSubstr("other options: --seed is 2 in the study, 1 was asked for; --study NAME"));

  LogStore other_decisions;
  changed = spec;
  changed.decisions.pop_back();
  other_decisions.CreateStudy(changed);
  EXPECT_THAT(MessageOf([&] { SearchOf(5, true).Run(other_decisions); }),
              HasSubstr("other decisions"));
}

TEST(ResumeTest, AStrategyThatProposesSomethingElseIsRefused) {
  LogStore store;
  SearchOf(9, false).Run(store);
  ChaoticStrategy other(TinySpace().decisions(), 2);
  TinySearch tiny = SearchOf(9, true);
  EXPECT_THAT(MessageOf([&] { tiny.Run(store, other); }),
              HasSubstr("trial 0 was made by another version or with other options"));
}

TEST(ResumeTest, AChangedRewardIsNoticedInTheNextGeneration) {
  LogStore store;
  SearchOf(9, false).Run(store);
  store.trials()[1].evaluation.reward += 0.125;
  EXPECT_THAT(MessageOf([&] { SearchOf(9, true).Run(store); }), HasSubstr("trial 4 was made by"));
}

TEST(ResumeTest, AMissingTrialIsNoticed) {
  LogStore store;
  SearchOf(9, false).Run(store);
  store.trials().erase(store.trials().begin() + 3);
  EXPECT_THAT(MessageOf([&] { SearchOf(9, true).Run(store); }), HasSubstr("trial 3 was made by"));
}

TEST(ResumeTest, FinishesADuplicateThatWasLeftBehindItsOriginal) {
  LogStore store;
  ScriptedStrategy strategy({{2, 0}, {2, 1}, {3, 0}, {4, 0}});
  TinySearch tiny = SearchOf(4, false);
  const auto expected = WithoutSeconds(tiny.Run(store, strategy).trials);
  store.trials()[1].state = TrialState::kRunning;
  store.trials()[1].evaluation = {};
  ScriptedStrategy again({{2, 0}, {2, 1}, {3, 0}, {4, 0}});
  tiny.options.resume = true;
  EXPECT_EQ(WithoutSeconds(tiny.Run(store, again).trials), expected);
  EXPECT_EQ(WithoutSeconds(store.trials()), expected);
}

/// Runs the search in a process that is killed (SIGKILL) at a random moment. True when it had ended
/// before.
bool RunAndKill(const std::filesystem::path& path, base::Generator& moments) {
  const pid_t child = fork();
  if (child == 0) {
    LogStore store(path);
    TinySearch tiny = SearchOf(60, true);
    tiny.make_evaluator = [] { return std::make_unique<SimulatedEvaluator>(2000); };
    tiny.Run(store);
    _exit(0);
  }
  WaitForGrowth(path, moments.Below(4000), [child] { return HasEnded(child); });
  std::this_thread::sleep_for(std::chrono::microseconds(moments.Below(3000)));
  kill(child, SIGKILL);
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status);
}

bool IsFinished(const Trial& trial) { return trial.state != TrialState::kRunning; }

TEST(ResumeTest, KilledAgainAndAgainItEndsAsTheUninterruptedRun) {
  const auto expected = Uninterrupted(60);
  constexpr int kStudies = 5;
  int kills = 0;
  base::Generator moments(11);
  for (int i = 0; i < kStudies; ++i) {
    const TemporaryFolder folder;
    const auto path = folder.path() / "study.log";
    std::vector<Trial> before;
    while (!RunAndKill(path, moments)) {
      ++kills;
      const std::vector<Trial> after = LogStore(path).trials();
      ASSERT_GE(after.size(), before.size());
      for (std::size_t n = 0; n < before.size(); ++n) {
        if (!IsFinished(before[n])) continue;
        EXPECT_EQ(after[n], before[n]) << "finished, then changed";
      }
      before = after;
    }
    EXPECT_EQ(WithoutSeconds(LogStore(path).trials()), expected);
  }
  EXPECT_GE(kills, kStudies) << "the processes were not killed in the middle of the search";
}

}  // namespace
}  // namespace netsmith::testing
