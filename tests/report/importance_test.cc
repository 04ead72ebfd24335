#include "netsmith/report/importance.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "netsmith/base/random.h"
#include "netsmith/space/search_space.h"
#include "netsmith/study/trial.h"

namespace netsmith::report {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

std::vector<std::int64_t> CountFrom1(std::int64_t last) {
  std::vector<std::int64_t> options;
  for (std::int64_t i = 1; i <= last; ++i) options.push_back(i);
  return options;
}

/// Genomes drawn uniformly.
std::vector<study::Trial> Trials(const std::vector<space::Decision>& decisions, std::int64_t count,
                                 const std::function<double(const space::Genome&)>& reward) {
  base::Generator random(7);
  std::vector<study::Trial> trials;
  for (std::int64_t number = 0; number < count; ++number) {
    study::Trial trial;
    trial.number = number;
    for (const auto& decision : decisions) {
      trial.genome.push_back(static_cast<int>(random.Below(decision.options.size())));
    }
    trial.state = study::TrialState::kComplete;
    trial.evaluation.reward = reward(trial.genome);
    trials.push_back(trial);
  }
  return trials;
}

double Sum(const Importance& importance) {
  double sum = 0;
  for (const DecisionImportance& decision : importance.decisions) sum += decision.share;
  return sum;
}

TEST(ImportanceTest, AdditiveEffectsHaveTheirShareOfTheVariance) {
  const std::vector<space::Decision> decisions = {
      {"big", {1, 2}}, {"small", {1, 2}}, {"none", {1, 2, 3}}};
  // Variances 0.01 and 0.0025 of two equally probable options: 80 % and 20 %.
  const auto trials =
      Trials(decisions, 4000, [](const space::Genome& g) { return 0.4 + 0.2 * g[0] + 0.1 * g[1]; });
  const auto importance = ImportanceOf(decisions, trials);
  ASSERT_THAT(importance.decisions, SizeIs(3));
  EXPECT_NEAR(importance.decisions[0].share, 0.8, 0.03);  // sampling error of 4,000: about 0.01
  EXPECT_NEAR(importance.decisions[1].share, 0.2, 0.03);
  EXPECT_NEAR(importance.decisions[2].share, 0.0, 0.003);
  EXPECT_NEAR(Sum(importance), 1, 1e-6);
}

TEST(ImportanceTest, DecisionsThatChangedTogetherDivideTheirEffect) {
  const std::vector<space::Decision> decisions = {
      {"a", {1, 2, 3}}, {"b", {1, 2, 3}}, {"c", {1, 2}}};
  auto trials = Trials(decisions, 200, [](const space::Genome& g) { return 0.2 * g[0]; });
  for (auto& trial : trials) trial.genome[1] = trial.genome[0];
  const auto importance = ImportanceOf(decisions, trials);
  EXPECT_NEAR(importance.decisions.at(0).share, 0.5, 0.01);
  EXPECT_NEAR(importance.decisions.at(1).share, 0.5, 0.01);
}

TEST(ImportanceTest, SharesAreNeverMoreThanAllOfTheVariance) {
  // As a strategy chooses that has settled: decisions go together, and many options are rare.
  std::vector<space::Decision> decisions;
  for (int d = 0; d < 12; ++d) decisions.push_back({"d" + std::to_string(d), CountFrom1(6)});
  base::Generator random(11);
  for (const int count : {48, 60, 100, 400}) {
    auto trials = Trials(decisions, count, [](const space::Genome& g) { return 0.1 * g[0]; });
    for (auto& trial : trials) {
      for (std::size_t d = 1; d < decisions.size(); ++d) {
        if (random.Below(4) > 0) trial.genome[d] = trial.genome[0];
      }
    }
    const auto importance = ImportanceOf(decisions, trials);
    ASSERT_THAT(importance.decisions, SizeIs(12)) << count;
    EXPECT_LE(Sum(importance), 1 + 1e-9) << count;
    EXPECT_GT(Sum(importance), 0.5) << count;
  }
}

TEST(ImportanceTest, ChanceAloneExplainsLittleOfTheFewestNetworks) {
  for (const std::size_t num_decisions : {1u, 8u, 25u}) {
    std::vector<space::Decision> decisions(num_decisions, {"wide", CountFrom1(64)});
    base::Generator noise(3);
    const std::int64_t needed = ImportanceOf(decisions, {}).needed;
    double sum = 0;
    for (int repeat = 0; repeat < 30; ++repeat) {
      sum += Sum(ImportanceOf(decisions, Trials(decisions, needed, [&](const space::Genome&) {
                                return noise.Uniform();
                              })));
    }
    EXPECT_LT(sum / 30, 0.1) << num_decisions;
  }
}

TEST(ImportanceTest, GroupsCoverAllTrialsInTheOrderOfTheOptions) {
  const std::vector<space::Decision> decisions = {{"wide", CountFrom1(64)}};
  const auto trials = Trials(decisions, 500, [](const space::Genome& g) { return g[0] / 100.0; });
  const auto importance = ImportanceOf(decisions, trials).decisions.at(0);
  EXPECT_GT(importance.groups.size(), 5u);
  EXPECT_LE(importance.groups.size(), 8u);
  std::int64_t count = 0, last = 0;
  for (const OptionGroup& group : importance.groups) {
    EXPECT_GT(group.first, last);
    EXPECT_GE(group.last, group.first);
    last = group.last;
    count += group.trials;
  }
  EXPECT_EQ(count, 500);
  EXPECT_GT(importance.share, 0.9);
}

TEST(ImportanceTest, TellsNothingOfTooFewOrEqualOrFailedTrials) {
  const std::vector<space::Decision> decisions = {{"d", {1, 2}}, {"fixed", {1}}};
  const auto by_option = [](const space::Genome& g) { return 0.1 * g[0]; };
  const auto few = ImportanceOf(decisions, Trials(decisions, 39, by_option));
  EXPECT_THAT(few.decisions, IsEmpty());
  EXPECT_EQ(few.networks, 39);
  EXPECT_EQ(few.needed, 40);
  EXPECT_THAT(ImportanceOf(decisions, Trials(decisions, 40, by_option)).decisions, SizeIs(2));
  EXPECT_THAT(
      ImportanceOf(decisions, Trials(decisions, 50, [](const space::Genome&) { return 0.5; }))
          .decisions,
      IsEmpty());
  auto trials = Trials(decisions, 50, by_option);
  for (auto& trial : trials) trial.state = study::TrialState::kDiverged;
  EXPECT_EQ(ImportanceOf(decisions, trials).networks, 0);
}

TEST(ImportanceTest, ManyDecisionsNeedMoreNetworks) {
  const std::vector<space::Decision> decisions(25, {"d", {1, 2}});
  EXPECT_EQ(ImportanceOf(decisions, {}).needed, 100);
}

}  // namespace
}  // namespace netsmith::report
