#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "tests/support/log_store.h"
#include "tests/support/simulated_search.h"

namespace netsmith::testing {
namespace {

struct Case {
  int batch;
  int workers;
  std::uint64_t shuffle;
};

class SearchDeterminismTest : public ::testing::TestWithParam<std::tuple<int, int, int>> {};

/// A study of 60 trials, 18 genomes of 9 graphs: most are duplicates, some drawn uniformly.
search::SearchResult RunCase(const Case& run, LogStore& store) {
  TinySearch tiny;
  tiny.options.num_trials = 60;
  tiny.options.batch = run.batch;
  tiny.options.num_workers = run.workers;
  tiny.options.max_duplicates_in_row = 3;
  tiny.make_evaluator = [run] {
    return std::make_unique<SimulatedEvaluator>(run.workers > 1 ? 3000 : 0, run.shuffle);
  };
  return tiny.Run(store);
}

TEST_P(SearchDeterminismTest, GivesTheStudyOfOneWorker) {
  const auto [batch, workers, shuffle] = GetParam();
  LogStore alone_store;
  LogStore store;
  const auto alone = RunCase({batch, 1, 0}, alone_store);
  const auto result = RunCase({batch, workers, static_cast<std::uint64_t>(shuffle)}, store);
  EXPECT_EQ(WithoutSeconds(result.trials), WithoutSeconds(alone.trials));
  EXPECT_EQ(WithoutSeconds(store.trials()), WithoutSeconds(result.trials));
  EXPECT_EQ(WithoutSeconds({result.best.value()}), WithoutSeconds({alone.best.value()}));
  EXPECT_EQ(result.diagnostics, alone.diagnostics);
  EXPECT_FALSE(result.interrupted);
}

INSTANTIATE_TEST_SUITE_P(BatchWorkersShuffle, SearchDeterminismTest,
                         ::testing::Combine(::testing::Values(1, 4, 7), ::testing::Values(1, 2, 8),
                                            ::testing::Values(1, 2, 3)));

TEST(SearchDeterminism, BatchIsAPartOfTheDefinition) {
  LogStore one;
  LogStore four;
  EXPECT_NE(WithoutSeconds(RunCase({1, 1, 0}, one).trials),
            WithoutSeconds(RunCase({4, 1, 0}, four).trials));
}

TEST(SearchDeterminism, TheStrategyInTheseTestsNoticesAChangedReward) {
  const std::vector<space::Decision> decisions = TinySpace().decisions();
  ChaoticStrategy a(decisions);
  ChaoticStrategy b(decisions);
  EXPECT_EQ(a.Ask(8), b.Ask(8));
  a.Tell(std::vector<study::Told>{{{0, 0}, 0.5}, {{1, 0}, 0.25}});
  b.Tell(std::vector<study::Told>{{{1, 0}, 0.25}, {{0, 0}, 0.5}});
  EXPECT_NE(a.Ask(8), b.Ask(8));
}

}  // namespace
}  // namespace netsmith::testing
