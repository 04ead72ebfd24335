#include "netsmith/strategy/controller/policy_gradient.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "netsmith/base/random.h"
#include "tests/support/finite_difference.h"

namespace netsmith::strategy::controller {
namespace {

const std::vector<space::Decision> kDecisions = {
    {.name = "kernel", .options = {1, 3, 7}},
    {.name = "filters", .options = {4, 16}},
};
const std::vector<double> kState = {3, 16};

std::vector<space::Genome> AllGenomes() { return {{0, 0}, {0, 1}, {1, 0}, {1, 1}, {2, 0}, {2, 1}}; }

double RewardOf(const space::Genome& genome) { return 0.1 + 0.25 * genome[0] + 0.3 * genome[1]; }

using Gradient = std::vector<double>;  // of all parameters, one after the other

/// The fixed situation of these tests: a small policy, mixed with exploration 0.3.
class PolicyGradientTest : public ::testing::TestWithParam<std::string> {
 protected:
  PolicyGradientTest() {
    options_.policy = GetParam();
    policy_ = MakePolicy(kDecisions, options_, base::RandomStreams(4));
    if (GetParam() == "independent") {  // it starts uniform, where some gradients vanish
      InitializeUniform(policy_->parameters(), options_.initial_range, base::RandomStreams(4));
    }
  }

  double Loss(const std::vector<Episode>& episodes, double baseline) {
    return AddLossGradient(*policy_, Behaviour(kDecisions, options_.exploration), episodes,
                           baseline, options_, tape_);
  }

  Gradient GradientOf(const std::vector<Episode>& episodes, double baseline) {
    for (Parameter* p : policy_->parameters()) p->gradient.setZero();
    Loss(episodes, baseline);
    Gradient gradient;
    for (Parameter* p : policy_->parameters()) {
      gradient.insert(gradient.end(), p->gradient.data(), p->gradient.data() + p->gradient.size());
    }
    return gradient;
  }

  Gradient NumericGradientOf(const std::function<double()>& f) {
    Gradient gradient;
    for (Parameter* p : policy_->parameters()) {
      const auto size = static_cast<std::size_t>(p->value.size());
      for (const double g : testing::NumericGradient({p->value.data(), size}, f)) {
        gradient.push_back(g);
      }
    }
    return gradient;
  }

  double LogPolicyOf(const space::Genome& genome) {
    return LogPolicy(*policy_, {.state = kState, .action = genome});
  }
  double LogBehaviourOf(const space::Genome& genome) {
    return Behaviour(kDecisions, options_.exploration).LogProbability(LogPolicyOf(genome));
  }

