#include "netsmith/data/fetch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <ostream>
#include <string>
#include <thread>
#include <vector>

#include "netsmith/base/error.h"
#include "netsmith/data/cache.h"
#include "tests/data/fetch_fixture.h"
#include "tests/data/loopback_server.h"
#include "tests/support/environment.h"
#include "tests/support/idx_files.h"

namespace netsmith::data {
namespace {

using testing::Bytes;
using ::testing::ElementsAre;
using testing::Gzip;
using ::testing::HasSubstr;
using testing::IdxBytes;
using ::testing::IsEmpty;
using testing::LoopbackServer;
using ::testing::Not;
using testing::ReadBytes;
using testing::TinyEntry;
using testing::TinyFiles;
using testing::WriteBytes;
using testing::WriteTinyFiles;

using FetchTest = testing::FetchFixture;

TEST_F(FetchTest, TakesTheUsersFilesPlainOrPacked) {
  WriteTinyFiles(own_);
  EXPECT_EQ(Fetch(TinyEntry(), From(own_)), cache_);
  ExpectCached();
  std::filesystem::remove_all(own_);
  std::filesystem::remove_all(cache_);
  WriteTinyFiles(own_, true);
  Fetch(TinyEntry(), From(own_));
  ExpectCached();
}

TEST_F(FetchTest, NeverLooksElsewhereThanInTheUsersFolder) {
  LoopbackServer server(testing::ServedFiles());
  CatalogEntry entry = TinyEntry();
  entry.mirrors = {server.url()};
  WriteTinyFiles(own_);
  std::filesystem::remove(own_ / "t10k-images-idx3-ubyte");
  EXPECT_EQ(Failure(entry, From(own_)),
            own_.string() +
                ": found none of t10k-images-idx3-ubyte, t10k-images.idx3-ubyte, "
                "t10k-images-idx3-ubyte.gz, t10k-images.idx3-ubyte.gz");
  EXPECT_THAT(server.requests(), IsEmpty());
}

struct Damage {
  std::string name;
  std::string file;
  std::function<Bytes(Bytes)> apply;
  std::string message;  // after the path
};

void PrintTo(const Damage& damage, std::ostream* out) { *out << damage.name; }

class DamagedFileTest : public testing::FetchFixture,
                        public ::testing::WithParamInterface<Damage> {};

TEST_P(DamagedFileTest, IsNamedAndNeverReachesTheCache) {
  const Damage& damage = GetParam();
  WriteTinyFiles(own_);
  WriteBytes(own_ / damage.file, damage.apply(ReadBytes(own_ / damage.file)));
  EXPECT_EQ(Failure(TinyEntry(), From(own_)), (own_ / damage.file).string() + damage.message);
  EXPECT_FALSE(std::filesystem::exists(cache_ / damage.file));
  for (const std::string& name : testing::NamesIn(cache_))
    EXPECT_THAT(name, Not(HasSubstr(".tmp")));
}

const Bytes kOtherImages = IdxBytes({24, 5, 4}, 250);

INSTANTIATE_TEST_SUITE_P(
    Kinds, DamagedFileTest,
    ::testing::Values(
        Damage{"empty", "train-images-idx3-ubyte", [](const Bytes&) { return Bytes{}; },
               ": offset 0: found an empty file, expected an idx header"},
        Damage{"truncated", "train-images-idx3-ubyte",
               [](Bytes bytes) {
                 bytes.resize(100);
                 return bytes;
               },
               ": offset 100: found the end of the file after 84 values, expected 480 (24x5x4)"},
        Damage{"longer", "t10k-labels-idx1-ubyte",
               [](Bytes bytes) {
                 bytes.push_back(0);
                 return bytes;
               },
               ": offset 14: found more bytes, expected the end of the file after 6 values (6)"},
        Damage{"labels_for_images", "train-images-idx3-ubyte",
               [](const Bytes&) { return TinyFiles()[1]; },
               ": offset 3: found 1 dimension (labels), expected 3 dimensions (images)"},
        Damage{"test_for_train", "train-labels-idx1-ubyte",
               [](const Bytes&) { return TinyFiles()[3]; },
               ": offset 4: found dimensions 6, expected 24"},
        Damage{"truncated_gzip", "train-labels-idx1-ubyte",
               [](const Bytes& bytes) {
                 Bytes packed = Gzip(bytes);
                 packed.resize(15);
                 return packed;
               },
               ": corrupt gzip, compressed offset 15: end of file within the compressed data"},
        Damage{"another_data_set", "train-images-idx3-ubyte",
               [](const Bytes&) { return kOtherImages; },
               ": found SHA-256 " + testing::Sha256Of(kOtherImages) + ", expected " +
                   TinyEntry().train_images.sha256},
        Damage{"bomb", "t10k-labels-idx1-ubyte",
               [](Bytes bytes) {
                 bytes.resize(std::size_t{1} << 26);
                 return Gzip(bytes);
               },
               ": offset 14: found more bytes, expected the end of the file after 6 values (6)"}),
    [](const auto& parameter) { return parameter.param.name; });

TEST_F(FetchTest, LeavesACacheThatIsWholeAlone) {
  WriteTinyFiles(cache_);
  EXPECT_EQ(Fetch(TinyEntry(), Cache()), cache_);
  EXPECT_EQ(testing::NamesIn(cache_).size(), 4U) << "not even a lock was needed";
}

TEST_F(FetchTest, ReportsADamagedFileAndFetchesThatOneAgain) {
  LoopbackServer server(testing::ServedFiles());
  CatalogEntry entry = TinyEntry();
  entry.mirrors = {server.url()};
  WriteTinyFiles(cache_);
  WriteBytes(cache_ / "train-images-idx3-ubyte", kOtherImages);
  ::testing::internal::CaptureStderr();
  Fetch(entry, Cache());
  EXPECT_EQ(::testing::internal::GetCapturedStderr(),
            "warning: " + (cache_ / "train-images-idx3-ubyte").string() + ": found SHA-256 " +
                testing::Sha256Of(kOtherImages) + ", expected " + entry.train_images.sha256 +
                "; the file is fetched again\ntiny: trying " + server.url() + "\n");
  EXPECT_THAT(server.requests(), ElementsAre("/train-images-idx3-ubyte.gz"));
  ExpectCached();
}

TEST_F(FetchTest, RemovesWhatAKilledProcessLeft) {
  WriteTinyFiles(own_);
  WriteBytes(cache_ / ".tmp-abcdef", {1, 2, 3});
  WriteBytes(cache_ / ".tmp-ghijkl" / "package.tgz", {1, 2, 3});
  Fetch(TinyEntry(), From(own_));
  ExpectCached();
}

TEST_F(FetchTest, LetsOneOfSeveralAtOnceDoTheWork) {
  LoopbackServer server(testing::ServedFiles());
  CatalogEntry entry = TinyEntry();
  entry.mirrors = {server.url()};
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) threads.emplace_back([&] { Fetch(entry, Cache()); });
  }
  ExpectCached();
  EXPECT_EQ(server.requests().size(), 4U) << "each file was downloaded once";
}

