// Each way in which a SQLite store can fail, with the line that a user reads.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <string>

#include "netsmith/base/error.h"
#include "netsmith/store/open.h"
#include "netsmith/study/store.h"
#include "tests/support/as_nobody.h"
#include "tests/support/environment.h"
#include "tests/support/raw_database.h"
#include "tests/support/trials.h"

namespace netsmith {
namespace {

using store::OpenStore;
using ::testing::AllOf;
using testing::AsNobody;
using testing::CompleteEvaluation;
using testing::ExampleSpec;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::RawDatabase;
using testing::RunningTrial;
using ::testing::StartsWith;

class StoreErrorTest : public ::testing::Test {
 protected:
  std::string file() const { return (folder_.path() / "studies.db").string(); }
  std::string url() const { return "sqlite:///" + file(); }
  const std::filesystem::path& folder() const { return folder_.path(); }

  // The one line of the StoreError that `call` throws.
  static std::string ErrorOf(const std::function<void()>& call) {
    try {
      call();
    } catch (const base::StoreError& error) {
      EXPECT_THAT(error.what(), Not(HasSubstr("\n")));
      return error.what();
    }
    ADD_FAILURE() << "no StoreError";
    return "";
  }
  std::string OpenError(const store::StoreOptions& options = {}) const {
    return ErrorOf([&] { OpenStore(url(), options); });
  }
  void ExpectOpenError(const std::string& what) const {
    EXPECT_THAT(OpenError({.busy_timeout_ms = 20}),
                AllOf(StartsWith(url() + ": "), HasSubstr(what)));
  }
  void WriteFile(const std::string& text) const { std::ofstream(file()) << text; }

