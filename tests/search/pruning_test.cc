#include "netsmith/search/pruning.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <numeric>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <tuple>
#include <vector>

#include "netsmith/base/error.h"
#include "tests/support/log_store.h"
#include "tests/support/simulated_search.h"

namespace netsmith::testing {
namespace {

using search::BelowRung;
using search::Pruning;
using search::RungsAfter;
using study::Rung;
using study::Trial;
using study::TrialState;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

Trial WithCurve(std::vector<double> curve) {
  Trial trial;
  trial.state = TrialState::kComplete;
  trial.evaluation.curve = std::move(curve);
  return trial;
}

/// Trials whose values are `first`, the same for all steps.
std::vector<Trial> Flat(const std::vector<double>& firsts, std::size_t steps) {
  std::vector<Trial> trials;
  for (const double first : firsts) trials.push_back(WithCurve(std::vector(steps, first)));
  return trials;
}

constexpr Pruning kHalving{.rule = Pruning::Rule::kHalving};
constexpr Pruning kMedian{.rule = Pruning::Rule::kMedian};

TEST(PruningTest, HalvingHasRungsAtSharesOfTheLongestCurve) {
  const auto steps = [](int factor, std::size_t length) {
    const std::vector<Trial> trials = Flat({.1, .2, .3, .4, .5}, length);
    std::vector<int> found;
    for (const Rung& rung : RungsAfter({Pruning::Rule::kHalving, factor}, trials)) {
      found.push_back(rung.step);
    }
    return found;
  };
  EXPECT_THAT(steps(3, 27), ElementsAre(1, 3, 9));
  EXPECT_THAT(steps(3, 10), ElementsAre(1, 2, 4));
  EXPECT_THAT(steps(2, 10), ElementsAre(1, 2, 3, 5));
  EXPECT_THAT(steps(2, 2), ElementsAre(1));
  EXPECT_THAT(steps(2, 1), IsEmpty());
}

TEST(PruningTest, HalvingLetsTheBestOfTheFactorOn) {
  const std::vector<Trial> trials = Flat({.1, .6, .2, .5, .3, .4}, 2);
  EXPECT_THAT(RungsAfter(kHalving, trials), ElementsAre(Rung{1, .5}));
  EXPECT_THAT(RungsAfter({Pruning::Rule::kHalving, 2}, trials), ElementsAre(Rung{1, .4}));
}

TEST(PruningTest, MedianHasARungAfterEachValueButTheLast) {
  const std::vector<Trial> trials = Flat({.1, .5, .2, .4, .3}, 4);
  EXPECT_THAT(RungsAfter(kMedian, trials), ElementsAre(Rung{1, .3}, Rung{2, .3}, Rung{3, .3}));
}

TEST(PruningTest, ATrialStandsWhereItsHighestValueWas) {
  std::vector<Trial> trials = Flat({.2, .2, .2, .2}, 3);
  trials.push_back(WithCurve({.9, .1, .1}));
  EXPECT_THAT(RungsAfter({Pruning::Rule::kHalving, 5}, trials), ElementsAre(Rung{1, .9}));
  EXPECT_EQ(BelowRung(std::vector{Rung{2, .5}}, std::vector{.5, .1}), std::nullopt);
}

TEST(PruningTest, ARungNeedsFiveTrialsThatCameThere) {
  EXPECT_THAT(RungsAfter(kMedian, Flat({.1, .2, .3, .4}, 3)), IsEmpty());
  std::vector<Trial> trials = Flat({.1, .2, .3, .4}, 3);
  trials.push_back(WithCurve({.5}));  // it was pruned after its first value
  EXPECT_THAT(RungsAfter(kMedian, trials), ElementsAre(Rung{1, .3}));
}

TEST(PruningTest, DuplicatesAndTrialsWithoutACurveDoNotCount) {
  std::vector<Trial> trials = Flat({.1, .2, .3, .4}, 3);
  trials.push_back(WithCurve({}));
  trials.push_back(WithCurve({.5, .5, .5}));
  trials.back().duplicate_of = 0;
  EXPECT_THAT(RungsAfter(kMedian, trials), IsEmpty());
  EXPECT_THAT(RungsAfter(Pruning(), Flat({.1, .2, .3, .4, .5}, 3)), IsEmpty());
}

TEST(PruningTest, WithSeveralObjectivesATrialIsComparedWithWhatCostsNoMore) {
  std::vector<Trial> trials = Flat({.1, .2, .3, .4, .5, .9, .9, .9, .9, .9}, 2);
  for (std::size_t i = 0; i < trials.size(); ++i) trials[i].evaluation.params = i < 5 ? 10 : 1000;
  const std::vector objectives = {study::Objective::kAccuracy, study::Objective::kParams};
  study::Evaluation costs;
  costs.params = 10;
  EXPECT_THAT(RungsAfter(kMedian, trials, objectives, costs), ElementsAre(Rung{1, .3}));
  costs.params = 1000;
  EXPECT_THAT(RungsAfter(kMedian, trials, objectives, costs), ElementsAre(Rung{1, .9}));
  costs.params = 9;
  EXPECT_THAT(RungsAfter(kMedian, trials, objectives, costs), IsEmpty());
}

TEST(PruningTest, OnlyARungsOwnStepEndsATrial) {
  const std::vector<Rung> rungs = {{1, .3}, {3, .5}};
  EXPECT_EQ(BelowRung(rungs, std::vector{.2}),
            "best value 0.2000 after step 1, the rung is 0.3000");
  EXPECT_EQ(BelowRung(rungs, std::vector{.3}), std::nullopt);
  EXPECT_EQ(BelowRung(rungs, std::vector{.3, .4}), std::nullopt);
  EXPECT_EQ(BelowRung(rungs, std::vector{.3, .4, .4}),
            "best value 0.4000 after step 3, the rung is 0.5000");
}

/// 60 trials of 90 graphs.
TinySearch PrunedSearch(Pruning::Rule rule, int workers) {
  std::vector<std::int64_t> kernels(90);
  std::iota(kernels.begin(), kernels.end(), 1);
  TinySearch tiny;
  tiny.space = TinySpace(kernels);
  tiny.options = {.num_trials = 60, .num_workers = workers};
  tiny.options.pruning.rule = rule;
  return tiny;
}

std::vector<Trial> Alone(Pruning::Rule rule) {
  LogStore store;
  return WithoutSeconds(PrunedSearch(rule, 1).Run(store).trials);
}

class PrunedSearchTest : public ::testing::TestWithParam<std::tuple<Pruning::Rule, int>> {};

TEST_P(PrunedSearchTest, NeitherWorkersNorTheOrderOfEndsMatter) {
  const auto [rule, workers] = GetParam();
  const std::vector<Trial> expected = Alone(rule);
  for (const std::uint64_t shuffle : {1, 2}) {
    TinySearch tiny = PrunedSearch(rule, workers);
    tiny.make_evaluator = [shuffle] { return std::make_unique<SimulatedEvaluator>(3000, shuffle); };
    LogStore store;
    EXPECT_EQ(WithoutSeconds(tiny.Run(store).trials), expected);
    EXPECT_EQ(WithoutSeconds(store.trials()), expected);
  }
}

INSTANTIATE_TEST_SUITE_P(RulesAndWorkers, PrunedSearchTest,
                         ::testing::Combine(::testing::Values(Pruning::Rule::kHalving,
                                                              Pruning::Rule::kMedian),
                                            ::testing::Values(1, 2, 8)));

TEST(PrunedSearch, RungsFollowFromEarlierGenerationsAlone) {
  const std::vector<Trial> trials = Alone(Pruning::Rule::kHalving);
  std::int64_t num_pruned = 0;
  for (const Trial& trial : trials) {
    const auto first = static_cast<std::size_t>(trial.number / 4 * 4);
    const auto earlier = std::span(trials).first(first);
    EXPECT_EQ(trial.rungs,
              trial.duplicate_of ? std::vector<Rung>() : RungsAfter(kHalving, earlier));
    if (trial.state != TrialState::kPruned) continue;
    ++num_pruned;
    EXPECT_EQ(trial.evaluation.reward, trial.evaluation.curve.back());
    EXPECT_FALSE(trial.evaluation.reason.empty());
  }
  EXPECT_GT(num_pruned, 10);
}

TEST(PrunedSearch, TheStrategyIsToldThePrunedTrialsLastValue) {
  TinySearch tiny = PrunedSearch(Pruning::Rule::kMedian, 2);
  std::vector<space::Genome> genomes;
  for (int i = 0; i < 60; ++i) genomes.push_back({i, 0});
  ScriptedStrategy strategy(genomes);
  LogStore store;
  const auto result = tiny.Run(store, strategy);
  for (const Trial& trial : result.trials) {
    EXPECT_EQ(strategy.told()[static_cast<std::size_t>(trial.number / 4)][trial.number % 4].reward,
              trial.evaluation.reward);
  }
  EXPECT_EQ(result.best.value().state, TrialState::kComplete) << "a pruned trial is never the best";
}

TEST(PrunedSearch, CutAnywhereAndResumedItIsTheUninterruptedRun) {
  const std::vector<Trial> expected = Alone(Pruning::Rule::kHalving);
  for (const std::int64_t cut : {5, 22, 41}) {
    LogStore store;
    TinySearch tiny = PrunedSearch(Pruning::Rule::kHalving, 2);
    tiny.options.num_trials = cut;
    tiny.Run(store);
    tiny.options.num_trials = 60;
    tiny.options.resume = true;
    EXPECT_EQ(WithoutSeconds(tiny.Run(store).trials), expected) << cut;
  }
}

TEST(PrunedSearch, AChangedRungIsNoticedWhenItIsResumed) {
  LogStore store;
  TinySearch tiny = PrunedSearch(Pruning::Rule::kHalving, 2);
  tiny.Run(store);
  for (Trial& trial : store.trials()) {
    if (trial.rungs.empty()) continue;
    trial.rungs[0].least += 0.125;
    break;
  }
  tiny.options.resume = true;
  EXPECT_THROW(tiny.Run(store), base::StoreError);
}

}  // namespace
}  // namespace netsmith::testing
