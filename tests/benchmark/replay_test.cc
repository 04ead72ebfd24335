#include "netsmith/benchmark/replay.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <span>
#include <stop_token>
#include <utility>
#include <vector>

#include "netsmith/base/error.h"
#include "netsmith/strategy/registry.h"

namespace netsmith::benchmark {
namespace {

/// Proposes a list, again and again.
class Script : public study::Strategy {
 public:
  explicit Script(std::vector<int> options) : options_(std::move(options)) {}

  std::vector<space::Genome> Ask(int count) override {
    std::vector<space::Genome> asked;
    for (int i = 0; i < count; ++i) asked.push_back({options_[next_++ % options_.size()]});
    return asked;
  }
  void Tell(std::span<const study::Told>) override {}

 private:
  std::vector<int> options_;
  std::size_t next_ = 0;
};

/// One decision; genome i costs 10 seconds.
Table TableOf(const std::vector<double>& rewards) {
  Table table;
  table.decisions = {{.name = "edge1", .options = {}}};
  for (std::size_t i = 0; i < rewards.size(); ++i) {
    table.decisions[0].options.push_back(static_cast<std::int64_t>(i));
    table.rows.push_back(
        {.reward = rewards[i], .score = 100.0 + static_cast<double>(i), .cost = 10});
  }
  return table;
}

std::vector<RunResult> ReplayScript(const Table& table, const std::vector<int>& script,
                                    ReplayOptions options) {
  options.num_runs = 1;
  const auto make = [&](const auto&, std::uint64_t) { return std::make_unique<Script>(script); };
  return Replay(table, make, options, {});
}

TEST(ReplayTest, SpendsUntilTheBudgetIsPassed) {
  const Table table = TableOf({0.1, 0.2, 0.3, 0.4, 0.5});
  const RunResult run = ReplayScript(table, {0, 1, 2, 3, 4}, {.budget_seconds = 25})[0];
  EXPECT_EQ(run.num_evaluations, 3);  // the third passes it
  EXPECT_DOUBLE_EQ(run.improvements.back().score, 102);
  EXPECT_EQ(ReplayScript(table, {0, 1, 2}, {.budget_seconds = 20})[0].num_evaluations, 2);
}

TEST(ReplayTest, OfEqualRewardsTheFirstSeenStays) {
  const Table table = TableOf({0.5, 0.5, 0.1});
  const RunResult run = ReplayScript(table, {1, 0, 2}, {.budget_seconds = 30})[0];
  ASSERT_EQ(run.improvements.size(), 1u);
  EXPECT_DOUBLE_EQ(run.improvements[0].score, 101);
}

TEST(ReplayTest, DuplicatesCostNothingOrPayAgain) {
  const Table table = TableOf({0.1, 0.2, 0.3});
  const std::vector<int> script = {0, 0, 0, 1};
  const RunResult free = ReplayScript(table, script, {.budget_seconds = 20})[0];
  EXPECT_EQ(free.num_evaluations, 2);
  EXPECT_DOUBLE_EQ(free.improvements.back().reward, 0.2);
  const RunResult paid =
      ReplayScript(table, script, {.budget_seconds = 20, .duplicates_pay = true})[0];
  EXPECT_EQ(paid.num_evaluations, 2);
  EXPECT_DOUBLE_EQ(paid.improvements.back().reward, 0.1);
}

TEST(ReplayTest, AStrategyThatRepeatsItselfIsForcedOn) {
  const Table table = TableOf({0.1, 0.2, 0.3, 0.4});
  const RunResult run = ReplayScript(table, {0}, {.budget_seconds = 1e6})[0];
  EXPECT_EQ(run.num_evaluations, 4);  // the whole table, then it ends
  EXPECT_DOUBLE_EQ(run.improvements.back().reward, 0.4);
}

TEST(ReplayTest, WhatARunHasAtATimeIsWhatThatBudgetWouldHaveGiven) {
  const Table table = TableOf({0.1, 0.3, 0.2, 0.5});
  const std::vector<int> script = {0, 1, 2, 3};
  const RunResult run = ReplayScript(table, script, {.budget_seconds = 40})[0];
  for (const double seconds : {0.5, 10.0, 10.5, 20.0, 30.0, 30.5, 40.0}) {
    const RunResult shorter = ReplayScript(table, script, {.budget_seconds = seconds})[0];
    EXPECT_EQ(run.At(seconds).score, shorter.improvements.back().score) << seconds;
  }
}

std::vector<double> Scores(int threads, std::uint64_t seed) {
  std::vector<double> rewards;
  for (int i = 0; i < 50; ++i) rewards.push_back((i * 37 % 50) / 50.0);
  const Table table = TableOf(rewards);
  const auto make = [](const std::vector<space::Decision>& decisions, std::uint64_t run_seed) {
    return strategy::MakeStrategy("evolution", decisions, {}, run_seed);
  };
  std::vector<double> scores;
  for (const RunResult& run :
       Replay(table, make,
              {.budget_seconds = 150, .num_runs = 20, .seed = seed, .num_threads = threads}, {})) {
    scores.push_back(run.improvements.back().score);
  }
  return scores;
}

TEST(ReplayTest, RunsDifferAndDoNotDependOnThreads) {
  const std::vector<double> scores = Scores(1, 4);
  EXPECT_EQ(Scores(3, 4), scores);
  EXPECT_NE(Scores(1, 5), scores);
  EXPECT_NE(scores[0] == scores[1] && scores[1] == scores[2] && scores[2] == scores[3], true);
}

TEST(ReplayTest, StopsWhenAskedTo) {
  const Table table = TableOf({0.1, 0.2});
  std::stop_source source;
  source.request_stop();
  const auto make = [](const auto&, std::uint64_t) {
    return std::make_unique<Script>(std::vector<int>{0});
  };
  EXPECT_THROW(Replay(table, make, {.num_runs = 1}, source.get_token()), base::Interrupted);
}

TEST(ReplayTest, OptionsOutOfRangeAreRefused) {
  const Table table = TableOf({0.1});
  EXPECT_THROW(ReplayScript(table, {0}, {.budget_seconds = 0}), base::InvalidArgument);
  EXPECT_THROW(ReplayScript(table, {0}, {.batch = 0}), base::InvalidArgument);
}

}  // namespace
}  // namespace netsmith::benchmark
