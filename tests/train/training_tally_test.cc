#include "netsmith/train/training_tally.h"

#include <gtest/gtest.h>

namespace netsmith::train {
namespace {

TEST(TrainingTallyTest, KnowsTheTimeLeftFromTheCoreSecondsOfWhatIsDone) {
  TrainingTally tally(/*num_cores=*/2);
  tally.Expect(10, 3);
  tally.Expect(2, 6);
  EXPECT_EQ(tally.num_all(), 12);
  EXPECT_EQ(tally.SecondsLeft(), 0);  // nothing is known yet
  tally.Start(3);
  tally.Start(3);
  tally.Finish(3, 30);  // 10 core seconds for a unit of work
  EXPECT_EQ(tally.num_done(), 1);
  EXPECT_DOUBLE_EQ(tally.SecondsLeft(), 10 * (36 + 1.5) / 2);
  tally.Finish(3, 30);
  EXPECT_DOUBLE_EQ(tally.SecondsLeft(), 10 * 36 / 2.0);
}

}  // namespace
}  // namespace netsmith::train
