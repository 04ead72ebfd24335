#include "netsmith/strategy/controller/reinforce.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "netsmith/base/error.h"
#include "netsmith/strategy/controller/optimizer.h"
#include "netsmith/strategy/controller/policy.h"
#include "netsmith/strategy/reinforce.h"

namespace netsmith::strategy::controller {
namespace {

const std::vector<space::Decision> kDecisions = {
    {.name = "kernel", .options = {1, 3, 7}},
    {.name = "filters", .options = {4, 16}},
};

ReinforceOptions SmallOptions() { return {.units = 8, .embedding = 4}; }

TEST(ReinforceTest, RaisesProbabilityOfTheRewardedChoice) {
  for (const std::string& policy : PolicyNames()) {
    for (const std::string& optimizer : OptimizerNames()) {
      ReinforceOptions options = SmallOptions();
      options.policy = policy;
      options.optimizer = optimizer;
      Reinforce controller(kDecisions, options, 1);
      const double before = controller.OptionProbabilities()[0][2];
      for (int i = 0; i < 100; ++i) {
        const space::Genome action = controller.GetAction();
        controller.StoreRollout(action, action[0] == 2 ? 0.9 : 0.1);
        controller.TrainStep();
      }
      const double after = controller.OptionProbabilities()[0][2];
      EXPECT_GT(after, before + 0.2) << policy << " " << optimizer;
    }
  }
}

TEST(ReinforceTest, EveryPolicyRaisesTheRewardedChoiceFromEpisodesOfAnySource) {
  for (const char* policy : {"sequence", "independent"}) {
    for (const int ppo_steps : {1, 4}) {
      ReinforceOptions options = {.policy = policy, .learning_rate = 0.05, .ppo_steps = ppo_steps};
      Reinforce controller({{"a", {0, 1, 2}}, {"b", {0, 1}}}, options, 3);
      const std::vector<space::Genome> genomes = {{0, 0}, {1, 1}, {2, 0}, {2, 1}};
      const double before = controller.LogLikelihood({2, 1});
      for (int i = 0; i < 20; ++i) {
        controller.TrainOn(genomes, std::vector<double>{0.1, 0.2, 0.3, 0.9});
      }
      EXPECT_GT(controller.LogLikelihood({2, 1}), before + 0.3) << policy << " " << ppo_steps;
      EXPECT_EQ(controller.num_updates(), 20);
      EXPECT_EQ(controller.num_open(), 0u);
    }
  }
}

TEST(ReinforceTest, ProposalsOweNoRewards) {
  Reinforce controller({{"a", {0, 1, 2}}}, {}, 3);
  EXPECT_EQ(controller.Propose(5).size(), 5u);
  EXPECT_EQ(controller.num_open(), 0u);
  EXPECT_EQ(controller.TrainOn({}, {}), 0);
  EXPECT_THROW(controller.TrainOn(std::vector<space::Genome>{{0}}, {}), base::InvalidArgument);
}

TEST(ReinforceTest, ExploresUniformlyWithTheGivenProbability) {
  ReinforceOptions options = SmallOptions();
  options.exploration = 1;
  options.policy = "state";
  options.sigma = 1e-6;  // the policy itself would always propose the same
  Reinforce controller(kDecisions, options, 3);
  std::vector<int> counts(3, 0);
  constexpr int kDraws = 3000;
  for (int i = 0; i < kDraws; ++i) ++counts[static_cast<std::size_t>(controller.GetAction()[0])];
  for (const int count : counts) {
    // Five standard errors.
    EXPECT_NEAR(count, kDraws / 3.0, 5 * std::sqrt(kDraws / 3.0 * 2 / 3));
  }
}

TEST(ReinforceTest, BaselineIsTheBiasCorrectedMovingAverage) {
  ReinforceOptions options = SmallOptions();
  options.baseline_decay = 0.8;
  Reinforce controller(kDecisions, options, 1);
  const auto run = [&](double reward) {
    controller.StoreRollout(controller.GetAction(), reward);
    controller.TrainStep();
  };
  EXPECT_EQ(controller.baseline(), 0.0);
  run(0.5);
  EXPECT_EQ(controller.last_advantage(), 0.0);  // compared with itself
  EXPECT_NEAR(controller.baseline(), 0.5, 1e-15);
  run(1.0);
  EXPECT_NEAR(controller.last_advantage(), 0.5, 1e-15);
  EXPECT_NEAR(controller.baseline(), (0.8 * 0.5 + 1.0) / 1.8, 1e-15);
}

TEST(ReinforceTest, BaselineLeavesReplacedActionsOut) {
  ReinforceOptions options = SmallOptions();
  Reinforce controller(kDecisions, options, 1);
  controller.StoreRollout(controller.GetAction(), 0.5);
  controller.TrainStep();
  space::Genome other = controller.GetAction();
  other[0] = (other[0] + 1) % 3;
  controller.StoreRollout(other, 0.9);
  controller.TrainStep();
  EXPECT_NEAR(controller.baseline(), 0.5, 1e-15);
  EXPECT_NEAR(controller.last_advantage(), 0.4, 1e-15);
}

TEST(ReinforceTest, UndefinedRewardsCountAsZeroAndAreLogged) {
  constexpr double kUndefined[] = {std::numeric_limits<double>::quiet_NaN(),
                                   -std::numeric_limits<double>::infinity()};
  for (const double undefined : kUndefined) {
    Reinforce told_undefined(kDecisions, SmallOptions(), 1);
    Reinforce told_zero(kDecisions, SmallOptions(), 1);
    ::testing::internal::CaptureStderr();
    for (int i = 0; i < 5; ++i) {
      told_undefined.StoreRollout(told_undefined.GetAction(), i % 2 == 0 ? undefined : 0.5);
      told_zero.StoreRollout(told_zero.GetAction(), i % 2 == 0 ? 0.0 : 0.5);
      EXPECT_EQ(told_undefined.TrainStep(), told_zero.TrainStep());
    }
    const std::string expected = fmt::format("a reward is {}; it counts as 0", undefined);
    EXPECT_THAT(::testing::internal::GetCapturedStderr(), ::testing::HasSubstr(expected));
    EXPECT_EQ(told_undefined.OptionProbabilities(), told_zero.OptionProbabilities());
  }
}

TEST(ReinforceTest, StatePolicyStartsFromTheFirstStateAndThenReadsTheActionBefore) {
  ReinforceOptions options = SmallOptions();
  options.policy = "state";
  options.cell = "lstm";  // a NAS cell of two units may start with both gates 1 shut
  options.exploration = 0;
  options.initial_range = 1;  // so that the state matters
  options.first_state = {7, 16};
  Reinforce at_first(kDecisions, options, 1);
  options.first_state = {1, 4};
  Reinforce elsewhere(kDecisions, options, 1);
  EXPECT_NE(at_first.OptionProbabilities(), elsewhere.OptionProbabilities());
  // Both come to the same state when the same action was evaluated.
  at_first.GetAction();
  elsewhere.GetAction();
  at_first.StoreRollout({0, 1}, 0.5);
  elsewhere.StoreRollout({0, 1}, 0.5);
  EXPECT_EQ(at_first.OptionProbabilities(), elsewhere.OptionProbabilities());
}

TEST(ReinforceTest, LikelihoodsOfAllActionsSumToOne) {
  for (const std::string& policy : PolicyNames()) {
    ReinforceOptions options = SmallOptions();
    options.policy = policy;
    const Reinforce controller(kDecisions, options, 1);
    double sum = 0;
    for (int a = 0; a < 3; ++a) {
      for (int b = 0; b < 2; ++b) sum += std::exp(controller.LogLikelihood({a, b}));
    }
    EXPECT_NEAR(sum, 1.0, 1e-13) << policy;
  }
}

TEST(ReinforceTest, RewardsWithoutAnActionOrForABadGenomeAreRefused) {
  Reinforce controller(kDecisions, SmallOptions(), 1);
  EXPECT_THROW(controller.StoreRollout({0, 0}, 0.5), base::InvalidArgument);
  controller.GetAction();
  EXPECT_THROW(controller.StoreRollout({0, 2}, 0.5), base::InvalidArgument);
  EXPECT_THROW(controller.StoreRollout({0}, 0.5), base::InvalidArgument);
  EXPECT_EQ(controller.num_open(), 1u);
  EXPECT_EQ(controller.TrainStep(), 0.0);
  EXPECT_EQ(controller.num_updates(), 0);
}

/// The message of the InvalidArgument that these options give.
std::string RefusalOf(const ReinforceOptions& options) {
  try {
    const Reinforce controller(kDecisions, options, 1);
  } catch (const base::InvalidArgument& error) {
    return error.what();
  }
  return "accepted";
}

TEST(ReinforceTest, OptionsOutOfRangeAreNamedWithWhatWasExpected) {
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(RefusalOf({.exploration = 1.5}), "exploration: found 1.5, expected 0 to 1");
  EXPECT_EQ(RefusalOf({.learning_rate = 0}),
            "learning_rate: found 0, expected more than 0, at most 10");
  EXPECT_EQ(RefusalOf({.learning_rate = kNaN}),
            "learning_rate: found nan, expected more than 0, at most 10");
  EXPECT_EQ(RefusalOf({.units = 0}), "units: found 0, expected 1 to 4096");
  EXPECT_EQ(RefusalOf({.first_state = {}}), "first_state: found 0, expected at least one number");
  EXPECT_EQ(RefusalOf({.cell = "lstn"}),
            "unknown cell 'lstn', expected one of: nas, lstm, gru, rnn");
}

TEST(ReinforceTest, DecisionsWithoutOptionsAreRefused) {
  EXPECT_THROW(Reinforce({}, {}, 1), base::InvalidArgument);
  EXPECT_THROW(Reinforce({{.name = "kernel", .options = {}}}, {}, 1), base::InvalidArgument);
}

TEST(ReinforceStrategyTest, DiagnosticsShowWhatTheControllerLearned) {
  ReinforceStrategy strategy(kDecisions, SmallOptions(), 1);
  for (int i = 0; i < 50; ++i) {
    std::vector<study::Told> told;
    for (const space::Genome& genome : strategy.Ask(4)) {
      told.push_back({.genome = genome, .reward = genome[1] == 1 ? 0.9 : 0.1});
    }
    strategy.Tell(told);
  }
  const auto figures = strategy.Diagnostics();
  EXPECT_GT(figures.at("prob/filters/16"), 0.8);
  EXPECT_NEAR(figures.at("prob/filters/16") + figures.at("prob/filters/4"), 1.0, 1e-12);
  EXPECT_EQ(figures.at("updates"), 50);
  EXPECT_GT(figures.at("baseline"), 0.5);
  EXPECT_LT(figures.at("entropy"), std::log(6.0));  // of the uniform distribution
  EXPECT_GE(figures.at("entropy"), 0.0);
}

TEST(ReinforceStrategyTest, AnotherNumberOfRewardsThanAskedForIsRefused) {
  ReinforceStrategy strategy(kDecisions, SmallOptions(), 1);
  const auto asked = strategy.Ask(2);
  EXPECT_THROW(strategy.Tell(std::vector<study::Told>{{.genome = asked[0], .reward = 1}}),
               base::InvalidArgument);
}

}  // namespace
}  // namespace netsmith::strategy::controller
