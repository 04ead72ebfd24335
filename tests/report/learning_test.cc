#include "netsmith/report/learning.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "netsmith/space/search_space.h"
#include "netsmith/strategy/registry.h"
#include "netsmith/study/trial.h"

namespace netsmith::report {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::SizeIs;

const std::vector<space::Decision> kDecisions = {{"a", {1, 2, 3}}, {"b", {5, 9}}};
const study::StudySpec kSpec{.name = "s", .space_signature = "", .decisions = kDecisions};

std::unique_ptr<study::Strategy> Controller(std::uint64_t seed = 1) {
  strategy::StrategyOptions options;
  options.reinforce.units = 8;
  return strategy::MakeStrategy("reinforce", kDecisions, options, seed);
}

/// What the controller of seed 1 proposes when option 3 of `a` is the good one.
std::vector<study::Trial> Study(int generations, int batch) {
  const auto strategy = Controller();
  std::vector<study::Trial> trials;
  for (int g = 0; g < generations; ++g) {
    std::vector<study::Told> told;
    for (const auto& genome : strategy->Ask(batch)) {
      study::Trial trial;
      trial.number = std::ssize(trials);
      trial.genome = genome;
      trial.state = study::TrialState::kComplete;
      trial.evaluation.reward = genome[0] == 2 ? 0.9 : 0.1;
      told.push_back({genome, trial.evaluation.reward});
      trials.push_back(trial);
    }
    strategy->Tell(told);
  }
  return trials;
}

TEST(LearningReplayTest, EndsWhereTheStrategyOfTheStudyEnded) {
  const auto trials = Study(50, 4);
  LearningReplay replay(kSpec, Controller(), 4);
  replay.Advance(trials);
  ASSERT_TRUE(replay.is_faithful());
  const Learning learning = replay.learning();
  EXPECT_EQ(learning.source, Learning::Source::kPolicy);
  EXPECT_EQ(learning.trials.front(), 0);
  EXPECT_EQ(learning.trials.back(), 200);
  EXPECT_GT(learning.shares[0][2].back(), 2 * learning.shares[0][2].front());
  EXPECT_LT(learning.entropy.back(), learning.entropy.front());
  const auto num_points = learning.trials.size();
  for (const auto& decision : learning.shares) {
    EXPECT_THAT(decision, Each(SizeIs(num_points)));
    double sum = 0;
    for (const auto& option : decision) sum += option.back();
    EXPECT_NEAR(sum, 1, 1e-12);
  }
}

TEST(LearningReplayTest, BitByBitIsTheSameAsAtOnce) {
  const auto trials = Study(301, 4);
  LearningReplay at_once(kSpec, Controller(), 4), by_parts(kSpec, Controller(), 4);
  at_once.Advance(trials);
  for (std::size_t end = 0; end < trials.size(); end += 7) {
    by_parts.Advance(std::span(trials).first(end));
  }
  by_parts.Advance(trials);
  EXPECT_EQ(at_once.learning().trials, by_parts.learning().trials);
  EXPECT_EQ(at_once.learning().shares, by_parts.learning().shares);
  EXPECT_LE(at_once.learning().trials.size(), 122u);  // thinned out: 301 generations
  EXPECT_EQ(at_once.learning().trials.back(), 1204);
}

TEST(LearningTest, BelowATwentiethOfTheUniformEntropyAPolicyHasCollapsed) {
  const double uniform = std::log(3.0) + std::log(2.0);
  EXPECT_FALSE(HasCollapsed(kDecisions, uniform));
  EXPECT_FALSE(HasCollapsed(kDecisions, 0.051 * uniform));
  EXPECT_TRUE(HasCollapsed(kDecisions, 0.049 * uniform));
  EXPECT_FALSE(HasCollapsed({}, 0)) << "where there is nothing to decide, nothing collapses";
}

TEST(LearningReplayTest, WaitsForRunningTrials) {
  auto trials = Study(3, 4);
  trials[6].state = study::TrialState::kRunning;
  LearningReplay replay(kSpec, Controller(), 4);
  replay.Advance(trials);
  EXPECT_EQ(replay.learning().trials.back(), 4);
}

TEST(LearningReplayTest, NoticesThatTheStrategyIsAnother) {
  LearningReplay replay(kSpec, Controller(/*seed=*/2), 4);
  replay.Advance(Study(10, 4));
  EXPECT_FALSE(replay.is_faithful());
  LearningReplay random(kSpec, strategy::MakeStrategy("random", kDecisions, {}, 1), 4);
  EXPECT_FALSE(random.is_faithful());  // it has no probabilities to tell
}

TEST(ProposalSharesTest, CountsOptionsInWindows) {
  std::vector<study::Trial> trials(16);
  for (std::size_t i = 0; i < 16; ++i) trials[i].genome = {i < 8 ? 0 : 2, static_cast<int>(i % 2)};
  const Learning learning = ProposalShares(kDecisions, trials);
  EXPECT_EQ(learning.source, Learning::Source::kProposals);
  EXPECT_THAT(learning.trials, ElementsAre(8, 16));
  EXPECT_THAT(learning.shares[0][0], ElementsAre(1, 0));
  EXPECT_THAT(learning.shares[0][2], ElementsAre(0, 1));
  EXPECT_THAT(learning.shares[1][1], ElementsAre(0.5, 0.5));
  EXPECT_NEAR(learning.entropy[1], std::log(2), 1e-12);
  EXPECT_TRUE(ProposalShares(kDecisions, {}).trials.empty());
}

}  // namespace
}  // namespace netsmith::report