 private:
  testing::TemporaryFolder folder_;
};

// A tmpfs of its own size over a folder, for the time of a test.
class SmallDisk {
 public:
  SmallDisk(const std::filesystem::path& folder, const std::string& options) : folder_(folder) {
    std::filesystem::create_directory(folder);
    mounted_ = mount("tmpfs", folder.c_str(), "tmpfs", 0, options.c_str()) == 0;
  }
  ~SmallDisk() {
    if (mounted_) umount2(folder_.c_str(), MNT_DETACH);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  bool mounted() const { return mounted_; }
  bool MakeReadOnly() {
    return mount("tmpfs", folder_.c_str(), "tmpfs", MS_REMOUNT | MS_RDONLY, nullptr) == 0;
  }

 private:
  std::filesystem::path folder_;
  bool mounted_ = false;
};

TEST_F(StoreErrorTest, FolderMissing) {
  const std::string missing = "sqlite:///" + (folder() / "no" / "where.db").string();
  EXPECT_EQ(ErrorOf([&] { OpenStore(missing); }),
            missing + ": the folder " + (folder() / "no").string() +
                " cannot be reached: No such file or directory");
}

TEST_F(StoreErrorTest, FileIsAFolder) {
  std::filesystem::create_directory(file());
  ExpectOpenError("is a folder, expected a file");
}

TEST_F(StoreErrorTest, FileMissingWhereNoneIsToBeMade) {
  EXPECT_EQ(OpenError({.create = false}), url() + ": there is no such file");
  EXPECT_FALSE(std::filesystem::exists(file()));
}

TEST_F(StoreErrorTest, FileIsNoDatabase) {
  for (const std::string& text :
       {std::string("x"), std::string("xy"), std::string("k,f,p\n1,2,3\n"),
        std::string("SQLite format 3"), std::string("SQLite format 4\0", 16), std::string(49, 'x'),
        std::string(100, '\0'), std::string(5000, 'x')}) {
    WriteFile(text);
    ExpectOpenError("is not a SQLite database");
    EXPECT_EQ(OpenError({.read_only = true}), url() + ": is not a SQLite database");
    std::ifstream stream(file(), std::ios::binary);
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(stream), {}), text);
  }
}

TEST_F(StoreErrorTest, AnEmptyFileBecomesAStore) {
  WriteFile("");
  OpenStore(url())->CreateStudy(ExampleSpec("a"));
  EXPECT_EQ(RawDatabase(file()).Run("PRAGMA journal_mode").at(0), "wal");
}

TEST_F(StoreErrorTest, FileIsADeviceOrAPipe) {
  const std::string what = ": is a device, a pipe or a socket, expected a file";
  EXPECT_EQ(ErrorOf([] { OpenStore("sqlite:////dev/null"); }), "sqlite:////dev/null" + what);
  ASSERT_EQ(mkfifo(file().c_str(), 0600), 0);
  EXPECT_EQ(OpenError(), url() + what);
}

TEST_F(StoreErrorTest, FileIsADamagedDatabase) {
  {
    const auto store = OpenStore(url());
    store->CreateStudy(ExampleSpec("a"));
    for (int i = 0; i < 200; ++i) store->AddTrials("a", {RunningTrial(i)});
  }
  std::fstream stream(file(), std::ios::in | std::ios::out | std::ios::binary);
  stream.seekp(4096);
  stream << std::string(std::filesystem::file_size(file()) - 4096, 'x');
  stream.close();
  EXPECT_THAT(ErrorOf([&] { OpenStore(url())->Trials("a"); }), HasSubstr("damaged"));
}

TEST_F(StoreErrorTest, FileIsReadOnly) {
  NETSMITH_REQUIRE(geteuid() == 0, "root");
  OpenStore(url());
  chmod(folder().c_str(), 0777);
  chmod(file().c_str(), 0444);
  const AsNobody nobody;
  ExpectOpenError("cannot be written: Permission denied");
}

TEST_F(StoreErrorTest, FileIsNotReadable) {
  NETSMITH_REQUIRE(geteuid() == 0, "root");
  OpenStore(url());
  chmod(folder().c_str(), 0777);
  chmod(file().c_str(), 0000);
  const AsNobody nobody;
  ExpectOpenError("cannot be read: Permission denied");
}

TEST_F(StoreErrorTest, FolderIsReadOnly) {
  NETSMITH_REQUIRE(geteuid() == 0, "root");
  chmod(folder().c_str(), 0555);
  const AsNobody nobody;
  ExpectOpenError("the folder " + folder().string() + " cannot be written: Permission denied");
}

TEST_F(StoreErrorTest, DiskIsReadOnly) {
  NETSMITH_REQUIRE(geteuid() == 0, "root");
  SmallDisk disk(folder() / "disk", "size=4m");
  NETSMITH_REQUIRE(disk.mounted(), "the right to mount a tmpfs");
  const std::string on_disk = "sqlite:///" + (folder() / "disk" / "studies.db").string();
  OpenStore(on_disk)->CreateStudy(ExampleSpec("a"));
  ASSERT_TRUE(disk.MakeReadOnly());
  EXPECT_EQ(ErrorOf([&] { OpenStore(on_disk); }),
            on_disk + ": cannot be written: Read-only file system");
}

TEST_F(StoreErrorTest, DiskIsFull) {
  NETSMITH_REQUIRE(geteuid() == 0, "root");
  SmallDisk disk(folder() / "disk", "size=1m");
  NETSMITH_REQUIRE(disk.mounted(), "the right to mount a tmpfs");
  const std::string path = (folder() / "disk" / "studies.db").string();
  const auto store = OpenStore("sqlite:///" + path);
  store->CreateStudy(ExampleSpec("a"));
  int added = 0;
  const std::string error = ErrorOf([&] {
    for (; added < 100'000; ++added) store->AddTrials("a", {RunningTrial(added)});
  });
  EXPECT_EQ(error, "sqlite:///" + path + ": the disk is full");
  // What was written before is there and sound, and goes on once there is room.
  EXPECT_EQ(store->Trials("a").size(), static_cast<std::size_t>(added));
  ASSERT_EQ(mount("tmpfs", (folder() / "disk").c_str(), "tmpfs", MS_REMOUNT, "size=8m"), 0);
  store->AddTrials("a", {RunningTrial(added)});
  store->FinishTrial("a", added, CompleteEvaluation(added));
  EXPECT_EQ(RawDatabase(path).Run("PRAGMA integrity_check").at(0), "ok");
}

TEST_F(StoreErrorTest, DiskIsFullFromTheStart) {
  NETSMITH_REQUIRE(geteuid() == 0, "root");
  SmallDisk disk(folder() / "disk", "size=16k");
  NETSMITH_REQUIRE(disk.mounted(), "the right to mount a tmpfs");
  const std::string on_disk = "sqlite:///" + (folder() / "disk" / "studies.db").string();
  EXPECT_EQ(ErrorOf([&] { OpenStore(on_disk); }), on_disk + ": the disk is full");
}

TEST_F(StoreErrorTest, LockedByAnotherProgram) {
  const auto store = OpenStore(url(), {.busy_timeout_ms = 50});
  store->CreateStudy(ExampleSpec("a"));
  store->AddTrials("a", {RunningTrial(0)});
  RawDatabase other(file());
  other.Run("BEGIN IMMEDIATE");
  const std::string expected = url() + ": locked by another program for more than 0.05 s";
  EXPECT_EQ(ErrorOf([&] { store->AddTrials("a", {RunningTrial(1)}); }), expected);
  EXPECT_EQ(ErrorOf([&] { store->FinishTrial("a", 0, CompleteEvaluation(0)); }), expected);
  EXPECT_THROW(store->SetAttribute("a", "k", "1"), base::StoreUnavailable) << "may be tried again";
  EXPECT_EQ(store->Trials("a").size(), 1u) << "readers do not wait for the writer";
  other.Run("COMMIT");
  store->AddTrials("a", {RunningTrial(1)});
}

TEST_F(StoreErrorTest, WhatWasHeldBeforeTheMachineWasStartedIsFree) {
  const auto store = OpenStore(url());
  store->CreateStudy(ExampleSpec("a"));
  store->AddTrials("a", {RunningTrial(0)});
  EXPECT_EQ(store->HoldStudy("a", "lost", 60), "");
  ASSERT_EQ(store->ClaimTrials("a", "lost", 1, 60).size(), 1u);
  EXPECT_EQ(store->HoldStudy("a", "new", 60), "lost");
  // As if that start had been a moment later in the life of its machine than this one is now.
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  const std::string end = std::to_string(now.tv_sec + 600);
  RawDatabase(file()).Run("UPDATE netsmith_holds SET hold_end = " + end +
                          "; UPDATE netsmith_leases SET lease_end = " + end);
  EXPECT_EQ(store->HoldStudy("a", "new", 60), "");
  EXPECT_EQ(store->ClaimTrials("a", "new", 1, 60).size(), 1u);
}

TEST_F(StoreErrorTest, LockedWhileItIsMade) {
  RawDatabase other(file());
  other.Run("BEGIN EXCLUSIVE; CREATE TABLE x (y)");
  ExpectOpenError("locked by another program for more than 0.02 s");
  other.Run("ROLLBACK");
  OpenStore(url());
}

TEST_F(StoreErrorTest, StudyNames) {
  const auto store = OpenStore(url());
  store->CreateStudy(ExampleSpec("a"));
  EXPECT_EQ(ErrorOf([&] { store->CreateStudy(ExampleSpec("a")); }),
            url() + ": study 'a' exists already");
  EXPECT_EQ(ErrorOf([&] { store->Trials("b"); }), url() + ": there is no study 'b'");
}

TEST_F(StoreErrorTest, TrialNumbers) {
  const auto store = OpenStore(url());
  store->CreateStudy(ExampleSpec("a"));
  store->AddTrials("a", {RunningTrial(0)});
  EXPECT_EQ(ErrorOf([&] { store->AddTrials("a", {RunningTrial(0)}); }),
            url() +
                ": study 'a': trial 0 does not follow, the next one is 1: is another search "
                "writing it?");
  EXPECT_EQ(ErrorOf([&] { store->FinishTrial("a", 7, CompleteEvaluation(7)); }),
            url() + ": study 'a' has no trial 7");
  store->FinishTrial("a", 0, CompleteEvaluation(0));
  EXPECT_EQ(ErrorOf([&] { store->FinishTrial("a", 0, CompleteEvaluation(0)); }),
            url() + ": study 'a': trial 0 is COMPLETE, expected RUNNING");
}

TEST_F(StoreErrorTest, TablesOfAnotherProgramUnderOptunasNames) {
  RawDatabase(file()).Run("CREATE TABLE trials (id INTEGER, name TEXT)");
  EXPECT_EQ(OpenError(), url() +
                             ": the table 'trials' has no column 'trial_id', expected Optuna's "
                             "tables (3.0 or later) or none of that name");
  EXPECT_EQ(RawDatabase(file()).Run("SELECT count(*) FROM sqlite_master").at(0), "1")
      << "tables were added to a database that was refused";
}

TEST_F(StoreErrorTest, ADatabaseThatIsRefusedKeepsItsJournal) {
  for (const char* tables :
       {"CREATE TABLE trials (id INTEGER)", "CREATE TABLE netsmith_schema (version INTEGER)",
        "CREATE TABLE netsmith_schema AS SELECT 99 AS version"}) {
    std::filesystem::remove(file());
    RawDatabase(file()).Run(tables);
    OpenError();
    EXPECT_EQ(RawDatabase(file()).Run("PRAGMA journal_mode").at(0), "delete") << tables;
  }
}

TEST_F(StoreErrorTest, UnrelatedTablesAreLeftAlone) {
  RawDatabase(file()).Run("CREATE TABLE mine (x); INSERT INTO mine VALUES (7)");
  OpenStore(url())->CreateStudy(ExampleSpec("a"));
  EXPECT_EQ(RawDatabase(file()).Run("SELECT x FROM mine").at(0), "7");
}

TEST_F(StoreErrorTest, NewerSchema) {
  OpenStore(url());
  RawDatabase(file()).Run("UPDATE netsmith_schema SET version = 99");
  EXPECT_EQ(OpenError(),
            url() + ": has schema version 99, expected 2 or older: use a newer netsmith");
}

TEST_F(StoreErrorTest, EmptySchemaTable) {
  OpenStore(url());
  RawDatabase(file()).Run("DELETE FROM netsmith_schema");
  ExpectOpenError("the table 'netsmith_schema' is empty, expected one row");
}

TEST_F(StoreErrorTest, StudyOfOptunas) {
  const auto store = OpenStore(url());
  RawDatabase(file()).Run("INSERT INTO studies (study_name) VALUES ('theirs')");
  const std::string expected = url() +
                               ": study 'theirs' was made by another program (Optuna?): it has no "
                               "search space of netsmith's";
  EXPECT_EQ(ErrorOf([&] { store->FindStudy("theirs"); }), expected);
  EXPECT_EQ(ErrorOf([&] { store->Trials("theirs"); }), expected);
  EXPECT_EQ(ErrorOf([&] { store->CreateStudy(ExampleSpec("theirs")); }),
            url() + ": study 'theirs' exists already");
}

// What another program may do to our trials' rows, and the line that says so.
TEST_F(StoreErrorTest, TrialsThatAnotherProgramChanged) {
  const std::pair<const char*, const char*> cases[] = {
      {"INSERT INTO trials (number, study_id, state) VALUES (1, 1, 'RUNNING')",
       "trial 1: was added by another program"},
      {"UPDATE trials SET state = 'WAITING'",
       "trial 0: is WAITING, expected RUNNING, COMPLETE, PRUNED or FAIL"},
      {"UPDATE trial_params SET param_value = 2.5 WHERE param_name = 'layer1.kernel'",
       "trial 0: parameter 'layer1.kernel': 2.5 is none of its options"},
      {"UPDATE trial_params SET param_name = 'x' WHERE param_name = 'layer1.pool'",
       "trial 0: has a parameter 'x', which is none of the study's decisions"},
      {"DELETE FROM trial_params WHERE param_name = 'layer1.pool'",
       "trial 0: lacks parameters of the study's decisions"},
      {"UPDATE trial_user_attributes SET value_json = '{' WHERE \"key\" = 'network'",
       "trial 0: attribute 'network' is not what netsmith writes: {"},
      {"UPDATE trial_values SET value = NULL, value_type = 'INF_POS'",
       "trial 0: its value is infinite, expected a finite one"},
      {"UPDATE trial_intermediate_values SET intermediate_value_type = 'ODD'",
       "trial 0: has an intermediate value of type ODD"},
      {"UPDATE netsmith_studies SET decisions_json = '[1]'",
       "study 'a': its decisions are damaged: [1]"},
  };
  for (const auto& [change, message] : cases) {
    std::filesystem::remove(file());
    const auto store = OpenStore(url());
    store->CreateStudy(ExampleSpec("a"));
    store->AddTrials("a", {RunningTrial(0)});
    store->FinishTrial("a", 0, CompleteEvaluation(0));
    RawDatabase(file()).Run(change);
    EXPECT_EQ(ErrorOf([&] { store->Trials("a"); }), url() + ": " + message);
  }
}

}  // namespace
}  // namespace netsmith
