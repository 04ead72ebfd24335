// A PostgreSQL store that is not there, or goes away.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/cli/program.h"
#include "tests/support/postgres.h"
#include "tests/support/processes.h"

namespace netsmith::testing {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class UnreachableStoreTest : public ProgramTest {};

TEST_F(UnreachableStoreTest, AStoreThatDoesNotAnswerAtTheStartIsOneLine) {
  const std::string nobody = "postgresql://tester@127.0.0.1:1/studies";
  for (const auto& arguments :
       {SearchArguments({"--store", nobody}),
        std::vector<std::string>{"worker", "--store", nobody, "--study", "s"}}) {
    const ProcessResult result = Netsmith(arguments);
    EXPECT_EQ(result.exit_code, 4) << result.err;
    EXPECT_THAT(ErrorLine(result), AllOf(HasSubstr(nobody + ": cannot be reached: "),
                                         HasSubstr("Connection refused")));
  }
}

class LostPostgresTest : public ProgramTest {
 protected:
  void SetUp() override {
    NETSMITH_REQUIRE(PostgresIsThere(), "a PostgreSQL server (Debian's postgresql)");
    database_ = std::make_unique<PostgresDatabase>();
    admin_ = std::make_unique<PostgresDatabase>();
    // Rewards by kernel; from trial 1 on there is none before the gate is open.
    std::ofstream(folder_.path() / "evaluator.py")
        << "import json, os, sys, time\n"
           "for line in sys.stdin:\n"
           "  job = json.loads(line)\n"
           "  while job['trial'] > 0 and not os.path.exists(sys.argv[1]): time.sleep(0.01)\n"
           "  reward = job['params']['layer2.kernel'] / 64\n"
           "  print(json.dumps({'trial': job['trial'], 'reward': reward}), flush=True)\n";
  }
  static json ResultOf(const ProcessResult& result) {
    EXPECT_EQ(result.exit_code, 0) << result.err;
    json found = json::parse(LastLine(result.out));
    found.at("best").erase("seconds");  // measured
    return {found.at("best"), found.at("states")};
  }
  std::vector<std::string> Search(const std::string& store) const {
    const std::string evaluator =
        "/usr/bin/python3 " + (folder_.path() / "evaluator.py").string() + " " + gate();
    return SearchArguments({"--store", store, "--evaluator", evaluator, "--json"});
  }
  BackgroundProcess StartWorker() const {
    return BackgroundProcess(
        NetsmithCommand({"worker", "--store", database_->url(), "--study", "s", "--workers", "1",
                         "--patience", "1", "--wait", "30", "--spool", spool()}));
  }
  void AllowConnections(bool allow) const {
    RunPostgres(admin_->url(), "ALTER DATABASE " + database_->name() + " ALLOW_CONNECTIONS " +
                                   (allow ? "true" : "false"));
    if (allow) return;
    RunPostgres(admin_->url(),
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '" +
                    database_->name() + "'");
  }
  void OpenGate() const { std::ofstream(gate()).put('x'); }
  void CloseGate() const { std::filesystem::remove(gate()); }
  std::string gate() const { return (folder_.path() / "gate").string(); }
  std::string spool() const { return (folder_.path() / "spool").string(); }

  std::unique_ptr<PostgresDatabase> database_;

 private:
  std::unique_ptr<PostgresDatabase> admin_;
};

TEST_F(LostPostgresTest, WhatAWorkerCouldNotDeliverIsDeliveredLater) {
  OpenGate();
  const json expected = ResultOf(Netsmith(Search(store())));
  CloseGate();

  std::vector<std::string> arguments = Search(database_->url());
  arguments.insert(arguments.end(), {"--workers", "0"});
  BackgroundProcess search(NetsmithCommand(arguments));
  BackgroundProcess first = StartWorker();
  // When it says that trial 0 is delivered, it has claimed trial 1.
  ASSERT_TRUE(EventuallyTrue([&] {
    return first.ErrorsSoFar().find("trial 0: complete") != std::string::npos;
  })) << first.ErrorsSoFar()
      << search.ErrorsSoFar();
  AllowConnections(false);
  OpenGate();
  const ProcessResult lost = first.Wait();
  EXPECT_EQ(lost.exit_code, 4) << lost.err;
  EXPECT_THAT(ErrorLine(lost), AllOf(HasSubstr(database_->url() + ": cannot be reached: "),
                                     HasSubstr("1 result(s) are kept in " + spool())));
  EXPECT_THAT(lost.err, AllOf(HasSubstr("trying again for 1 s"), Not(HasSubstr("WARNING"))));

  AllowConnections(true);
  const ProcessResult delivered = Netsmith({"worker", "--deliver", "--spool", spool()});
  EXPECT_EQ(delivered.exit_code, 0) << delivered.err;
  EXPECT_THAT(delivered.err, HasSubstr("1 result delivered, 0 too late"));
  BackgroundProcess second = StartWorker();
  EXPECT_EQ(ResultOf(search.Wait()), expected);
  EXPECT_EQ(database_->Run("SELECT count(*), count(DISTINCT number), max(attempt) "
                           "FROM netsmith_trials"),
            std::vector<std::string>{"6|6|1"});
}

TEST_F(LostPostgresTest, AFinishedFullTrainingWaitsForTheStore) {
  OpenGate();
  ASSERT_EQ(Netsmith(Search(database_->url())).exit_code, 0);
  BackgroundProcess compare(NetsmithCommand({"compare", "s", "--store", database_->url(), "--data",
                                             data(), "--epochs", "20", "--learning-rates", "0.01",
                                             "--finalists", "1", "--hand-made", "none", "--json"}));
  const auto says = [&](const char* text) {
    return EventuallyTrue([&] { return compare.ErrorsSoFar().find(text) != std::string::npos; });
  };
  ASSERT_TRUE(says("epoch 1 of")) << compare.ErrorsSoFar();
  AllowConnections(false);
  ASSERT_TRUE(says("trying again")) << compare.ErrorsSoFar();
  AllowConnections(true);
  const ProcessResult result = compare.Wait();
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(json::parse(LastLine(result.out)).at("networks").size(), 1u);
}

}  // namespace
}  // namespace netsmith::testing
