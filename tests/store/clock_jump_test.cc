// The clock of a store jumps. To a lease it is the same whether the clock moves or the lease's end,
// so the tests move that.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "netsmith/store/open.h"
#include "netsmith/study/store.h"
#include "tests/support/environment.h"
#include "tests/support/postgres.h"
#include "tests/support/raw_database.h"
#include "tests/support/trials.h"

namespace netsmith {
namespace {

using testing::CompleteEvaluation;
using ::testing::ElementsAre;
using testing::ExampleSpec;
using ::testing::IsEmpty;
using testing::RunningTrial;

constexpr int kHour = 3600;

class ClockJumpTest : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    if (GetParam() == "Postgres") {
      NETSMITH_REQUIRE(testing::PostgresIsThere(), "a PostgreSQL server (Debian's postgresql)");
      database_ = std::make_unique<testing::PostgresDatabase>();
    }
    store_ = store::OpenStore(database_ ? database_->url() : "sqlite:///" + file());
    store().CreateStudy(ExampleSpec("a"));
    store().AddTrials("a", {RunningTrial(0)});
    store().ClaimTrials("a", "one", 1, 60);
    store().HoldStudy("a", "search", 60);
  }
  study::Store& store() { return *store_; }

  /// Negative: back.
  void Jump(int seconds) {
    for (const char* change : {"UPDATE netsmith_leases SET lease_end = lease_end - {}",
                               "UPDATE netsmith_holds SET hold_end = hold_end - {}"}) {
      const std::string sql = fmt::format(fmt::runtime(change), seconds);
      if (database_) {
        database_->Run(sql);
      } else {
        testing::RawDatabase(file()).Run(sql);
      }
    }
  }

 private:
  std::string file() const { return folder_.path().string() + "/studies.db"; }

  testing::TemporaryFolder folder_;
  std::unique_ptr<testing::PostgresDatabase> database_;
  std::unique_ptr<study::Store> store_;
};

TEST_P(ClockJumpTest, ForwardALeaseAndAHoldLapseButTheWorkerStillDelivers) {
  Jump(kHour / 2);
  EXPECT_THAT(store().Leases("a"), IsEmpty());
  EXPECT_EQ(store().Holder("a"), "");
  EXPECT_EQ(store().HoldStudy("a", "search", 60), "") << "who had it takes it again";
  EXPECT_TRUE(store().DeliverTrial("a", 0, 1, CompleteEvaluation(0)));
}

TEST_P(ClockJumpTest, ForwardAnotherWorkersAttemptIsTheOneThatCounts) {
  Jump(kHour / 2);
  ASSERT_EQ(store().ClaimTrials("a", "two", 1, 60).size(), 1u);
  EXPECT_FALSE(store().DeliverTrial("a", 0, 1, CompleteEvaluation(5)));
  EXPECT_TRUE(store().DeliverTrial("a", 0, 2, CompleteEvaluation(0)));
}

TEST_P(ClockJumpTest, BackLeasesAreKeptAndRenewedByTheNewClock) {
  Jump(-kHour / 2);
  EXPECT_THAT(store().Leases("a"), ElementsAre(study::Lease{0, 1, "one"}));
  EXPECT_THAT(store().ClaimTrials("a", "two", 1, 60), IsEmpty());
  EXPECT_EQ(store().HoldStudy("a", "second search", 60), "search");
  store().RenewLeases("a", {{0, 1, "one"}}, 60);
  store().HoldStudy("a", "search", 60);
  Jump(61);
  EXPECT_THAT(store().Leases("a"), IsEmpty());
  EXPECT_EQ(store().Holder("a"), "");
}

// Else what a dead worker had would be waited for as long as the clock went back.
TEST_P(ClockJumpTest, FarBackLeasesAndHoldsCountAsLapsed) {
  Jump(-2 * kHour);
  EXPECT_THAT(store().Leases("a"), IsEmpty());
  EXPECT_EQ(store().HoldStudy("a", "second search", 60), "");
  EXPECT_EQ(store().ClaimTrials("a", "two", 1, 60).size(), 1u);
}

INSTANTIATE_TEST_SUITE_P(Stores, ClockJumpTest, ::testing::Values("Sqlite", "Postgres"),
                         [](const auto& kind) { return kind.param; });

}  // namespace
}  // namespace netsmith
