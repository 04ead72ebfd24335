#include "netsmith/search/work.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "netsmith/base/error.h"
#include "netsmith/search/crew.h"
#include "netsmith/search/identity.h"
#include "netsmith/search/spool.h"
#include "netsmith/search/worker_pool.h"
#include "tests/support/environment.h"
#include "tests/support/log_store.h"
#include "tests/support/simulated_search.h"

namespace netsmith::testing {
namespace {

using study::TrialState;
using ::testing::HasSubstr;

/// Takes some deliveries, and not others.
class FlakyStore : public LogStore {
 public:
  /// Throws at the first `num_away`.
  explicit FlakyStore(int num_away)
      : FlakyStore([num_away](int call) {
          if (call < num_away) throw base::StoreUnavailable("store: cannot be reached");
        }) {}
  /// Called with the number of each delivery, from 0.
  explicit FlakyStore(std::function<void(int)> before_delivery)
      : before_delivery_(std::move(before_delivery)) {}

  bool DeliverTrial(const std::string& study, std::int64_t number, std::int64_t attempt,
                    const study::Evaluation& evaluation) override {
    if (before_delivery_) before_delivery_(num_calls_++);
    return LogStore::DeliverTrial(study, number, attempt, evaluation);
  }
  void ComeBack() { before_delivery_ = nullptr; }

 private:
  std::function<void(int)> before_delivery_;
  int num_calls_ = 0;
};

/// Trial 1 ends after `first_failed` only.
class TogetherEvaluator : public study::Evaluator {
 public:
  explicit TogetherEvaluator(std::atomic<bool>& first_failed) : first_failed_(first_failed) {}
  study::Evaluation Evaluate(const study::Job& job, const std::stop_token&) override {
    if (job.trial == 1) first_failed_.wait(false);
    return {.reward = 0.5, .reason = "", .curve = {}};
  }

 private:
  std::atomic<bool>& first_failed_;
};

class WorkTest : public ::testing::Test {
 protected:
  /// Ten trials of the tiny study; works on them until none is left.
  std::int64_t WorkOn(study::Store& store) {
    std::vector<std::unique_ptr<study::Evaluator>> evaluators;
    for (int i = 0; i < 3; ++i) evaluators.push_back(std::make_unique<SimulatedEvaluator>(500));
    return WorkOn(store, 10, std::move(evaluators));
  }
  std::int64_t WorkOn(study::Store& store, int num_trials,
                      std::vector<std::unique_ptr<study::Evaluator>> evaluators) {
    if (!store.FindStudy("tiny-study")) {
      store.CreateStudy(TinySearch().Spec());
      std::vector<study::Trial> trials;
      for (int number = 0; number < num_trials; ++number) {
        study::Trial trial;
        trial.number = number;
        trial.genome = {number % 9, number % 2};
        trials.push_back(std::move(trial));
      }
      store.AddTrials("tiny-study", trials);
    }
    search::WorkerPool pool(std::move(evaluators), 1, std::stop_token());
    return search::Work(store, pool,
                        {.study = "tiny-study",
                         .store_url = "the store",
                         .name = "me",
                         .spool = spool(),
                         .patience_seconds = 0.2,
                         .wait_seconds = 0},
                        std::stop_token());
  }
  std::filesystem::path spool() const { return folder_.path() / "spool"; }

