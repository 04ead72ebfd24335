#include "netsmith/search/told.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "tests/support/log_store.h"
#include "tests/support/simulated_search.h"

namespace netsmith::testing {
namespace {

using search::ToldOf;
using study::Objective;
using study::Trial;
using study::TrialState;
using ::testing::ElementsAre;

const std::vector kBoth = {Objective::kAccuracy, Objective::kParams};

Trial With(double reward, std::int64_t params, TrialState state = TrialState::kComplete) {
  Trial trial;
  trial.state = state;
  trial.evaluation.state = state;
  trial.evaluation.reward = reward;
  trial.evaluation.params = params;
  return trial;
}

std::vector<double> Rewards(const std::vector<Objective>& objectives,
                            const std::vector<Trial>& trials, std::size_t first) {
  std::vector<double> rewards;
  for (const study::Told& told : ToldOf(objectives, trials, first)) rewards.push_back(told.reward);
  return rewards;
}

TEST(ToldTest, OneObjectiveIsToldAsItIs) {
  const std::vector<Trial> trials = {With(.5, 1), With(.25, 2), With(.125, 3)};
  EXPECT_THAT(Rewards({Objective::kAccuracy}, trials, 1), ElementsAre(.25, .125));
}

TEST(ToldTest, WhatNoneDominatesIsToldOneAndOthersTheShareThatDoesNot) {
  const std::vector<Trial> trials = {With(.5, 100), With(.9, 1000), With(.4, 200), With(.3, 2000)};
  EXPECT_THAT(Rewards(kBoth, trials, 0), ElementsAre(1, 1, .75, .25));
}

TEST(ToldTest, EqualTrialsDoNotDominateEachOther) {
  EXPECT_THAT(Rewards(kBoth, {With(.5, 100), With(.5, 100)}, 0), ElementsAre(1, 1));
}

TEST(ToldTest, EarlierGenerationsCountAndDuplicatesOnce) {
  std::vector<Trial> trials = {With(.5, 100), With(.5, 100), With(.4, 100)};
  trials[1].duplicate_of = 0;
  EXPECT_THAT(Rewards(kBoth, trials, 2), ElementsAre(.5));
}

TEST(ToldTest, WithoutARewardATrialIsToldZeroAndDominatesNothing) {
  const std::vector<Trial> trials = {With(0, 1, TrialState::kRefused), With(0, 2)};
  EXPECT_THAT(Rewards(kBoth, trials, 0), ElementsAre(0, 1));
}

TEST(ToldTest, APrunedTrialCountsAsFarAsItCame) {
  const std::vector<Trial> trials = {With(.5, 1, TrialState::kPruned), With(.4, 2)};
  EXPECT_THAT(Rewards(kBoth, trials, 0), ElementsAre(1, .5));
}

TEST(ToldTest, ASearchOfTwoObjectivesIsTheSameForAnyWorkersAndAfterAResume) {
  const auto run = [](std::int64_t num_trials, int workers, LogStore& store) {
    TinySearch tiny;
    tiny.objectives = kBoth;
    tiny.options = {.num_trials = num_trials, .num_workers = workers, .resume = true};
    tiny.options.pruning.rule = search::Pruning::Rule::kMedian;
    return WithoutSeconds(tiny.Run(store).trials);
  };
  LogStore alone, several, cut;
  const auto expected = run(60, 1, alone);
  EXPECT_EQ(run(60, 8, several), expected);
  run(22, 2, cut);
  EXPECT_EQ(run(60, 2, cut), expected);
}

}  // namespace
}  // namespace netsmith::testing
