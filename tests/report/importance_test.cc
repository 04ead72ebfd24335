#include "netsmith/report/importance.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
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

TEST(ImportanceTest, AdditiveEffectsHaveTheirShareOfTheVariance) {
  const std::vector<space::Decision> decisions = {
      {"big", {1, 2}}, {"small", {1, 2}}, {"none", {1, 2, 3}}};
  // Variances 0.01 and 0.0025 of two equally probable options: 80 % and 20 %.
  const auto trials =
      Trials(decisions, 4000, [](const space::Genome& g) { return 0.4 + 0.2 * g[0] + 0.1 * g[1]; });
  const auto importance = DecisionImportance(decisions, trials);
  ASSERT_THAT(importance, SizeIs(3));
  EXPECT_NEAR(importance[0].share, 0.8, 0.03);  // sampling error of 4,000 draws: about 0.01
  EXPECT_NEAR(importance[1].share, 0.2, 0.03);
  EXPECT_NEAR(importance[2].share, 0.0, 0.003);
}

TEST(ImportanceTest, ManyOptionsOfFewTrialsAreNotImportantByChance) {
  const std::vector<space::Decision> decisions = {{"wide", CountFrom1(64)}};
  base::Generator noise(3);
  double sum = 0;
  for (int repeat = 0; repeat < 20; ++repeat) {
    const auto trials =
        Trials(decisions, 40, [&](const space::Genome&) { return noise.Uniform(); });
    sum += DecisionImportance(decisions, trials).at(0).share;
  }
  // Without the correction 7 degrees of freedom explain 7/39 = 0.18 on average.
  EXPECT_LT(sum / 20, 0.1);
}

TEST(ImportanceTest, GroupsCoverAllTrialsInTheOrderOfTheOptions) {
  const std::vector<space::Decision> decisions = {{"wide", CountFrom1(64)}};
  const auto trials = Trials(decisions, 500, [](const space::Genome& g) { return g[0] / 100.0; });
  const auto importance = DecisionImportance(decisions, trials).at(0);
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
  const std::vector<space::Decision> decisions = {{"d", {1, 2}}};
  const auto by_option = [](const space::Genome& g) { return 0.1 * g[0]; };
  EXPECT_THAT(DecisionImportance(decisions, Trials(decisions, 7, by_option)), IsEmpty());
  EXPECT_THAT(DecisionImportance(decisions,
                                 Trials(decisions, 50, [](const space::Genome&) { return 0.5; })),
              IsEmpty());
  auto trials = Trials(decisions, 50, by_option);
  for (auto& trial : trials) trial.state = study::TrialState::kDiverged;
  EXPECT_THAT(DecisionImportance(decisions, trials), IsEmpty());
}

}  // namespace
}  // namespace netsmith::report
