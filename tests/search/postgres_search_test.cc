// A search and a worker elsewhere that share a PostgreSQL database, and what happens to it
// meanwhile.
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "netsmith/base/log.h"
#include "netsmith/search/work.h"
#include "netsmith/search/worker_pool.h"
#include "netsmith/store/open.h"
#include "tests/support/environment.h"
#include "tests/support/log_store.h"
#include "tests/support/postgres.h"
#include "tests/support/simulated_search.h"

namespace netsmith::testing {
namespace {

constexpr double kPatience = 1;

std::unique_ptr<study::Evaluator> MakeEvaluator() {
  return std::make_unique<SimulatedEvaluator>(/*max_sleep_us=*/3000);
}

class PostgresSearchTest : public ::testing::Test {
 protected:
  void SetUp() override {
    NETSMITH_REQUIRE(PostgresIsThere(), "a PostgreSQL server (Debian's postgresql)");
    database_ = std::make_unique<PostgresDatabase>();
    store::OpenStore(database_->url())->CreateStudy(TinySearch().Spec());
    base::SetLogLevel(base::LogLevel::kError);
  }
  void TearDown() override { base::SetLogLevel(base::LogLevel::kInfo); }

  /// Calls `disturb` after every tenth trial, and expects the study of a search alone.
  void ExpectTheSameStudyWhile(const std::function<void()>& disturb) {
    std::jthread worker([&](const std::stop_token& stop) { Work(stop); });
    TinySearch tiny;
    tiny.make_evaluator = MakeEvaluator;
    tiny.options.resume = true;
    tiny.options.patience_seconds = kPatience;
    tiny.options.on_progress = [&](const search::Progress& progress) {
      if (progress.finished % 10 == 0) disturb();
    };
    const auto store = store::OpenStore(database().url());
    const auto result = tiny.Run(*store);
    worker.request_stop();
    worker.join();
    LogStore alone;
    const auto expected = WithoutSeconds(TinySearch().Run(alone).trials);
    EXPECT_EQ(WithoutSeconds(result.trials), expected);
    EXPECT_EQ(WithoutSeconds(store->Trials("tiny-study")), expected);
  }
  const PostgresDatabase& database() const { return *database_; }

 private:
  void Work(const std::stop_token& stop) const {
    const auto store = store::OpenStore(database().url());
    std::vector<std::unique_ptr<study::Evaluator>> evaluators;
    evaluators.push_back(MakeEvaluator());
    search::WorkerPool pool(std::move(evaluators), 1, stop);
    search::Work(*store, pool,
                 {.study = "tiny-study",
                  .store_url = database().url(),
                  .name = "elsewhere",
                  .spool = folder_.path() / "spool",
                  .patience_seconds = kPatience},
                 stop);
  }

  TemporaryFolder folder_;
  std::unique_ptr<PostgresDatabase> database_;
};

TEST_F(PostgresSearchTest, OutlivesItsConnections) {
  ExpectTheSameStudyWhile([&] {
    RunPostgres(PostgresDatabase().url(),
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '" +
                    database().name() + "'");
  });
}

TEST_F(PostgresSearchTest, OutlivesJumpsOfTheServersClock) {
  const std::vector<std::string> jumps = {"- 1800", "+ 1800", "+ 7200", "- 7200"};
  std::size_t next = 0;
  ExpectTheSameStudyWhile([&] {
    const std::string& jump = jumps[next++ % jumps.size()];
    database().Run("UPDATE netsmith_leases SET lease_end = lease_end " + jump);
    database().Run("UPDATE netsmith_holds SET hold_end = hold_end " + jump);
  });
  EXPECT_GE(next, jumps.size());
}

}  // namespace
}  // namespace netsmith::testing
