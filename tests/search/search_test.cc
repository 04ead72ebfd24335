#include "netsmith/search/search.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <mutex>
#include <set>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "netsmith/base/error.h"
#include "tests/support/log_store.h"
#include "tests/support/simulated_search.h"

namespace netsmith::testing {
namespace {

using study::TrialState;
using ::testing::HasSubstr;

/// Answers by a function of the job.
class FunctionEvaluator : public study::Evaluator {
 public:
  using Function = std::function<study::Evaluation(const study::Job&, std::stop_token)>;
  explicit FunctionEvaluator(Function function) : function_(std::move(function)) {}
  study::Evaluation Evaluate(const study::Job& job, const std::stop_token& stop) override {
    return function_(job, stop);
  }

 private:
  Function function_;
};

auto MakerOf(const FunctionEvaluator::Function& function) {
  return [function] { return std::make_unique<FunctionEvaluator>(function); };
}

study::Evaluation Reward(double reward) {
  study::Evaluation evaluation;
  evaluation.reward = reward;
  return evaluation;
}

/// Distinct graphs: genome {i, 0} for trial i.
std::vector<space::Genome> DistinctGenomes(int count) {
  std::vector<space::Genome> genomes;
  for (int i = 0; i < count; ++i) genomes.push_back({i, 0});
  return genomes;
}

TEST(SearchTest, TellsWholeGenerationsInTrialOrder) {
  TinySearch tiny;
  tiny.options = {.num_trials = 8, .batch = 4, .num_workers = 4};
  tiny.make_evaluator = MakerOf([](const study::Job& job, const std::stop_token&) {
    std::this_thread::sleep_for(std::chrono::milliseconds(3 * (4 - job.trial % 4)));
    return Reward(0.1 * static_cast<double>(job.trial));
  });
  ScriptedStrategy strategy(DistinctGenomes(8));
  LogStore store;
  const auto result = tiny.Run(store, strategy);
  ASSERT_EQ(strategy.told().size(), 2u);
  for (int i = 0; i < 8; ++i) {
    const auto& told = strategy.told()[static_cast<std::size_t>(i / 4)].at(i % 4);
    EXPECT_EQ(told.genome, (space::Genome{i, 0}));
    EXPECT_EQ(told.reward, 0.1 * i);
  }
  EXPECT_EQ(result.best.value().number, 7);
  EXPECT_EQ(result.diagnostics.size(), 2u);
}

TEST(SearchTest, AStudyThatIsPausedStaysHeld) {
  TinySearch tiny;
  LogStore store;
  int num_asked = 0;
  tiny.options = {.num_trials = 4, .batch = 4, .lease_seconds = 0.2};
  tiny.options.is_paused = [&] {
    EXPECT_NE(store.Holder("tiny-study"), "") << "asked " << num_asked << " times";
    return ++num_asked < 6;  // half a second
  };
  EXPECT_FALSE(tiny.Run(store).interrupted);
  EXPECT_EQ(num_asked, 6);
}

TEST(SearchTest, OneThatWaitsForWorkersInVainSaysSoOnce) {
  TinySearch tiny;
  LogStore store;
  std::stop_source stop;
  tiny.options = {.num_trials = 2, .batch = 2, .num_workers = 0, .lease_seconds = 1};
  tiny.stop = stop.get_token();
  const std::jthread ends([&](const std::stop_token&) {
    std::this_thread::sleep_for(std::chrono::seconds(5));
    stop.request_stop();
  });
  ::testing::internal::CaptureStderr();
  EXPECT_TRUE(tiny.Run(store).interrupted);
  EXPECT_EQ(::testing::internal::GetCapturedStderr(),
            "warning: study 'tiny-study': no worker has had a trial for 1 s; waiting for one\n");
}

/// Where workers elsewhere finish whatever is looked for, and duplicates cannot be written for a
/// while.
class ElsewhereStore : public LogStore {
 public:
  std::vector<study::Trial> TrialsFrom(const std::string& study, std::int64_t first) override {
    for (const study::Trial& trial : std::vector(trials())) {
      if (trial.state == TrialState::kRunning && !trial.duplicate_of) {
        LogStore::FinishTrial(study, trial.number, Reward(0.5));
      }
    }
    return LogStore::TrialsFrom(study, first);
  }
  void FinishTrial(const std::string& study, std::int64_t number,
                   const study::Evaluation& evaluation) override {
    if (num_failures-- > 0) throw base::StoreUnavailable("store: cannot be reached");
    LogStore::FinishTrial(study, number, evaluation);
  }
  int num_failures = 0;
};

TEST(SearchTest, ADuplicateThatCouldNotBeWrittenIsWrittenWhenTheStudyIsResumed) {
  TinySearch tiny;
  tiny.options = {
      .num_trials = 2, .batch = 2, .num_workers = 0, .resume = true, .patience_seconds = 0.02};
  ElsewhereStore store;
  const std::vector<space::Genome> twins = {{0, 0}, {0, 1}};
  ScriptedStrategy strategy(twins), fresh(twins);
  store.num_failures = 1000;
  EXPECT_THROW(tiny.Run(store, strategy), base::StoreUnavailable);
  store.num_failures = 0;
  EXPECT_FALSE(tiny.Run(store, fresh).interrupted);
  for (const study::Trial& trial : store.trials()) EXPECT_EQ(trial.state, TrialState::kComplete);
}

TEST(SearchTest, TheFirstOfEqualRewardsIsTheBest) {
  TinySearch tiny;
  tiny.options = {.num_trials = 4, .batch = 4, .num_workers = 4};
  tiny.make_evaluator = MakerOf([](const study::Job& job, const std::stop_token&) {
    std::this_thread::sleep_for(std::chrono::milliseconds(3 * (4 - job.trial)));
    return Reward(job.trial == 0 ? 0.25 : 0.5);
  });
  ScriptedStrategy strategy(DistinctGenomes(4));
  LogStore store;
  EXPECT_EQ(tiny.Run(store, strategy).best.value().number, 1);
}

TEST(SearchTest, AStudyWhereNothingCompletesHasNoBest) {
  TinySearch tiny;
  tiny.options.num_trials = 5;
  tiny.make_evaluator = MakerOf([](const study::Job&, const std::stop_token&) -> study::Evaluation {
    throw std::runtime_error("always");
  });
  LogStore store;
  const auto result = tiny.Run(store);
  EXPECT_FALSE(result.best);
  EXPECT_EQ(result.trials.size(), 5u);
  EXPECT_FALSE(result.interrupted);
}

TEST(SearchTest, WhatAnEvaluatorDoesWrongFailsItsTrialAlone) {
  TinySearch tiny;
  tiny.options = {.num_trials = 7, .batch = 7, .num_workers = 2};
  tiny.make_evaluator = MakerOf([](const study::Job& job, const std::stop_token&) {
    switch (job.trial) {
      case 0:
        throw std::runtime_error("out of\nmemory");
      case 1:
        throw 7;  // NOLINT: no std::exception on purpose
      case 2:
        throw base::Interrupted("though nobody asked for it");
      case 3:
        return Reward(std::numeric_limits<double>::quiet_NaN());
      case 4:
        return Reward(1.5);
      case 5: {
        auto evaluation = Reward(0.5);
        evaluation.state = TrialState::kRunning;
        return evaluation;
      }
      default:
        return Reward(0.5);
    }
  });
  ScriptedStrategy strategy(DistinctGenomes(7));
  LogStore store;
  const auto result = tiny.Run(store, strategy);
  const std::string no_exception = "the evaluator threw something that is no std::exception";
  const std::vector<std::string> reasons = {
      "out of\\x0amemory",           no_exception,
      "though nobody asked for it",  "reward nan: expected 0 to 1",
      "reward 1.5: expected 0 to 1", "the evaluator gave no final state"};
  for (std::size_t i = 0; i < reasons.size(); ++i) {
    EXPECT_EQ(result.trials[i].state, TrialState::kFailed);
    EXPECT_EQ(result.trials[i].evaluation.reason, reasons[i]);
    EXPECT_EQ(strategy.told()[0][i].reward, 0);
  }
  EXPECT_EQ(result.trials[6].state, TrialState::kComplete);
}

TEST(SearchTest, ARewardWithoutCompletionIsToldAsZero) {
  TinySearch tiny;
  tiny.options = {.num_trials = 1, .batch = 1};
  tiny.make_evaluator = MakerOf([](const study::Job&, const std::stop_token&) {
    auto evaluation = Reward(0.75);
    evaluation.state = TrialState::kDiverged;
    return evaluation;
  });
  ScriptedStrategy strategy(DistinctGenomes(1));
  LogStore store;
  const auto result = tiny.Run(store, strategy);
  EXPECT_EQ(strategy.told()[0][0].reward, 0);
  EXPECT_EQ(result.trials[0].evaluation.reward, 0);
}

TEST(SearchTest, ReportsEachTrialOnceWithTheBestSoFar) {
  TinySearch tiny;
  tiny.options.num_trials = 30;
  tiny.options.num_workers = 3;
  std::set<std::int64_t> seen;
  std::int64_t finished = 0;
  double best = -1;
  tiny.options.on_progress = [&](const search::Progress& progress) {
    EXPECT_TRUE(seen.insert(progress.trial.number).second);
    EXPECT_GE(progress.finished, finished);
    EXPECT_EQ(progress.num_trials, 30);
    EXPECT_NE(progress.trial.state, TrialState::kRunning);
    finished = progress.finished;
    if (progress.best) {
      EXPECT_GE(progress.best->evaluation.reward, best);
      best = progress.best->evaluation.reward;
    }
  };
  LogStore store;
  const auto result = tiny.Run(store);
  EXPECT_EQ(seen.size(), 30u);
  EXPECT_EQ(finished, 30);
  EXPECT_EQ(best, result.best.value().evaluation.reward);
}

TEST(SearchTest, SharesIdleCoresAmongTheChildrenThatRun) {
  TinySearch tiny;
  std::mutex mutex;
  std::vector<int> threads;
  tiny.make_evaluator = MakerOf([&](const study::Job& job, const std::stop_token&) {
    {
      const std::lock_guard lock(mutex);
      threads.push_back(job.num_threads);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    return Reward(0.5);
  });
  const auto threads_of = [&](int batch, int workers, int cores) {
    threads.clear();
    tiny.options = {.num_trials = batch, .batch = batch, .num_workers = workers};
    tiny.options.num_cores = cores;
    ScriptedStrategy strategy(DistinctGenomes(batch));
    LogStore store;
    tiny.Run(store, strategy);
    std::sort(threads.begin(), threads.end());
    return threads;
  };
  EXPECT_EQ(threads_of(1, 1, 2), (std::vector{2}));
  EXPECT_EQ(threads_of(1, 4, 8), (std::vector{8}));
  EXPECT_EQ(threads_of(4, 4, 2), (std::vector{1, 1, 1, 1}));
  EXPECT_EQ(threads_of(3, 3, 8), (std::vector{2, 3, 3}));
  EXPECT_EQ(threads_of(2, 8, 8), (std::vector{4, 4}));
}

TEST(SearchTest, AStoreErrorEndsTheSearchWithAllEvaluationsCancelled) {
  TinySearch tiny;
  tiny.options = {.num_trials = 8, .batch = 8, .num_workers = 4};
  std::atomic<int> running = 0;
  std::atomic<int> cancelled = 0;
  tiny.make_evaluator = MakerOf([&](const study::Job& job, const std::stop_token& stop) {
    ++running;
    // The first ends only when others run, these only when they are cancelled.
    while (job.trial == 0 ? running < 4 : !stop.stop_requested()) std::this_thread::yield();
    if (job.trial == 0) return Reward(0.5);
    ++cancelled;
    throw base::Interrupted("stopped");
  });
  ScriptedStrategy strategy(DistinctGenomes(8));
  LogStore store;
  store.FailAfter(2);  // the study and its first generation are written, no result
  EXPECT_THROW(tiny.Run(store, strategy), base::StoreError);
  EXPECT_GE(cancelled, 3);
}

TEST(SearchTest, AnEvaluatorThatCannotBeMadeEndsTheSearchBeforeTheStudyIsMade) {
  TinySearch tiny;
  tiny.make_evaluator = []() -> std::unique_ptr<study::Evaluator> {
    throw base::DataError("no data");
  };
  LogStore store;
  EXPECT_THROW(tiny.Run(store), base::DataError);
  EXPECT_EQ(store.num_writes(), 0);
}

TEST(SearchTest, RefusesOptionsOutOfRange) {
  const auto message_of = [](auto change) -> std::string {
    TinySearch tiny;
    change(tiny.options);
    LogStore store;
    try {
      tiny.Run(store);
    } catch (const base::InvalidArgument& error) {
      return error.what();
    }
    return "none";
  };
  EXPECT_EQ(message_of([](auto& o) { o.num_trials = 0; }),
            "search: num_trials is 0, expected at least 1");
  EXPECT_THAT(message_of([](auto& o) { o.batch = -1; }), HasSubstr("batch is -1"));
  EXPECT_EQ(message_of([](auto& o) { o.pruning.factor = 1; }),
            "search: pruning.factor is 1, expected at least 2");
  EXPECT_THAT(message_of([](auto& o) { o.num_workers = -1; }), HasSubstr("num_workers"));
  EXPECT_THAT(message_of([](auto& o) { o.num_cores = 0; }), HasSubstr("num_cores"));
  EXPECT_THAT(message_of([](auto& o) { o.max_duplicates_in_row = 0; }),
              HasSubstr("max_duplicates_in_row"));
}

TEST(SearchTest, AGenomeThatDoesNotFitIsTheStrategysDefect) {
  TinySearch tiny;
  ScriptedStrategy strategy({{99, 0}});
  LogStore store;
  EXPECT_THROW(tiny.Run(store, strategy), base::InvalidArgument);
}

}  // namespace
}  // namespace netsmith::testing