 private:
  TemporaryFolder folder_;
};

TEST_F(WorkTest, FinishesEveryTrialAndEndsWhenNoSearchRuns) {
  LogStore store;
  EXPECT_EQ(WorkOn(store), 10);
  for (const auto& trial : store.trials()) EXPECT_NE(trial.state, TrialState::kRunning);
  EXPECT_TRUE(search::SpoolFiles(spool()).empty());
}

TEST_F(WorkTest, AStoreThatComesBackGetsEverything) {
  FlakyStore store(3);
  EXPECT_EQ(WorkOn(store), 10);
  EXPECT_TRUE(search::SpoolFiles(spool()).empty()) << "delivered, but still kept";
}

TEST_F(WorkTest, WhatALostStoreDidNotTakeIsKeptAndCanBeDeliveredLater) {
  FlakyStore store(1'000'000);
  try {
    WorkOn(store);
    FAIL() << "no error";
  } catch (const base::StoreError& away) {
    EXPECT_THAT(away.what(), HasSubstr("result(s) are kept in " + spool().string()));
  }
  store.ComeBack();
  const auto files = search::SpoolFiles(spool());
  ASSERT_EQ(files.size(), 1u);
  const auto results = search::ReadSpool(files[0]);
  ASSERT_GE(results.size(), 1u);
  for (const auto& result : results) {
    EXPECT_EQ(result.store, "the store");
    EXPECT_TRUE(store.DeliverTrial(result.study, result.trial, result.attempt, result.evaluation));
    EXPECT_FALSE(store.DeliverTrial(result.study, result.trial, result.attempt, result.evaluation));
  }
}

TEST_F(WorkTest, WhatAFullDiskDidNotTakeIsKept) {
  FlakyStore store([](int) { throw base::StoreError("store: the disk is full"); });
  EXPECT_THROW(WorkOn(store), base::StoreError);
  EXPECT_EQ(search::SpoolFiles(spool()).size(), 1u);
}

TEST_F(WorkTest, TheSpoolHoldsTheResultsThatAreNotDeliveredAndNoOthers) {
  std::atomic<bool> first_failed = false;
  FlakyStore store([&](int call) {
    first_failed = true;
    first_failed.notify_all();
    if (call != 1) throw base::StoreUnavailable("store: cannot be reached");
  });
  std::vector<std::unique_ptr<study::Evaluator>> evaluators;
  for (int i = 0; i < 2; ++i) {
    evaluators.push_back(std::make_unique<TogetherEvaluator>(first_failed));
  }
  EXPECT_THROW(WorkOn(store, 2, std::move(evaluators)), base::StoreError);
  const auto files = search::SpoolFiles(spool());
  ASSERT_EQ(files.size(), 1u);
  const auto results = search::ReadSpool(files[0]);
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(results[0].trial, 1);
  EXPECT_EQ(store.trials()[0].state, TrialState::kComplete);
}

TEST_F(WorkTest, ASpoolThatCannotBeWrittenLosesNothingWhenTheStoreComesBack) {
  std::ofstream(spool()) << "no folder";
  FlakyStore store(3);
  EXPECT_EQ(WorkOn(store), 10);
}

TEST_F(WorkTest, ASpoolThatCannotBeWrittenIsToldWhenTheStoreIsLost) {
  std::ofstream(spool()) << "no folder";
  FlakyStore store(1'000'000);
  try {
    WorkOn(store);
    FAIL() << "no error";
  } catch (const base::StoreError& away) {
    EXPECT_THAT(away.what(), HasSubstr("result(s) are lost: " + spool().string()));
    EXPECT_THAT(away.what(), HasSubstr("cannot be written: Not a directory"));
  }
}

TEST_F(WorkTest, ASpoolThatCanBeWrittenAgainHoldsTheResults) {
  std::ofstream(spool()) << "no folder";
  FlakyStore store([&](int call) {
    if (call == 2) std::filesystem::remove(spool());
    throw base::StoreUnavailable("store: cannot be reached");
  });
  EXPECT_THROW(WorkOn(store), base::StoreError);
  EXPECT_EQ(search::SpoolFiles(spool()).size(), 1u);
}

TEST_F(WorkTest, ASpoolThatCannotBeReadIsAnError) {
  std::ofstream(spool()) << "no folder";
  EXPECT_THROW(search::SpoolFiles(spool()), base::IoError);
  std::filesystem::remove(spool());
  std::filesystem::create_directories(spool() / "folder.jsonl");
  std::filesystem::create_symlink("/proc/self/mem", spool() / "broken.jsonl");
  const auto files = search::SpoolFiles(spool());
  ASSERT_EQ(files.size(), 1u);
  EXPECT_THROW(search::ReadSpool(files[0]), base::IoError);  // the first byte gives EIO
}

TEST_F(WorkTest, ACrewGivesBackWhatItDidNotFinish) {
  LogStore store;
  WorkOn(store);
  study::Trial trial;
  trial.number = 10;
  trial.genome = {0, 0};
  store.AddTrials("tiny-study", {trial});
  {
    std::stop_source stop;
    std::vector<std::unique_ptr<study::Evaluator>> evaluators;
    evaluators.push_back(std::make_unique<SimulatedEvaluator>(2'000'000'000));
    search::WorkerPool pool(std::move(evaluators), 1, stop.get_token());
    search::Crew crew({.study = "tiny-study", .name = "me"}, pool, store);
    EXPECT_TRUE(crew.Exchange(5));
    EXPECT_EQ(store.Leases("tiny-study").size(), 1u);
    stop.request_stop();
    crew.Finish();
  }
  EXPECT_TRUE(store.Leases("tiny-study").empty());
}

TEST(IdentityTest, KnowsWhoHasEnded) {
  const std::string mine = search::ProcessIdentity();
  EXPECT_FALSE(search::HasEnded(mine));
  const auto part = [&](int n) {
    std::string text = mine;
    for (; n > 0; --n) text.erase(0, text.find('/') + 1);
    return text.substr(0, text.find('/'));
  };
  const std::string machine =
      mine.substr(mine.find('/', mine.find('/', mine.find('/') + 1) + 1) + 1);
  EXPECT_TRUE(search::HasEnded(part(0) + "/" + part(1) + "/1/" + machine)) << "the number again";
  EXPECT_FALSE(search::HasEnded(part(0) + "/" + part(1) + "/1/elsewhere"));
  for (const char* text : {"", "/", "a/b/c/d", "host/../1/x", "host/99999999999999999999/1/x"}) {
    EXPECT_FALSE(search::HasEnded(text)) << text;
  }
}

TEST(SpoolTest, KeepsAResultToTheBit) {
  search::SpooledResult result{
      .store = "postgresql://h/d", .study = "a 'ü'", .trial = 7, .attempt = 2};
  result.evaluation = {
      .reward = 1.0 / 3, .reason = "", .params = 5, .macs = 6, .curve = {0.1}, .seconds = 2};
  EXPECT_EQ(search::DecodeSpooled(search::EncodeSpooled(result)), result);
}

TEST(SpoolTest, MalformedLinesAreNamed) {
  const std::string good =
      search::EncodeSpooled({.store = "s", .study = "t", .trial = 1, .attempt = 1});
  for (const std::string& line :
       {std::string(), std::string("{"), std::string("[1]"), std::string("null"),
        std::string(R"({"store":1})"), std::string(R"({"store":"s","study":"t","trial":-1})"),
        std::string(R"({"store":"s","study":"t","trial":1,"attempt":1})"),
        std::string(R"({"store":"s","study":"t","trial":1,"attempt":1,"answer":[]})"),
        std::string(R"({"store":"s","study":"t","trial":1,"attempt":1,"answer":{"trial":2}})"),
        std::string(R"({"store":"s","study":"t","trial":18446744073709551615,"attempt":1})"),
        good.substr(0, good.size() / 2), std::string(100'000, '[')}) {
    EXPECT_THROW(search::DecodeSpooled(line), base::InvalidArgument) << line.substr(0, 80);
  }
}

}  // namespace
}  // namespace netsmith::testing
