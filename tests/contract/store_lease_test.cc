// What every study::Store promises to workers and searches: leases and holds.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "netsmith/study/store.h"
#include "netsmith/study/trial.h"
#include "tests/contract/store_contract.h"
#include "tests/support/trials.h"

namespace netsmith {
namespace {

using study::Trial;
using testing::CompleteEvaluation;
using ::testing::ElementsAre;
using testing::ExampleSpec;
using testing::Finished;
using ::testing::IsEmpty;
using testing::RunningTrial;

class StoreLeaseContract : public testing::StoreContract {};

TEST_P(StoreLeaseContract, AClaimTakesTheLowestNumbersAndNobodyElseGetsThem) {
  store().CreateStudy(ExampleSpec("a"));
  Trial duplicate = RunningTrial(1);
  duplicate.duplicate_of = 0;
  store().AddTrials("a", {RunningTrial(0), duplicate, RunningTrial(2), RunningTrial(3)});
  const auto first = store().ClaimTrials("a", "one", 2, 60);
  ASSERT_EQ(first.size(), 2u);
  EXPECT_EQ(first[0].trial, 0);
  EXPECT_EQ(first[1].trial, 2) << "a duplicate is not evaluated";
  EXPECT_EQ(first[1].attempt, 1);
  EXPECT_EQ(first[1].genome, RunningTrial(2).genome);
  EXPECT_EQ(first[1].network, RunningTrial(2).network);
  EXPECT_EQ(store().ClaimTrials("a", "two", 9, 60).size(), 1u);
  EXPECT_THAT(store().ClaimTrials("a", "three", 9, 60), IsEmpty());
  Reopen();
  EXPECT_THAT(store().Leases("a"), ElementsAre(study::Lease{0, 1, "one"}, study::Lease{2, 1, "one"},
                                               study::Lease{3, 1, "two"}));
}

TEST_P(StoreLeaseContract, ALapsedLeaseIsClaimedAgainAndTheOldAttemptsResultIsDropped) {
  store().CreateStudy(ExampleSpec("a"));
  store().AddTrials("a", {RunningTrial(0)});
  EXPECT_EQ(store().ClaimTrials("a", "slow", 1, 0.02).size(), 1u);
  std::this_thread::sleep_for(std::chrono::milliseconds(30));
  EXPECT_THAT(store().Leases("a"), IsEmpty());
  const auto again = store().ClaimTrials("a", "quick", 1, 60);
  ASSERT_EQ(again.size(), 1u);
  EXPECT_EQ(again[0].attempt, 2);
  store().RenewLeases("a", {{0, 1, "slow"}}, 3000);
  store().ReleaseLease("a", {0, 1, "slow"});
  EXPECT_THAT(store().Leases("a"), ElementsAre(study::Lease{0, 2, "quick"}));
  EXPECT_FALSE(store().DeliverTrial("a", 0, 1, CompleteEvaluation(5)));
  EXPECT_THAT(store().Trials("a"), ElementsAre(RunningTrial(0)));
  EXPECT_TRUE(store().DeliverTrial("a", 0, 2, CompleteEvaluation(0)));
  EXPECT_FALSE(store().DeliverTrial("a", 0, 2, CompleteEvaluation(5))) << "finished already";
  Reopen();
  EXPECT_THAT(store().Trials("a"), ElementsAre(Finished(RunningTrial(0), CompleteEvaluation(0))));
  EXPECT_THAT(store().Leases("a"), IsEmpty());
  EXPECT_THAT(store().ClaimTrials("a", "x", 1, 60), IsEmpty());
}

TEST_P(StoreLeaseContract, ARenewedLeaseDoesNotLapseAndAReleasedOneIsFree) {
  store().CreateStudy(ExampleSpec("a"));
  store().AddTrials("a", {RunningTrial(0)});
  store().ClaimTrials("a", "one", 1, 0.02);
  store().RenewLeases("a", {{0, 1, "one"}}, 60);
  std::this_thread::sleep_for(std::chrono::milliseconds(30));
  EXPECT_THAT(store().ClaimTrials("a", "two", 1, 60), IsEmpty());
  store().ReleaseLease("a", {0, 1, "one"});
  EXPECT_EQ(store().ClaimTrials("a", "two", 1, 60).size(), 1u);
}

TEST_P(StoreLeaseContract, ALapsedLeaseThatNobodyTookStillDelivers) {
  store().CreateStudy(ExampleSpec("a"));
  store().AddTrials("a", {RunningTrial(0)});
  store().ClaimTrials("a", "one", 1, 0);
  EXPECT_TRUE(store().DeliverTrial("a", 0, 1, CompleteEvaluation(0)));
}

TEST_P(StoreLeaseContract, OneSearchHoldsAStudy) {
  store().CreateStudy(ExampleSpec("a"));
  EXPECT_EQ(store().Holder("a"), "");
  EXPECT_EQ(store().HoldStudy("a", "one", 60), "");
  EXPECT_EQ(store().HoldStudy("a", "one", 60), "") << "again is a renewal";
  EXPECT_EQ(store().HoldStudy("a", "two", 60), "one");
  store().LeaveStudy("a", "two");
  Reopen();
  EXPECT_EQ(store().Holder("a"), "one");
  store().LeaveStudy("a", "one");
  EXPECT_EQ(store().HoldStudy("a", "two", 0.02), "");
  std::this_thread::sleep_for(std::chrono::milliseconds(30));
  EXPECT_EQ(store().HoldStudy("a", "three", 60), "") << "a hold lapses";
}

INSTANTIATE_TEST_SUITE_P(Stores, StoreLeaseContract, testing::kEveryStore,
                         [](const auto& kind) { return kind.param; });

}  // namespace
}  // namespace netsmith