  ReinforceOptions options_ = {.exploration = 0.3,
                               .reg_param = 0,
                               .entropy_weight = 0,
                               .initial_range = 0.7,
                               .units = 4,
                               .embedding = 3,
                               .division_rate = 20,
                               .sigma = 6};
  std::unique_ptr<Policy> policy_;
  Tape tape_;
};

void ExpectNear(const Gradient& found, const Gradient& expected, double tolerance) {
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    EXPECT_NEAR(found[i], expected[i], tolerance) << "weight " << i;
  }
}

TEST_P(PolicyGradientTest, IsTheGradientOfTheLossItReturns) {
  options_.reg_param = 0.01;
  options_.entropy_weight = 0.2;
  const std::vector<Episode> episodes = {
      {.state = kState, .action = {2, 0}, .reward = 0.9},
      {.state = {1, 4}, .action = {0, 1}, .reward = 0.2},
  };
  const Gradient found = GradientOf(episodes, 0.5);
  ExpectNear(found, NumericGradientOf([&] { return Loss(episodes, 0.5); }), 1e-7);
}

TEST_P(PolicyGradientTest, OfPpoIsTheGradientOfTheClippedRatios) {
  options_.reg_param = 0;
  options_.entropy_weight = 0;
  std::vector<Episode> episodes = {{.state = kState, .action = {2, 0}, .reward = 0.9},
                                   {.state = kState, .action = {0, 1}, .reward = 0.2}};
  const Gradient plain = GradientOf(episodes, 0.5);
  const Behaviour behaviour(kDecisions, options_.exploration);
  const std::vector<double> log_b = LogBehaviours(*policy_, behaviour, episodes, tape_);
  for (std::size_t i = 0; i < 2; ++i) episodes[i].log_behaviour = log_b[i];
  ExpectNear(GradientOf(episodes, 0.5), plain, 1e-12);  // the ratio is 1: the same direction

  for (const double moved : {0.1, -0.1, 0.5, -0.5}) {  // within the clip of 0.2, and beyond it
    episodes[0].log_behaviour = log_b[0] - moved;
    const Gradient found = GradientOf(episodes, 0.5);
    ExpectNear(found, NumericGradientOf([&] { return Loss(episodes, 0.5); }), 1e-7);
  }
  episodes[0].log_behaviour = log_b[0] - 0.5;  // good, and likelier than the clip lets it be
  episodes[1].log_behaviour = log_b[1] + 0.5;  // bad, and less likely than that
  ExpectNear(GradientOf(episodes, 0.5), Gradient(plain.size(), 0.0), 0);
}

TEST_P(PolicyGradientTest, IsUnbiasedForTheExpectedRewardOfTheBehaviourForAnyBaseline) {
  const auto expected_reward = [&] {
    double sum = 0;
    for (const auto& a : AllGenomes()) sum += std::exp(LogBehaviourOf(a)) * RewardOf(a);
    return sum;
  };
  for (const double baseline : {0.0, 0.45}) {
    Gradient mean(GradientOf({{.state = kState, .action = {0, 0}}}, 0).size(), 0.0);
    for (const space::Genome& a : AllGenomes()) {
      const double probability = std::exp(LogBehaviourOf(a));
      const Gradient one =
          GradientOf({{.state = kState, .action = a, .reward = RewardOf(a)}}, baseline);
      for (std::size_t i = 0; i < mean.size(); ++i) mean[i] -= probability * one[i];
    }
    ExpectNear(mean, NumericGradientOf(expected_reward), 1e-7);
  }
}

TEST_P(PolicyGradientTest, ReplacedActionsCountWithTheTruncatedImportanceWeight) {
  const double log_uniform = Behaviour(kDecisions, 0.3).log_uniform();
  EXPECT_NEAR(log_uniform, -std::log(6.0), 1e-14);
  int truncated = 0;
  for (const space::Genome& a : AllGenomes()) {
    const Episode episode = {.state = kState, .action = a, .reward = 1, .replaced = true};
    options_.exploration = 0.3;
    const double policy = std::exp(LogPolicyOf(a));
    const double behaviour = std::exp(LogBehaviourOf(a));
    if (behaviour > 1.0 / 6) ++truncated;
    const Gradient found = GradientOf({episode}, 0.25);

    options_.exploration = 0;  // then a proposed action's gradient is that of log π
    Gradient expected = GradientOf({{.state = kState, .action = a, .reward = 1}}, 0.25);
    for (double& g : expected) g *= 0.7 * policy / std::max(behaviour, 1.0 / 6);
    ExpectNear(found, expected, 1e-13);  // the same numbers, rounded in another order
  }
  EXPECT_GT(truncated, 0);
  EXPECT_LT(truncated, 6);
}

TEST_P(PolicyGradientTest, DiscountWeighsEarlierTimeStepsLess) {
  options_.exploration = 0;
  options_.discount_factor = 0.5;
  const Episode episode = {.state = kState, .action = {2, 1}, .reward = 1};
  const auto discounted = [&] {
    Tape tape;
    const LogLikelihood likelihood = policy_->Evaluate(tape, {&episode, 1});
    double sum = 0;
    for (const Value step : likelihood.steps) sum = 0.5 * sum + tape.value(step)(0, 0);
    return -0.75 * sum;
  };
  ExpectNear(GradientOf({episode}, 0.25), NumericGradientOf(discounted), 1e-7);
}

INSTANTIATE_TEST_SUITE_P(Policies, PolicyGradientTest, ::testing::ValuesIn(PolicyNames()),
                         [](const auto& test) { return test.param; });

TEST(BehaviourTest, IsThePolicyWithoutExplorationAndUniformWithNothingElse) {
  const double log_policy = std::log(0.01);
  EXPECT_NEAR(Behaviour(kDecisions, 0).LogProbability(log_policy), log_policy, 1e-14);
  EXPECT_NEAR(Behaviour(kDecisions, 0).PolicyShare(log_policy), 1.0, 1e-14);
  EXPECT_NEAR(Behaviour(kDecisions, 1).LogProbability(log_policy), -std::log(6.0), 1e-14);
  EXPECT_EQ(Behaviour(kDecisions, 1).PolicyShare(log_policy), 0.0);
  EXPECT_NEAR(Behaviour(kDecisions, 0.25).LogProbability(log_policy),
              std::log(0.75 * 0.01 + 0.25 / 6), 1e-14);
}

}  // namespace
}  // namespace netsmith::strategy::controller
