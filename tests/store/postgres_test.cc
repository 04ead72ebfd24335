// What only a server can go through; tests/contract has the rest.
#include "tests/support/postgres.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "netsmith/base/error.h"
#include "netsmith/base/log.h"
#include "netsmith/base/random.h"
#include "netsmith/store/open.h"
#include "netsmith/store/postgres.h"
#include "netsmith/store/soci.h"
#include "netsmith/study/store.h"
#include "tests/support/environment.h"
#include "tests/support/trials.h"

namespace netsmith {
namespace {

using store::OpenStore;
using ::testing::AllOf;
using testing::CompleteEvaluation;
using testing::ExampleSpec;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::RunningTrial;

std::string ErrorOf(const std::function<void()>& call) {
  try {
    call();
  } catch (const base::StoreError& error) {
    EXPECT_THAT(error.what(), Not(HasSubstr("\n")));
    return error.what();
  }
  return "no StoreError";
}

class PostgresTest : public ::testing::Test {
 protected:
  void SetUp() override {
    NETSMITH_REQUIRE(testing::PostgresIsThere(), "a PostgreSQL server (Debian's postgresql)");
    database_ = std::make_unique<testing::PostgresDatabase>();
  }
  std::string url() const { return database_->url(); }
  const testing::PostgresDatabase& database() const { return *database_; }

 private:
  std::unique_ptr<testing::PostgresDatabase> database_;
};

TEST_F(PostgresTest, TypesAreOptunas) {
  OpenStore(url());
  EXPECT_EQ(database().Run("SELECT typname || ':' || string_agg(enumlabel, ',' ORDER BY "
                           "enumsortorder) FROM pg_type JOIN pg_enum ON enumtypid = pg_type.oid "
                           "GROUP BY typname ORDER BY 1"),
            (std::vector<std::string>{"studydirection:NOT_SET,MINIMIZE,MAXIMIZE",
                                      "trialintermediatevaluetype:FINITE,INF_POS,INF_NEG,NAN",
                                      "trialstate:RUNNING,COMPLETE,PRUNED,FAIL,WAITING",
                                      "trialvaluetype:FINITE,INF_POS,INF_NEG"}));
  EXPECT_EQ(database().Run("SELECT count(*) FROM version_info").at(0), "0");
}

// What another wrote while a writer waited for it would be hidden, or refused, at a stricter level.
TEST_F(PostgresTest, AServersDefaultIsolationDoesNotMatter) {
  const std::string strict = url() + "?options=-c%20default_transaction_isolation%3Dserializable";
  OpenStore(strict)->CreateStudy(ExampleSpec("a"));
  std::vector<std::thread> writers;
  for (int writer = 0; writer < 2; ++writer) {
    writers.emplace_back([&] {
      const auto store = OpenStore(strict);
      for (int i = 0; i < 50; ++i) EXPECT_NO_THROW(store->SetAttribute("a", "key", "1"));
    });
  }
  for (std::thread& writer : writers) writer.join();
}

TEST_F(PostgresTest, ALostConnectionIsUnavailableAndThenMadeAgain) {
  const auto store = OpenStore(url());
  store->CreateStudy(ExampleSpec("a"));
  testing::RunPostgres(testing::PostgresDatabase().url(),
                       "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '" +
                           database().name() + "'");
  EXPECT_THROW(store->AddTrials("a", {RunningTrial(0)}), base::StoreUnavailable);
  store->AddTrials("a", {RunningTrial(0)});
  EXPECT_EQ(store->Trials("a").size(), 1u);
}

TEST_F(PostgresTest, WhatTheServerSaysGoesIntoTheLog) {
  const auto store = OpenStore(url());
  database().Run(
      "CREATE FUNCTION beware() RETURNS trigger LANGUAGE plpgsql AS"
      " 'BEGIN RAISE WARNING ''beware''; RETURN NEW; END';"
      "CREATE TRIGGER beware BEFORE INSERT ON studies FOR EACH ROW EXECUTE FUNCTION beware()");
  ::testing::internal::CaptureStderr();
  store->CreateStudy(ExampleSpec("a"));
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
  base::SetLogLevel(base::LogLevel::kDebug);
  ::testing::internal::CaptureStderr();
  store->CreateStudy(ExampleSpec("b"));
  base::SetLogLevel(base::LogLevel::kInfo);
  EXPECT_THAT(::testing::internal::GetCapturedStderr(),
              HasSubstr("PostgreSQL: WARNING:  beware\n"));
}

// What a worker had locked whose link was cut in the middle of a transaction.
TEST_F(PostgresTest, TheServerDoesNotWaitForALostClient) {
  const auto connection = store::OpenPostgres(url());
  std::string value;
  connection->Run("SHOW idle_in_transaction_session_timeout", soci::into(value));
  EXPECT_EQ(value, "30s");
  connection->Run("SHOW tcp_keepalives_idle", soci::into(value));
  EXPECT_EQ(value, "30");
}

/// A table space on a tmpfs of its own; the server's user can write there.
class SmallTablespace {
 public:
  SmallTablespace(const std::filesystem::path& folder, const std::string& name)
      : folder_(folder), name_(name) {
    std::filesystem::create_directory(folder);
    const std::filesystem::path data = testing::FindPostgres().folder + "/data";
    struct stat server {};
    stat(data.c_str(), &server);
    const std::string options =
        fmt::format("size=24m,mode=700,uid={},gid={}", server.st_uid, server.st_gid);
    mounted_ = mount("tmpfs", folder.c_str(), "tmpfs", 0, options.c_str()) == 0;
    if (mounted_) {
      Run(fmt::format("CREATE TABLESPACE {} LOCATION '{}'", name, folder.string()));
    }
  }
  ~SmallTablespace() {
    if (!mounted_) return;
    Run("DROP TABLESPACE " + name_);
    umount2(folder_.c_str(), MNT_DETACH);
  }
  SmallTablespace(const SmallTablespace&) = delete;
  SmallTablespace& operator=(const SmallTablespace&) = delete;
  bool mounted() const { return mounted_; }
  void Move(const testing::PostgresDatabase& database) const {
    Run("ALTER DATABASE " + database.name() + " SET TABLESPACE " + name_);
  }

