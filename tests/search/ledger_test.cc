#include "netsmith/search/ledger.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/log_store.h"
#include "tests/support/simulated_search.h"
#include "tests/support/tiny_problem.h"

namespace netsmith::testing {
namespace {

using search::Ledger;
using study::Evaluation;
using study::Trial;
using study::TrialState;

Evaluation Reward(double reward) {
  Evaluation evaluation;
  evaluation.reward = reward;
  evaluation.seconds = 2;
  return evaluation;
}

class LedgerTest : public ::testing::Test {
 protected:
  Ledger MakeLedger(int max_duplicates_in_row = 20, std::uint64_t seed = 7) const {
    return Ledger(space_, kTinySample, kTinyClasses, max_duplicates_in_row, seed);
  }
  TinySpace space_;
};

TEST_F(LedgerTest, AnotherGenomeOfTheSameGraphIsADuplicateOfTheFirst) {
  Ledger ledger = MakeLedger();
  ledger.Add({2, 0});
  ledger.Finish(0, Reward(0.5));
  ledger.Add({2, 1});
  const Trial third = ledger.Add({2, 1});
  EXPECT_EQ(third.duplicate_of, 0);
  EXPECT_EQ(third.state, TrialState::kComplete);
  EXPECT_EQ(third.evaluation.reward, 0.5);
  EXPECT_EQ(third.evaluation.seconds, 0) << "a duplicate takes no time";
  EXPECT_EQ(third.genome, (space::Genome{2, 1})) << "what was asked for is what is told";
  EXPECT_EQ(ledger.num_finished(), 3);
}

TEST_F(LedgerTest, DuplicatesOfARunningTrialFinishWithIt) {
  Ledger ledger = MakeLedger();
  ledger.Add({2, 0});
  ledger.Add({3, 0});
  EXPECT_EQ(ledger.Add({2, 0}).state, TrialState::kRunning);
  EXPECT_EQ(ledger.Add({2, 1}).state, TrialState::kRunning);
  EXPECT_EQ(ledger.Finish(0, Reward(0.25)), (std::vector<std::int64_t>{0, 2, 3}));
  EXPECT_EQ(ledger.trial(3).evaluation.reward, 0.25);
  EXPECT_EQ(ledger.trial(1).state, TrialState::kRunning);
}

TEST_F(LedgerTest, TheBestHasTheLowestLossOfEqualRewardsAndIsTheFirstOfEquals) {
  const auto measured = [](double reward, double loss) {
    Evaluation evaluation = Reward(reward);
    evaluation.loss = loss;
    return evaluation;
  };
  Ledger ledger = MakeLedger();
  for (const int option : {0, 1, 2, 3}) ledger.Add({option, 0});
  ledger.Finish(3, measured(0.5, 0.25));
  ledger.Finish(2, measured(0.5, 0.125));
  EXPECT_EQ(ledger.best()->number, 2);
  ledger.Finish(0, measured(0.5, 0.125));
  EXPECT_EQ(ledger.best()->number, 0);
  ledger.Finish(1, measured(0.25, 0));
  EXPECT_EQ(ledger.best()->number, 0);
}

TEST_F(LedgerTest, DuplicatesShareARefusalToo) {
  Ledger ledger = MakeLedger();
  ledger.Add({2, 0});
  Evaluation refused;
  refused.state = TrialState::kRefused;
  refused.reason = "too big";
  ledger.Finish(0, refused);
  EXPECT_EQ(ledger.Add({2, 0}).state, TrialState::kRefused);
  EXPECT_EQ(ledger.trial(1).evaluation.reason, "too big");
  EXPECT_FALSE(ledger.best());
}

TEST_F(LedgerTest, DrawsUniformlyInsteadOfTheDuplicateAfterTheRow) {
  Ledger ledger = MakeLedger();
  for (int i = 0; i <= 20; ++i) EXPECT_FALSE(ledger.Add({2, 0}).forced_uniform) << i;
  const Trial forced = ledger.Add({2, 0});
  EXPECT_TRUE(forced.forced_uniform);
  EXPECT_EQ(forced.number, 21);
  for (int i = 22; i <= 41; ++i) EXPECT_FALSE(ledger.Add({2, 0}).forced_uniform) << i;
  EXPECT_TRUE(ledger.Add({2, 0}).forced_uniform) << "a forced draw begins a new row";
}

TEST_F(LedgerTest, ANewGraphEndsTheRowByItself) {
  Ledger ledger = MakeLedger(2);
  ledger.Add({2, 0});
  ledger.Add({2, 0});
  ledger.Add({2, 0});
  const Trial fresh = ledger.Add({3, 0});
  EXPECT_FALSE(fresh.forced_uniform);
  EXPECT_EQ(fresh.genome, (space::Genome{3, 0}));
  ledger.Add({3, 0});
  ledger.Add({3, 0});
  EXPECT_TRUE(ledger.Add({3, 0}).forced_uniform);
}

TEST_F(LedgerTest, UniformDrawsDependOnSeedAndNumberOnlyAndReachEveryOption) {
  std::vector<int> seen(9);
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Ledger ledger = MakeLedger(1, seed);
    Ledger again = MakeLedger(1, seed);
    for (Ledger* each : {&ledger, &again}) {
      each->Add({2, 0});
      each->Add({2, 0});
    }
    const Trial forced = ledger.Add({2, 0});
    EXPECT_EQ(forced, again.Add({2, 1}));
    ++seen[static_cast<std::size_t>(forced.genome[0])];
  }
  // 200 draws over 9 options: fewer than 5 of one has a probability below 1e-5.
  for (const int count : seen) EXPECT_GE(count, 5);
}

TEST_F(LedgerTest, OneGraphTrainedInTwoWaysIsTwoChildren) {
  const space::FileSpace space = testing::MakeTunedSpace();
  Ledger ledger(space, kTinySample, kTinyClasses, 20, 7);
  ledger.Add({0, 0});
  EXPECT_FALSE(ledger.Add({0, 1}).duplicate_of);
  EXPECT_EQ(ledger.Add({0, 1}).duplicate_of, 1);
}

TEST_F(LedgerTest, AGraphThatCannotBeBuiltIsKnownByItsText) {
  const TinySpace with_invalid({0, 3});  // kernel 0
  Ledger ledger(with_invalid, kTinySample, kTinyClasses, 20, 7);
  EXPECT_EQ(ledger.Add({0, 0}).graph_hash, "invalid:tiny:0,0");
  EXPECT_EQ(ledger.Add({0, 0}).duplicate_of, 0);
  EXPECT_FALSE(ledger.Add({1, 0}).duplicate_of);
}

TEST_F(LedgerTest, ASearchTellsTheGenomeThatWasDrawnInstead) {
  TinySearch tiny;
  tiny.options = {.num_trials = 23, .batch = 23};
  ScriptedStrategy strategy({{2, 0}});
  LogStore store;
  const auto result = tiny.Run(store, strategy);
  const auto& told = strategy.told().at(0);
  EXPECT_TRUE(result.trials[21].forced_uniform);
  for (std::size_t i = 0; i < told.size(); ++i) {
    EXPECT_EQ(told[i].genome, result.trials[i].genome);
    if (i == 21) continue;
    EXPECT_EQ(told[i].genome, (space::Genome{2, 0}));
    EXPECT_EQ(told[i].reward, told[0].reward);
  }
  EXPECT_EQ(store.trials(), result.trials);
}

}  // namespace
}  // namespace netsmith::testing
