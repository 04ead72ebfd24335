#include "netsmith/search/child_evaluator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "netsmith/base/error.h"
#include "netsmith/base/random.h"
#include "netsmith/data/dataset.h"
#include "netsmith/graph/graph.h"
#include "netsmith/space/registry.h"
#include "netsmith/train/train.h"
#include "tests/support/simulated_search.h"
#include "tests/support/tiny_problem.h"

namespace netsmith::testing {
namespace {

using search::ChildEvaluator;
using search::ChildOptions;
using search::RewardSplit;
using study::Evaluation;
using study::TrialState;
using ::testing::HasSubstr;

class ChildEvaluatorTest : public ::testing::Test {
 protected:
  Evaluation Evaluate(const ChildOptions& options, const space::Genome& genome = {2, 0}) const {
    return ChildEvaluator(space_, problem_, options)
        .Evaluate({.trial = 0, .genome = genome, .network = "tiny"}, {});
  }

  graph::Costs CostsOf(const space::Genome& genome) const {
    return graph::TotalCosts(space_.Build(genome, kTinySample, kTinyClasses));
  }

  TinySpace space_;
  data::Problem problem_ = MakeTinyProblem();
  ChildOptions options_{.epochs = 4, .mb = 10, .learning_rate = 0.02};
};

TEST_F(ChildEvaluatorTest, TheRewardIsTheValidationAccuracyAfterTheLastEpoch) {
  const Evaluation evaluation = Evaluate(options_);
  EXPECT_EQ(evaluation.state, TrialState::kComplete);
  ASSERT_EQ(evaluation.curve.size(), 4u);
  EXPECT_EQ(evaluation.reward, evaluation.curve.back());
  EXPECT_GT(evaluation.reward, 0.9) << "halves are easy to tell apart";
  EXPECT_EQ(evaluation.params, CostsOf({2, 0}).params);
  EXPECT_EQ(evaluation.macs, CostsOf({2, 0}).macs);
}

TEST_F(ChildEvaluatorTest, TheTestSetIsOpenedOnlyWhenAskedFor) {
  options_.reward_split = RewardSplit::kTest;
  const Evaluation evaluation = Evaluate(options_);
  EXPECT_GT(evaluation.curve.back(), 0.9);
  EXPECT_LT(evaluation.reward, 0.1) << "all its labels are wrong";
  EXPECT_FALSE(evaluation.loss) << "a loss on validation would say nothing of this reward";
}

TEST_F(ChildEvaluatorTest, ANetworkOverALimitIsRefusedWithItsCosts) {
  const graph::Costs costs = CostsOf({2, 0});
  options_.limits.max_macs = costs.macs - 1;
  const Evaluation evaluation = Evaluate(options_);
  EXPECT_EQ(evaluation.state, TrialState::kRefused);
  EXPECT_EQ(evaluation.reason,
            std::to_string(costs.macs) + " multiply-adds, limit " + std::to_string(costs.macs - 1));
  EXPECT_EQ(evaluation.macs, costs.macs);
  EXPECT_EQ(evaluation.params, costs.params);
  EXPECT_TRUE(evaluation.curve.empty());
  options_.limits.max_macs = costs.macs;
  EXPECT_EQ(Evaluate(options_).state, TrialState::kComplete);
}

TEST_F(ChildEvaluatorTest, ThePlannedMemoryOfAMiniBatchIsLimited) {
  options_.limits.max_bytes = 1;
  EXPECT_THAT(Evaluate(options_).reason, HasSubstr(" bytes of memory, limit 1"));
}

TEST_F(ChildEvaluatorTest, ANetworkThatIsNoValidGraphIsRefused) {
  space_ = TinySpace({0, 3});  // kernel 0
  const Evaluation evaluation = Evaluate(options_, {0, 0});
  EXPECT_EQ(evaluation.state, TrialState::kRefused);
  EXPECT_FALSE(evaluation.reason.empty());
}

TEST_F(ChildEvaluatorTest, ALossThatIsNoNumberIsDivergence) {
  options_.learning_rate = 1e30;
  const Evaluation evaluation = Evaluate(options_);
  EXPECT_EQ(evaluation.state, TrialState::kDiverged);
  EXPECT_EQ(evaluation.reason, "the loss became NaN or infinite in epoch 1");
  EXPECT_EQ(evaluation.reward, 0);
}

TEST_F(ChildEvaluatorTest, ALearningRateThatTheGenomeDecidesWins) {
  const space::FileSpace space = testing::MakeTunedSpace();
  const auto curve = [&](int rate, double usual) {
    options_.learning_rate = usual;
    return ChildEvaluator(space, problem_, options_)
        .Evaluate({.trial = 0, .genome = {1, rate}, .network = "tuned"}, {})
        .curve;
  };
  EXPECT_EQ(curve(1, 0.5), curve(1, 0.1));
  EXPECT_GT(curve(1, 0.5).back(), 0.9);
  EXPECT_EQ(curve(0, 0.02).front(), curve(0, 0.02).back()) << "hardly trained at all";
}

TEST_F(ChildEvaluatorTest, WhatTheGenomeDecidesTakesThePlaceOfTheRecipes) {
  const auto reward = [&](const std::string& space, space::Genome genome) {
    return ChildEvaluator(*space::MakeSpace(space, {.max_layers = 1}), problem_, options_)
        .Evaluate({.trial = 0, .genome = std::move(genome), .network = "tuned"}, {})
        .curve;
  };
  options_.learning_rate = 3e-4;
  const auto plain = reward("post", {1, 0, 0, 0});
  const auto decided = reward("post+weight_decay", {1, 0, 0, 0, 3});
  EXPECT_EQ(reward("post+weight_decay", {1, 0, 0, 0, 0}), plain);
  options_.recipe.optimizer.weight_decay = 0.05;
  EXPECT_EQ(decided, reward("post", {1, 0, 0, 0}));
}

TEST_F(ChildEvaluatorTest, RecipeAndMetricDecideTheReward) {
  options_.epochs = 1;
  options_.learning_rate = 0.003;
  ChildOptions sgd = options_;
  sgd.recipe.optimizer.name = "sgd";
  ChildOptions f1 = sgd;
  f1.metric = train::Metric::kMacroF1;
  const space::Genome badly_started = {3, 0};  // so that what it learns makes a difference
  const Evaluation by_accuracy = Evaluate(sgd, badly_started);
  EXPECT_NE(by_accuracy.reward, Evaluate(options_, badly_started).reward);
  const Evaluation by_f1 = Evaluate(f1, badly_started);
  EXPECT_NE(by_f1.reward, by_accuracy.reward);
  EXPECT_EQ(by_f1.curve.back(), by_f1.reward);
}

TEST_F(ChildEvaluatorTest, FoldsGiveTheMeanOverTheirTrainings) {
  options_.epochs = 2;
  options_.learning_rate = 0.005;
  options_.folds = 4;
  options_.seed = 3;
  const space::Genome genome = {3, 0};
  const Evaluation evaluation = Evaluate(options_, genome);
  EXPECT_EQ(evaluation.state, TrialState::kComplete);
  double sum = 0, loss = 0;  // the same by hand
  std::uint64_t fold = 0;
  for (data::Split& split : problem_.Folds(4, 3)) {
    const data::Problem part = problem_.WithSplit(std::move(split));
    train::Child child(space_.Build(genome, kTinySample, kTinyClasses), part,
                       {.epochs = 2,
                        .mb = 10,
                        .max_samples = 4000,
                        .learning_rate = 0.005,
                        .seed = base::RandomStreams(3).SeedFor("child fold", 0, fold++)});
    const train::TrainResult trained = child.Train({});
    sum += trained.validation_score.back();
    loss += trained.validation_loss.back();
  }
  EXPECT_NEAR(evaluation.reward, sum / 4, 1e-12);
  ASSERT_TRUE(evaluation.loss);
  EXPECT_NEAR(*evaluation.loss, loss / 4, 1e-12);
  ASSERT_EQ(evaluation.curve.size(), 2u);
  EXPECT_NEAR(evaluation.curve.back(), evaluation.reward, 1e-12);
  EXPECT_EQ(Evaluate(options_, genome).reward, evaluation.reward);
}

TEST_F(ChildEvaluatorTest, AChildBelowARungIsPrunedThereWithItsLastValueAsReward) {
  options_.learning_rate = 1e-6;
  const Evaluation whole = Evaluate(options_);
  const double best = std::max(whole.curve[0], whole.curve[1]);
  ChildEvaluator evaluator(space_, problem_, options_);
  study::Job job{.trial = 0, .genome = {2, 0}, .network = "tiny"};
  job.rungs = {{.step = 1, .least = whole.curve[0]}, {.step = 2, .least = best + 0.01}};
  const Evaluation pruned = evaluator.Evaluate(job, {});
  EXPECT_EQ(pruned.state, TrialState::kPruned);
  EXPECT_EQ(pruned.curve, (std::vector{whole.curve[0], whole.curve[1]})) << "the same so far";
  EXPECT_EQ(pruned.reward, whole.curve[1]);
  EXPECT_THAT(pruned.reason, HasSubstr("after step 2, the rung is"));
  EXPECT_EQ(pruned.params, whole.params);
  job.rungs = {{.step = 2, .least = best}, {.step = 4, .least = 1.5}};
  Evaluation kept = evaluator.Evaluate(job, {});
  kept.seconds = whole.seconds;
  EXPECT_EQ(kept, whole) << "at the rung is enough, and after the last epoch nothing is saved";
}

TEST_F(ChildEvaluatorTest, OfSeveralFoldsNoRungIsHeeded) {
  options_.folds = 2;
  ChildEvaluator evaluator(space_, problem_, options_);
  study::Job job{.trial = 0, .genome = {2, 0}, .network = "tiny"};
  job.rungs = {{.step = 1, .least = 1.5}};
  EXPECT_EQ(evaluator.Evaluate(job, {}).state, TrialState::kComplete);
}

TEST_F(ChildEvaluatorTest, LatencyIsMeasuredOnlyWhenAsked) {
  EXPECT_EQ(Evaluate(options_).latency_us, 0);
  options_.limits.measures_latency = true;
  EXPECT_GT(Evaluate(options_).latency_us, 0);
}

TEST_F(ChildEvaluatorTest, ANetworkOverTheLimitOfLatencyIsRefusedBeforeItIsTrained) {
  options_.limits.max_latency_us = 1;
  TinySpace large({1'000'000});
  const Evaluation evaluation =
      ChildEvaluator(large, problem_, options_)
          .Evaluate({.trial = 0, .genome = {0, 0}, .network = "tiny"}, {});
  EXPECT_EQ(evaluation.state, TrialState::kRefused);
  EXPECT_THAT(evaluation.reason, HasSubstr("us for an answer, limit 1"));
  EXPECT_GT(evaluation.latency_us, 1);
  EXPECT_TRUE(evaluation.curve.empty());
  options_.limits.max_latency_us = 60'000'000;
  EXPECT_EQ(Evaluate(options_).state, TrialState::kComplete);
}

TEST_F(ChildEvaluatorTest, AFoldThatDivergesIsDivergence) {
  options_.folds = 2;
  options_.learning_rate = 1e30;
  EXPECT_EQ(Evaluate(options_).state, TrialState::kDiverged);
}

TEST_F(ChildEvaluatorTest, EachTrialStartsFromWeightsOfItsOwn) {
  options_.epochs = 1;
  options_.max_samples = 20;
  options_.learning_rate = 1e-3;
  ChildEvaluator evaluator(space_, problem_, options_);
  std::vector<double> rewards;
  for (std::int64_t trial = 0; trial < 8; ++trial) {
    rewards.push_back(
        evaluator.Evaluate({.trial = trial, .genome = {2, 0}, .network = ""}, {}).reward);
  }
  EXPECT_NE(rewards, std::vector<double>(8, rewards[0]));
}

TEST_F(ChildEvaluatorTest, RefusesABudgetOutOfRange) {
  const auto message_of = [this](const std::function<void(ChildOptions&)>& change) -> std::string {
    ChildOptions options = options_;
    change(options);
    try {
      ChildEvaluator evaluator(space_, problem_, options);
    } catch (const base::InvalidArgument& error) {
      return error.what();
    }
    return "no InvalidArgument";
  };
  EXPECT_EQ(message_of([](auto& o) { o.epochs = 0; }),
            "child budget: epochs is 0, expected at least 1");
  EXPECT_THAT(message_of([](auto& o) { o.mb = 0; }), HasSubstr("mb is 0"));
  EXPECT_THAT(message_of([](auto& o) { o.max_samples = -1; }), HasSubstr("max_samples is -1"));
  EXPECT_THAT(message_of([](auto& o) { o.learning_rate = 0; }), HasSubstr("learning_rate is 0"));
  EXPECT_THAT(message_of([](auto& o) { o.limits.max_macs = -1; }), HasSubstr("max_macs is -1"));
}

}  // namespace
}  // namespace netsmith::testing