TEST_F(FetchTest, StopsWaitingWhenAsked) {
  const CacheLock lock(cache_, {});
  std::stop_source stop;
  stop.request_stop();
  FetchOptions options = Cache();
  options.stop = stop.get_token();
  EXPECT_THROW(Fetch(TinyEntry(), options), base::Interrupted);
}

TEST_F(FetchTest, SaysWhereItCannotMakeTheCache) {
  WriteTinyFiles(own_);
  WriteBytes(folder_.path() / "cache", {1});
  EXPECT_EQ(Failure(TinyEntry(), From(own_)),
            cache_.string() + ": cannot be made: Not a directory");
}

TEST_F(FetchTest, NamesTheKnownDataSets) {
  try {
    Fetch("mnits", Cache());
    FAIL();
  } catch (const base::InvalidArgument& error) {
    EXPECT_STREQ(error.what(), "found data set \"mnits\", expected one of mnist, fashion-mnist");
  }
}

TEST(CacheFolderTest, FollowsTheXdgBaseDirectories) {
  const char* home = std::getenv("HOME");
  const char* xdg = std::getenv("XDG_CACHE_HOME");
  const std::string old_home = home != nullptr ? home : "";
  const std::string old_xdg = xdg != nullptr ? xdg : "";
  setenv("HOME", "/home/someone", 1);
  setenv("XDG_CACHE_HOME", "/elsewhere", 1);
  EXPECT_EQ(DefaultCacheFolder(), "/elsewhere/netsmith");
  setenv("XDG_CACHE_HOME", "relative", 1);
  EXPECT_EQ(DefaultCacheFolder(), "/home/someone/.cache/netsmith");
  unsetenv("HOME");
  EXPECT_THROW(DefaultCacheFolder(), base::DataError);
  home != nullptr ? setenv("HOME", old_home.c_str(), 1) : unsetenv("HOME");
  xdg != nullptr ? setenv("XDG_CACHE_HOME", old_xdg.c_str(), 1) : unsetenv("XDG_CACHE_HOME");
}

}  // namespace
}  // namespace netsmith::data