 private:
  static void Run(const std::string& sql) {
    testing::RunPostgres(testing::PostgresDatabase().url(), sql);
  }

  std::filesystem::path folder_;
  std::string name_;
  bool mounted_ = false;
};

TEST_F(PostgresTest, AFullDiskIsSaidAndLosesNothing) {
  NETSMITH_REQUIRE(geteuid() == 0, "root");
  const testing::TemporaryFolder folder;
  std::filesystem::permissions(folder.path(), std::filesystem::perms::others_exec,
                               std::filesystem::perm_options::add);
  const SmallTablespace disk(folder.path() / "disk", "small_" + std::to_string(getpid()));
  NETSMITH_REQUIRE(disk.mounted(), "the right to mount a tmpfs");
  const testing::PostgresDatabase database;
  disk.Move(database);
  const auto store = OpenStore(database.url());
  store->CreateStudy(ExampleSpec("a"));
  base::Generator random(1);
  int added = 0;
  const std::string error = ErrorOf([&] {
    for (; added < 100; ++added) {
      study::Trial trial = RunningTrial(added);
      for (int i = 0; i < 500'000; ++i) trial.network += static_cast<char>('!' + random.Below(90));
      store->AddTrials("a", {trial});
    }
  });
  EXPECT_EQ(error, database.url() + ": the disk is full");
  EXPECT_EQ(store->Trials("a").size(), static_cast<std::size_t>(added));
}

TEST_F(PostgresTest, NoServerIsUnavailable) {
  const std::string nobody = "postgresql://tester@127.0.0.1:1/studies";
  try {
    OpenStore(nobody);
    FAIL() << "opened";
  } catch (const base::StoreUnavailable& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr(nobody + ": cannot be reached: "),
                                    HasSubstr("Connection refused"), Not(HasSubstr("\n"))));
  }
}

TEST_F(PostgresTest, AMissingDatabaseAndRoleAreNamed) {
  EXPECT_THAT(
      ErrorOf([&] { OpenStore(url() + "x"); }),
      HasSubstr("refused the connection: database \"" + database().name() + "x\" does not exist"));
  EXPECT_THAT(ErrorOf([&] { OpenStore(database().url("stranger")); }),
              HasSubstr("role \"stranger\" does not exist"));
}

TEST_F(PostgresTest, PasswordsComeFromAFileAndAWrongOneIsRefused) {
  database().Run(
      "DO $$ BEGIN CREATE ROLE locked LOGIN SUPERUSER PASSWORD 'right one'; "
      "EXCEPTION WHEN duplicate_object THEN NULL; END $$");
  const testing::TemporaryFolder folder;
  const std::string file = (folder.path() / "pgpass").string();
  const auto write = [&](const std::string& password) {
    std::ofstream(file) << "127.0.0.1:*:*:locked:" << password << "\n";
    std::filesystem::permissions(
        file, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  };
  const std::string locked = database().url("locked");
  setenv("PGPASSFILE", file.c_str(), 1);
  write("wrong one");
  EXPECT_THAT(ErrorOf([&] { OpenStore(locked); }),
              AllOf(HasSubstr("refused the connection: password authentication failed"),
                    Not(HasSubstr("wrong one"))));
  write("");
  EXPECT_THAT(ErrorOf([&] { OpenStore(locked); }), HasSubstr("refused the connection: "));
  write("right one");
  OpenStore(locked)->CreateStudy(ExampleSpec("a"));
  unsetenv("PGPASSFILE");
}

TEST_F(PostgresTest, ANewerSchemaIsRefused) {
  OpenStore(url());
  database().Run("UPDATE netsmith_schema SET version = 99");
  EXPECT_EQ(ErrorOf([&] { OpenStore(url()); }),
            url() + ": has schema version 99, expected 2 or older: use a newer netsmith");
}

TEST_F(PostgresTest, WhatTheServerSaysIsAPlainLineOrNothing) {
  const auto store = OpenStore(url());
  const auto on_each_study = [&](const std::string& raise) {
    database().Run(
        "CREATE OR REPLACE FUNCTION say() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE " +
        raise + "; RETURN NEW; END $$");
  };
  on_each_study("WARNING 'be warned'");
  database().Run("CREATE TRIGGER say BEFORE INSERT ON studies FOR EACH ROW EXECUTE FUNCTION say()");
  ::testing::internal::CaptureStderr();
  store->CreateStudy(ExampleSpec("a"));
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
  on_each_study("EXCEPTION 'no more'");
  EXPECT_EQ(ErrorOf([&] { store->CreateStudy(ExampleSpec("b")); }), url() + ": no more");
  EXPECT_FALSE(store->FindStudy("\xff")) << "no name can be that";
}

TEST_F(PostgresTest, TextIsUtf8WhateverTheUrlSays) {
  const auto store = OpenStore(url() + "?client_encoding=LATIN1");
  store->CreateStudy(ExampleSpec("größer"));
  EXPECT_EQ(OpenStore(url())->StudyNames(), std::vector<std::string>{"größer"});
}

TEST_F(PostgresTest, ManyMakeTheTablesAtOnce) {
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back([&] { OpenStore(url()); });
  threads.clear();
  OpenStore(url())->CreateStudy(ExampleSpec("a"));
}

TEST_F(PostgresTest, ManyWorkersClaimEachTrialOnce) {
  constexpr int kNumTrials = 100;
  const auto store = OpenStore(url());
  store->CreateStudy(ExampleSpec("a"));
  std::vector<study::Trial> trials;
  for (int i = 0; i < kNumTrials; ++i) trials.push_back(RunningTrial(i));
  store->AddTrials("a", trials);
  std::vector<std::map<std::int64_t, std::int64_t>> claimed(4);
  {
    std::vector<std::jthread> workers;
    for (auto& mine : claimed) {
      workers.emplace_back([&, url = url()] {
        const auto own = OpenStore(url);
        for (;;) {
          const auto claims = own->ClaimTrials("a", "w", 1, 60);
          if (claims.empty()) return;
          mine[claims[0].trial] = claims[0].attempt;
          EXPECT_TRUE(own->DeliverTrial("a", claims[0].trial, claims[0].attempt,
                                        CompleteEvaluation(claims[0].trial)));
        }
      });
    }
  }
  std::map<std::int64_t, std::int64_t> all;
  std::size_t count = 0;
  for (const auto& mine : claimed) {
    count += mine.size();
    all.insert(mine.begin(), mine.end());
  }
  // A worker that finds all free trials locked by others at that moment ends early; they go on.
  EXPECT_EQ(count, static_cast<std::size_t>(kNumTrials));
  EXPECT_EQ(all.size(), static_cast<std::size_t>(kNumTrials));
  for (const auto& trial : store->Trials("a")) {
    EXPECT_EQ(trial,
              testing::Finished(RunningTrial(trial.number), CompleteEvaluation(trial.number)));
  }
}

}  // namespace
}  // namespace netsmith
