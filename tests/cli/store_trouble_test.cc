#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "tests/cli/program.h"

namespace netsmith::testing {
namespace {

using ::testing::HasSubstr;

class StoreTroubleTest : public ProgramTest {
 protected:
  std::filesystem::path file() const { return folder_.path() / "study.db"; }
  void ExpectStoreError(const std::vector<std::string>& arguments, const std::string& complaint) {
    const ProcessResult result = Netsmith(arguments);
    EXPECT_EQ(result.exit_code, 4) << result.err;
    EXPECT_THAT(ErrorLine(result), HasSubstr(complaint));
  }
};

TEST_F(StoreTroubleTest, FileThatIsNoDatabase) {
  std::ofstream(file()) << std::string(5000, 'x');
  ExpectStoreError(SearchArguments(), "is not a SQLite database");
}

TEST_F(StoreTroubleTest, UnknownKindOfStore) {
  ExpectStoreError(SearchArguments({"--store", "mysql://localhost/x"}), "mysql");
}

TEST_F(StoreTroubleTest, FolderThatDoesNotExist) {
  ExpectStoreError(SearchArguments({"--store", "sqlite:////no/such/folder/x.db"}),
                   "/no/such/folder");
}

TEST_F(StoreTroubleTest, StudyOfAnotherSpace) {
  ASSERT_EQ(Netsmith(SearchArguments()).exit_code, 0);
  ExpectStoreError(SearchArguments({"--resume", "--space", "conv1d"}), "other space");
}

TEST_F(StoreTroubleTest, StoreThatIsNotThereIsNotMadeByShow) {
  ExpectStoreError({"show", "s", "--store", store()}, "study.db");
  EXPECT_FALSE(std::filesystem::exists(file()));
}

TEST_F(StoreTroubleTest, StudyThatIsNotThere) {
  ASSERT_EQ(Netsmith(SearchArguments({"--study", "mine"})).exit_code, 0);
  ExpectStoreError({"show", "mime", "--store", store()}, "no study \"mime\", the nearest is mine");
  ExpectStoreError({"compare", "other", "--store", store()}, "known: mine");
}

TEST_F(StoreTroubleTest, DatabaseLockedByAnotherProgram) {
  ASSERT_EQ(Netsmith(SearchArguments()).exit_code, 0);
  BackgroundProcess holder({"/usr/bin/python3", "-c",
                            "import sqlite3, sys, time\n"
                            "c = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
                            "c.execute('BEGIN EXCLUSIVE')\n"
                            "print('locked', file=sys.stderr, flush=True)\n"
                            "time.sleep(100)\n",
                            file().string()});
  while (holder.ErrorsSoFar().empty() && !holder.HasEnded()) usleep(1000);
  ASSERT_EQ(holder.ErrorsSoFar(), "locked\n");
  ExpectStoreError(SearchArguments({"--study", "other"}), "lock");
}

TEST_F(StoreTroubleTest, FullDiskWhileWriting) {
  NETSMITH_REQUIRE(geteuid() == 0, "the right to mount a small file system (root)");
  const auto disk = folder_.path() / "disk";
  std::filesystem::create_directory(disk);
  NETSMITH_REQUIRE(mount("tmpfs", disk.c_str(), "tmpfs", 0, "size=200k") == 0,
                   "the right to mount a small file system (tmpfs)");
  ExpectStoreError(SearchArguments({"--store", "sqlite:///" + (disk / "s.db").string(),
                                    "--evaluator", "yes nothing", "--trials", "1000"}),
                   "full");
  umount(disk.c_str());
}

TEST_F(StoreTroubleTest, ReadOnlyFile) {
  NETSMITH_REQUIRE(geteuid() == 0, "the right to mount a small file system (root)");
  const auto disk = folder_.path() / "disk";
  std::filesystem::create_directory(disk);
  NETSMITH_REQUIRE(mount("tmpfs", disk.c_str(), "tmpfs", MS_RDONLY, "size=1m") == 0,
                   "the right to mount a small file system (tmpfs)");
  ExpectStoreError(SearchArguments({"--store", "sqlite:///" + (disk / "s.db").string()}), "s.db");
  umount(disk.c_str());
}

}  // namespace
}  // namespace netsmith::testing
