#include "netsmith/strategy/controller/policy.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <numeric>
#include <string>
#include <tuple>
#include <vector>

#include "netsmith/base/error.h"
#include "netsmith/base/random.h"
#include "netsmith/strategy/controller/cell.h"
#include "netsmith/strategy/controller/policy_gradient.h"
#include "tests/support/finite_difference.h"

namespace netsmith::strategy::controller {
namespace {

const std::vector<space::Decision> kDecisions = {
    {.name = "kernel", .options = {1, 3, 7, 30}},
    {.name = "fixed", .options = {5}},
    {.name = "filters", .options = {-4, 16, 17}},
};
const std::vector<double> kState = {3, 5, 16};

std::vector<space::Genome> AllGenomes() {
  std::vector<space::Genome> all;
  for (int a = 0; a < 4; ++a) {
    for (int c = 0; c < 3; ++c) all.push_back({a, 0, c});
  }
  return all;
}

/// Small, and with weights large enough that options differ in probability.
ReinforceOptions SmallOptions() {
  return {.initial_range = 0.7, .units = 5, .embedding = 3, .division_rate = 20, .sigma = 9};
}

class PolicyTest : public ::testing::TestWithParam<std::tuple<std::string, std::string>> {
 protected:
  PolicyTest() {
    ReinforceOptions options = SmallOptions();
    options.policy = std::get<0>(GetParam());
    options.cell = std::get<1>(GetParam());
    policy_ = MakePolicy(kDecisions, options, base::RandomStreams(4));
  }

  double LogPolicyOf(const space::Genome& genome) {
    return LogPolicy(*policy_, {.state = kState, .action = genome});
  }

  std::unique_ptr<Policy> policy_;
};

TEST_P(PolicyTest, ProbabilitiesOfAllGenomesSumToOne) {
  double sum = 0;
  for (const space::Genome& genome : AllGenomes()) sum += std::exp(LogPolicyOf(genome));
  EXPECT_NEAR(sum, 1.0, 1e-12);  // 12 terms, rounding only
}

TEST_P(PolicyTest, DrawsActionsAsOftenAsTheirLikelihoodSays) {
  constexpr int kDraws = 20000;
  std::map<space::Genome, int> counts;
  for (int i = 0; i < kDraws; ++i) {
    base::Generator generator = base::RandomStreams(9).For("draw", static_cast<std::uint64_t>(i));
    ++counts[policy_->Sample(kState, generator)];
  }
  for (const space::Genome& genome : AllGenomes()) {
    const double p = std::exp(LogPolicyOf(genome));
    // Five standard errors of a binomial count.
    EXPECT_NEAR(counts[genome], kDraws * p, 5 * std::sqrt(kDraws * p * (1 - p)) + 1e-9);
  }
}

TEST_P(PolicyTest, GradientOfTheLikelihoodMatchesFiniteDifferences) {
  const std::vector<Episode> episodes = {{.state = kState, .action = {3, 0, 1}},
                                         {.state = {1, 5, -4}, .action = {0, 0, 2}}};
  const auto loss = [&](Tape& tape) {
    const LogLikelihood likelihood = policy_->Evaluate(tape, episodes);
    Value sum = likelihood.entropy.value_or(tape.Constant(Matrix::Zero(1, 1)));
    for (const Value step : likelihood.steps) sum = tape.Add(sum, tape.Sum(step));
    return sum;
  };
  Tape tape;
  tape.Backward(loss(tape));
  for (Parameter* p : policy_->parameters()) {
    const std::vector<double> numeric =
        testing::NumericGradient({p->value.data(), static_cast<std::size_t>(p->value.size())}, [&] {
          Tape fresh;
          return fresh.value(loss(fresh))(0, 0);
        });
    for (std::size_t i = 0; i < numeric.size(); ++i) {
      EXPECT_NEAR(p->gradient.data()[i], numeric[i], 1e-7) << p->name << " element " << i;
    }
  }
}

TEST_P(PolicyTest, BatchGivesEachEpisodeWhatItGetsAlone) {
  const std::vector<Episode> episodes = {{.state = kState, .action = {3, 0, 1}},
                                         {.state = {1, 5, -4}, .action = {0, 0, 2}}};
  Tape tape;
  const LogLikelihood likelihood = policy_->Evaluate(tape, episodes);
  for (std::size_t i = 0; i < episodes.size(); ++i) {
    double sum = 0;
    for (const Value step : likelihood.steps) {
      sum += tape.value(step)(static_cast<Eigen::Index>(i), 0);
    }
    EXPECT_NEAR(sum, LogPolicy(*policy_, episodes[i]), 1e-13);  // products of other shapes round
  }
}

TEST_P(PolicyTest, OptionProbabilitiesAreDistributionsOverTheOptions) {
  const auto probabilities = policy_->OptionProbabilities(kState);
  ASSERT_EQ(probabilities.size(), kDecisions.size());
  for (std::size_t d = 0; d < probabilities.size(); ++d) {
    EXPECT_EQ(probabilities[d].size(), kDecisions[d].options.size());
    EXPECT_NEAR(std::accumulate(probabilities[d].begin(), probabilities[d].end(), 0.0), 1.0, 1e-12);
  }
}

INSTANTIATE_TEST_SUITE_P(Policies, PolicyTest,
                         ::testing::Combine(::testing::ValuesIn(PolicyNames()),
                                            ::testing::ValuesIn(CellNames())),
                         [](const auto& test) {
                           return std::get<0>(test.param) + "_" + std::get<1>(test.param);
                         });

std::unique_ptr<Policy> StatePolicy(const std::string& controller_input) {
  ReinforceOptions options = SmallOptions();
  options.policy = "state";
  options.controller_input = controller_input;
  return MakePolicy(kDecisions, options, base::RandomStreams(4));
}

TEST(StatePolicyTest, ReadsTheStateUnlessItIsFedOnes) {
  const std::vector<double> other = {30, 5, -4};
  const auto reads = StatePolicy("state");
  EXPECT_NE(reads->OptionProbabilities(kState), reads->OptionProbabilities(other));
  const auto ones = StatePolicy("ones");
  EXPECT_EQ(ones->OptionProbabilities(kState), ones->OptionProbabilities(other));
}

TEST(StatePolicyTest, StartsAtTheBiasTimesTheDivisionRate) {
  // Without weights the mean of every decision is 0.05 · 100 = 5; options 4 and 6 are as far.
  ReinforceOptions options = {.policy = "state", .initial_range = 1e-300};
  const auto policy =
      MakePolicy({{.name = "kernel", .options = {3, 4, 5, 6, 7}}}, options, base::RandomStreams(1));
  const std::vector<double> p = policy->OptionProbabilities(std::vector<double>{10}).front();
  EXPECT_NEAR(p[1], p[3], 1e-12);
  EXPECT_NEAR(p[0], p[4], 1e-12);
  // The mass of [4.5, 5.5) around the mean at sigma 10: erf(0.05 / sqrt 2).
  EXPECT_NEAR(p[2], std::erf(0.05 / std::sqrt(2.0)), 1e-12);
}

TEST(PolicyErrorTest, UnknownNamesListTheKnownOnes) {
  ReinforceOptions options = {.policy = "greedy"};
  const base::RandomStreams streams(1);
  EXPECT_THROW(MakePolicy(kDecisions, options, streams), base::InvalidArgument);
  options = {.policy = "state", .controller_input = "zeros"};
  EXPECT_THROW(MakePolicy(kDecisions, options, streams), base::InvalidArgument);
}

}  // namespace
}  // namespace netsmith::strategy::controller
