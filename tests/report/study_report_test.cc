#include "netsmith/report/study_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "netsmith/report/progress.h"
#include "netsmith/study/trial.h"

namespace netsmith::report {
namespace {

using study::Trial;
using study::TrialState;
using ::testing::ElementsAre;

Trial MakeTrial(std::int64_t number, TrialState state, double reward) {
  Trial trial;
  trial.number = number;
  trial.network = "3,4,1,0";
  trial.state = state;
  trial.evaluation.state = state;
  trial.evaluation.reward = reward;
  return trial;
}

class StudyReportTest : public ::testing::Test {
 protected:
  StudyReportTest() {
    trials_ = {MakeTrial(0, TrialState::kComplete, 0.5), MakeTrial(1, TrialState::kRefused, 0),
               MakeTrial(2, TrialState::kComplete, 0.9), MakeTrial(3, TrialState::kComplete, 0.9),
               MakeTrial(4, TrialState::kComplete, 0.9), MakeTrial(5, TrialState::kRunning, 0)};
    trials_[4].duplicate_of = 2;
    trials_[1].evaluation.reason = "too large";
  }
  std::vector<Trial> trials_;
};

TEST_F(StudyReportTest, LeaderboardHasEachNetworkOnceBestFirst) {
  std::vector<std::int64_t> numbers;
  for (const Trial& trial : Leaderboard(trials_, 10)) numbers.push_back(trial.number);
  EXPECT_THAT(numbers, ElementsAre(2, 3, 0));
  EXPECT_EQ(Leaderboard(trials_, 2).size(), 2u);
}

TEST_F(StudyReportTest, BestIsTheFirstOfEquals) {
  EXPECT_EQ(BestTrial(trials_)->number, 2);
  EXPECT_FALSE(BestTrial(std::vector{MakeTrial(0, TrialState::kRefused, 0)}).has_value());
}

TEST_F(StudyReportTest, OfEqualRewardsTheLowerLossIsBetterAndAnUnknownOneTheWorst) {
  trials_[3].evaluation.loss = 0.25;
  EXPECT_EQ(BestTrial(trials_)->number, 3);
  trials_[2].evaluation.loss = 0.125;
  EXPECT_EQ(BestTrial(trials_)->number, 2);
  trials_[0].evaluation.loss = 0;
  EXPECT_EQ(BestTrial(trials_)->number, 2) << "the reward comes first";
  trials_[3].evaluation.loss = 0.0625;
  trials_[2].evaluation.reward = 0.3 + 0.6;
  ASSERT_NE(trials_[2].evaluation.reward, trials_[3].evaluation.reward);
  EXPECT_EQ(BestTrial(trials_)->number, 3) << "rounding makes no reward better";
}

TEST_F(StudyReportTest, StatesAreCounted) {
  EXPECT_EQ(StatesText(trials_), "4 complete, 1 refused, 1 unfinished, 1 duplicates among them");
  EXPECT_EQ(CountStates(trials_).at("duplicate"), 1u);
  EXPECT_EQ(StatesText({}), "none");
}

TEST_F(StudyReportTest, ATrialRunsOnlyWhileAWorkerHasIt) {
  trials_ = {MakeTrial(0, TrialState::kComplete, 0.5), MakeTrial(1, TrialState::kRunning, 0),
             MakeTrial(2, TrialState::kRunning, 0)};
  EXPECT_EQ(StatesText(trials_), "1 complete, 2 unfinished");
  EXPECT_EQ(StatesText(trials_, {.running = {2}}), "1 complete, 1 running, 1 unfinished");
  EXPECT_EQ(StatesText(trials_, {.running = {2}, .searching = true}),
            "1 complete, 1 running, 1 waiting");
  EXPECT_EQ(CountStates(trials_, {.running = {0, 2}}).at("complete"), 1u);
  EXPECT_EQ(CountFinished(trials_), 1);
}

TEST_F(StudyReportTest, RewardsOfFailuresAreZeroAndRunningTrialsHaveNone) {
  EXPECT_THAT(Rewards(trials_), ElementsAre(0.5, 0, 0.9, 0.9, 0.9));
}

TEST_F(StudyReportTest, TrialLineSaysWhyATrialIsNotComplete) {
  EXPECT_EQ(TrialLine(trials_[1]), "trial 1: refused  3,4,1,0  (too large)");
  EXPECT_EQ(TrialLine(trials_[4]), "trial 4: 0.9000  3,4,1,0  (same network as trial 2)");
}

}  // namespace
}  // namespace netsmith::report
