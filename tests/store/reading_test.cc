// What a SQLite store that is opened for reading only needs, and leaves.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
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
using testing::AsNobody;
using testing::ExampleSpec;
using testing::RawDatabase;
using testing::RunningTrial;

std::string Content(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

class ReadingTest : public ::testing::Test {
 protected:
  std::filesystem::path folder() const { return folder_.path() / "stores"; }
  std::string file() const { return (folder() / "studies.db").string(); }
  std::string log() const { return file() + "-wal"; }
  std::unique_ptr<study::Store> OpenForReading() const {
    return OpenStore("sqlite:///" + file(), {.read_only = true});
  }
  std::size_t NumFiles() const {
    const std::filesystem::directory_iterator files(folder());
    return static_cast<std::size_t>(std::distance(begin(files), end(files)));
  }
  void MakeStudy() const {
    const auto store = OpenStore("sqlite:///" + file());
    store->CreateStudy(ExampleSpec("a"));
    store->AddTrials("a", {RunningTrial(0)});
  }
  // As it is after a power cut: what was written last is in the log alone.
  void LeaveInTheLog(const std::string& sql) const {
    RawDatabase keeps_the_log(file());
    keeps_the_log.Run("PRAGMA journal_mode = WAL; PRAGMA wal_checkpoint(TRUNCATE); " + sql);
    for (const std::string& name : {file(), log()}) {
      std::filesystem::copy(name, folder_.path() / std::filesystem::path(name).filename());
    }
  }
  void CutThePower() const {
    std::filesystem::remove_all(folder());
    std::filesystem::create_directory(folder());
    for (const std::string& name : {file(), log()}) {
      std::filesystem::copy(folder_.path() / std::filesystem::path(name).filename(), name);
    }
  }

  ReadingTest() { std::filesystem::create_directory(folder()); }
  testing::TemporaryFolder folder_;
};

TEST_F(ReadingTest, LeavesNoFilesBesideTheStore) {
  MakeStudy();
  EXPECT_EQ(OpenForReading()->Trials("a").size(), 1u);
  EXPECT_EQ(NumFiles(), 1u);
}

TEST_F(ReadingTest, FindsWhatAKilledSearchHadWrittenAndLeavesNoFilesEither) {
  MakeStudy();
  LeaveInTheLog("UPDATE studies SET study_name = 'b'");
  CutThePower();
  EXPECT_EQ(OpenForReading()->Trials("b").size(), 1u);
  EXPECT_EQ(NumFiles(), 1u);
  EXPECT_EQ(OpenForReading()->Trials("b").size(), 1u);
}

TEST_F(ReadingTest, LeavesTheLogToTheSearchThatUsesIt) {
  const auto search = OpenStore("sqlite:///" + file());
  search->CreateStudy(ExampleSpec("a"));
  EXPECT_EQ(OpenForReading()->Trials("a").size(), 0u);
  EXPECT_EQ(NumFiles(), 3u);
  search->AddTrials("a", {RunningTrial(0)});
  EXPECT_EQ(OpenForReading()->Trials("a").size(), 1u);
}

TEST_F(ReadingTest, ChangesNoStudy) {
  MakeStudy();
  const auto store = OpenForReading();
  try {
    store->SetAttribute("a", "k", "1");
    ADD_FAILURE() << "was written";
  } catch (const base::StoreError& error) {
    EXPECT_EQ(error.what(), "sqlite:///" + file() + ": cannot be written: it is read-only");
  }
  EXPECT_FALSE(store->FindAttribute("a", "k"));
}

TEST_F(ReadingTest, AnotherProgramsDatabaseStaysAsItIs) {
  RawDatabase(file()).Run("CREATE TABLE mine (x)");
  LeaveInTheLog("INSERT INTO mine VALUES (7)");
  CutThePower();
  const std::string before = Content(file()), log_before = Content(log());
  EXPECT_THROW(OpenForReading(), base::StoreError);
  EXPECT_EQ(Content(file()), before);
  EXPECT_EQ(Content(log()), log_before);
  EXPECT_EQ(RawDatabase(file()).Run("SELECT x FROM mine").at(0), "7");

  ASSERT_EQ(NumFiles(), 1u) << "SQLite's own";
  const std::string after = Content(file());
  EXPECT_THROW(OpenForReading(), base::StoreError);
  EXPECT_EQ(Content(file()), after);
  EXPECT_EQ(NumFiles(), 1u);
}

TEST_F(ReadingTest, NeedsNoFolderThatCanBeWritten) {
  NETSMITH_REQUIRE(geteuid() == 0, "root");
  MakeStudy();
  const std::string odd = (folder() / "a %41=?#.db").string();
  std::filesystem::copy(file(), odd);
  chmod(folder_.path().c_str(), 0755);
  chmod(folder().c_str(), 0555);
  {
    const AsNobody nobody;
    for (const std::string& name : {file(), odd}) {
      const auto store = OpenStore("sqlite:///" + name, {.read_only = true, .once = true});
      EXPECT_EQ(store->Trials("a").size(), 1u) << name;
    }
  }
  EXPECT_EQ(NumFiles(), 2u);
}

TEST_F(ReadingTest, NeedsNoFileThatCanBeWritten) {
  NETSMITH_REQUIRE(geteuid() == 0, "root");
  MakeStudy();
  chmod(folder_.path().c_str(), 0755);
  chmod(folder().c_str(), 0777);
  chmod(file().c_str(), 0444);
  {
    const AsNobody nobody;
    const auto store = OpenStore("sqlite:///" + file(), {.read_only = true, .once = true});
    EXPECT_EQ(store->Trials("a").size(), 1u);
  }
  EXPECT_EQ(NumFiles(), 1u) << "nobody's files would keep the owner from writing";
}

}  // namespace
}  // namespace netsmith
