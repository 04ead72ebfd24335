#include <gtest/gtest.h>
#include <sys/mount.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string>

#include "netsmith/base/error.h"
#include "netsmith/data/cache.h"
#include "netsmith/data/fetch.h"
#include "tests/data/loopback_server.h"
#include "tests/support/environment.h"
#include "tests/support/idx_files.h"

namespace netsmith::data {
namespace {

using testing::Bytes;
using testing::IdxBytes;
using testing::WriteBytes;

/// A disk of 64 kB that only root can have.
class SmallDisk {
 public:
  SmallDisk() {
    if (mount("tmpfs", folder_.path().c_str(), "tmpfs", 0, "size=64k") != 0) error_ = errno;
  }
  ~SmallDisk() {
    if (error_ == 0) umount2(folder_.path().c_str(), MNT_DETACH);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  const std::filesystem::path& path() const { return folder_.path(); }
  bool mounted() const { return error_ == 0; }
  std::string trouble() const { return std::string("a tmpfs: ") + std::strerror(error_); }
  void MakeReadOnly() {
    ASSERT_EQ(mount("tmpfs", path().c_str(), "tmpfs", MS_REMOUNT | MS_RDONLY, nullptr), 0);
  }

 private:
  testing::TemporaryFolder folder_;
  int error_ = 0;
};

/// Images of 96 kB; nothing but these is ever reached.
struct Large {
  Bytes images = IdxBytes({24, 64, 64}, 251);
  CatalogEntry entry = Entry();

 private:
  CatalogEntry Entry() const {
    CatalogEntry large = testing::TinyEntry();
    large.train_images.dims = {24, 64, 64};
    large.train_images.sha256 = testing::Sha256Of(images);
    return large;
  }
};

/// What Fetch says; afterwards the cache must hold nothing but its lock.
std::string FailureOnDisk(const CatalogEntry& entry, const FetchOptions& options) {
  std::string message = "no error";
  try {
    Fetch(entry, options);
  } catch (const base::DataError& error) {
    message = error.what();
  }
  for (const auto& item : std::filesystem::directory_iterator(options.cache_dir / entry.name)) {
    EXPECT_EQ(item.path().filename(), ".lock");
  }
  return message;
}

TEST(FullDiskTest, EndsACopyWithOneLineAndLeavesNothing) {
  const SmallDisk disk;
  NETSMITH_REQUIRE(disk.mounted(), disk.trouble());
  const testing::TemporaryFolder own;
  const Large large;
  WriteBytes(own.path() / "train-images-idx3-ubyte", large.images);
  EXPECT_EQ(FailureOnDisk(large.entry, {.data_dir = own.path(), .cache_dir = disk.path()}),
            (disk.path() / "tiny/train-images-idx3-ubyte").string() +
                ": cannot be written: No space left on device");
}

TEST(FullDiskTest, EndsADownloadWithOneLineAndLeavesNothing) {
  const SmallDisk disk;
  NETSMITH_REQUIRE(disk.mounted(), disk.trouble());
  Large large;
  testing::LoopbackServer server({{"/train-images-idx3-ubyte.gz", large.images}});
  large.entry.mirrors = {server.url(), server.url()};
  EXPECT_EQ(FailureOnDisk(large.entry, {.cache_dir = disk.path()}),
            (disk.path() / "tiny/.part-train-images-idx3-ubyte.gz").string() +
                ": cannot be written: No space left on device");
  EXPECT_EQ(server.requests().size(), 1U) << "another mirror is no use";
}

TEST(ReadOnlyDiskTest, IsEnoughForACacheThatIsWhole) {
  SmallDisk disk;
  NETSMITH_REQUIRE(disk.mounted(), disk.trouble());
  testing::WriteTinyFiles(disk.path() / "tiny");
  disk.MakeReadOnly();
  EXPECT_EQ(Fetch(testing::TinyEntry(), {.cache_dir = disk.path()}), disk.path() / "tiny");
}

TEST(ReadOnlyDiskTest, IsNamedWhenSomethingMustBeWritten) {
  SmallDisk disk;
  NETSMITH_REQUIRE(disk.mounted(), disk.trouble());
  std::filesystem::create_directory(disk.path() / "tiny");
  disk.MakeReadOnly();
  EXPECT_EQ(FailureOnDisk(testing::TinyEntry(), {.cache_dir = disk.path()}),
            (disk.path() / "tiny/.lock").string() + ": cannot be made: Read-only file system");
}

}  // namespace
}  // namespace netsmith::data
