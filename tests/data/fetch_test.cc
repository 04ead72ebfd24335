#include "netsmith/data/fetch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <map>
#include <ostream>
#include <string>
#include <thread>
#include <vector>

#include "netsmith/base/error.h"
#include "netsmith/data/cache.h"
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

/// The tiny data set's files as a server has them.
std::map<std::string, Bytes> ServedFiles() {
  std::map<std::string, Bytes> served;
  for (std::size_t i = 0; i < 4; ++i) {
    served["/" + TinyEntry().files()[i].name + ".gz"] = Gzip(TinyFiles()[i]);
  }
  return served;
}

std::vector<std::string> NamesIn(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  for (const auto& item : std::filesystem::directory_iterator(folder)) {
    names.push_back(item.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

class FetchTest : public ::testing::Test {
 protected:
  std::string Failure(const CatalogEntry& entry, const FetchOptions& options) {
    try {
      Fetch(entry, options);
    } catch (const base::DataError& error) {
      EXPECT_THAT(error.what(), Not(HasSubstr("\n")));
      return error.what();
    }
    return "no error";
  }
  void ExpectCached() {
    for (std::size_t i = 0; i < 4; ++i) {
      EXPECT_EQ(ReadBytes(cache_ / TinyEntry().files()[i].name), TinyFiles()[i]);
    }
    EXPECT_EQ(NamesIn(cache_).size(), 5U) << "the four files and the lock";
  }
  FetchOptions Cache() const { return {.cache_dir = folder_.path() / "cache"}; }
  FetchOptions From(const std::filesystem::path& data_dir) const {
    return {.data_dir = data_dir, .cache_dir = folder_.path() / "cache"};
  }

  testing::TemporaryFolder folder_;
  std::filesystem::path own_ = folder_.path() / "own";
  std::filesystem::path cache_ = folder_.path() / "cache" / "tiny";
};

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
  LoopbackServer server(ServedFiles());
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

class DamagedFileTest : public FetchTest, public ::testing::WithParamInterface<Damage> {};

TEST_P(DamagedFileTest, IsNamedAndNeverReachesTheCache) {
  const Damage& damage = GetParam();
  WriteTinyFiles(own_);
  WriteBytes(own_ / damage.file, damage.apply(ReadBytes(own_ / damage.file)));
  EXPECT_EQ(Failure(TinyEntry(), From(own_)), (own_ / damage.file).string() + damage.message);
  EXPECT_FALSE(std::filesystem::exists(cache_ / damage.file));
  for (const std::string& name : NamesIn(cache_)) EXPECT_THAT(name, Not(HasSubstr(".tmp")));
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

TEST_F(FetchTest, TakesTheDistributionsPackage) {
  CatalogEntry entry = TinyEntry();
  entry.package_folder = own_;
  WriteTinyFiles(own_, true);
  Fetch(entry, Cache());
  ExpectCached();
}

TEST_F(FetchTest, TakesTheNextSourceWhereOneFails) {
  LoopbackServer bare({});
  LoopbackServer server(ServedFiles());
  CatalogEntry entry = TinyEntry();
  entry.package_folder = folder_.path() / "missing";
  entry.mirrors = {bare.url(), server.url()};
  ::testing::internal::CaptureStderr();
  Fetch(entry, Cache());
  EXPECT_EQ(::testing::internal::GetCapturedStderr(),
            "tiny: trying " + entry.package_folder.string() + "\ntiny: trying " + bare.url() +
                "\ntiny: trying " + server.url() + "\n");
  ExpectCached();
  EXPECT_EQ(server.requests().size(), 4U);
}

TEST_F(FetchTest, SaysWhatItTriedAndWhyEachFailed) {
  LoopbackServer bare({});
  CatalogEntry entry = TinyEntry();
  entry.package = "dataset-tiny";
  entry.package_folder = folder_.path() / "missing";
  entry.mirrors = {bare.url()};
  EXPECT_EQ(Failure(entry, Cache()),
            "tiny: no source has train-images-idx3-ubyte, train-labels-idx1-ubyte, "
            "t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte: " +
                entry.package_folder.string() +
                ": found none of train-images-idx3-ubyte, train-images.idx3-ubyte, "
                "train-images-idx3-ubyte.gz, train-images.idx3-ubyte.gz; " +
                bare.url() +
                "/train-images-idx3-ubyte.gz: The requested URL returned error: 404; install "
                "Debian's package dataset-tiny, or put the files into a folder and give it as "
                "--data-dir");
}

/// Puts a program `npm` before all others on PATH.
class FakeNpm {
 public:
  explicit FakeNpm(const std::string& script) {
    const std::filesystem::path program = folder_.path() / "npm";
    const std::string text = "#!/bin/sh\n" + script + "\n";
    WriteBytes(program, Bytes(text.begin(), text.end()));
    std::filesystem::permissions(program, std::filesystem::perms::owner_all);
    setenv("PATH", (folder_.path().string() + ":" + old_path_).c_str(), 1);
  }
  ~FakeNpm() { setenv("PATH", old_path_.c_str(), 1); }
  FakeNpm(const FakeNpm&) = delete;
  FakeNpm& operator=(const FakeNpm&) = delete;

 private:
  testing::TemporaryFolder folder_;
  std::string old_path_ = std::getenv("PATH");
};

CatalogEntry NpmEntry() {
  CatalogEntry entry = TinyEntry();
  entry.npm_package = "tiny-data@1.0.0";
  entry.npm_folder = "package/data";
  return entry;
}

TEST_F(FetchTest, TakesAnNpmPackage) {
  WriteTinyFiles(folder_.path() / "package/data");
  const FakeNpm npm("test \"$1 $2\" = 'pack tiny-data@1.0.0' && tar -czf tiny-data-1.0.0.tgz -C " +
                    folder_.path().string() + " package");
  Fetch(NpmEntry(), Cache());
  ExpectCached();
}

TEST_F(FetchTest, TellsWhyNpmFailed) {
  const FakeNpm npm("echo 'npm error code ENOTFOUND' >&2; echo 'npm error more' >&2; exit 1");
  EXPECT_THAT(Failure(NpmEntry(), Cache()),
              HasSubstr(": npm: exit code 1: npm error code ENOTFOUND; put the files"));
  EXPECT_THAT(NamesIn(cache_), ElementsAre(".lock"));
}

TEST_F(FetchTest, TellsThatNpmPackedNothing) {
  const FakeNpm npm("exit 0");
  EXPECT_THAT(Failure(NpmEntry(), Cache()),
              HasSubstr("npm: found no archive after packing tiny-data@1.0.0"));
}

TEST_F(FetchTest, LeavesACacheThatIsWholeAlone) {
  WriteTinyFiles(cache_);
  EXPECT_EQ(Fetch(TinyEntry(), Cache()), cache_);
  EXPECT_EQ(NamesIn(cache_).size(), 4U) << "not even a lock was needed";
}

TEST_F(FetchTest, ReportsADamagedFileAndFetchesThatOneAgain) {
  LoopbackServer server(ServedFiles());
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

TEST_F(FetchTest, ContinuesADownloadThatBrokeOff) {
  LoopbackServer server(ServedFiles());
  CatalogEntry entry = TinyEntry();
  entry.mirrors = {server.url()};
  server.Behave({.cut_after = 30});
  EXPECT_THAT(Failure(entry, Cache()), HasSubstr("no source has"));
  EXPECT_THAT(NamesIn(cache_), ElementsAre(".lock", ".part-train-images-idx3-ubyte.gz"));
  server.Behave({});
  Fetch(entry, Cache());
  ExpectCached();
  EXPECT_EQ(server.requests().at(1), "/train-images-idx3-ubyte.gz from 30");
}

TEST_F(FetchTest, StartsAgainWhenTheBeginningOfADownloadWasWrong) {
  LoopbackServer server(ServedFiles());
  CatalogEntry entry = TinyEntry();
  entry.mirrors = {server.url()};
  WriteBytes(cache_ / ".part-train-images-idx3-ubyte.gz", Bytes(20, 1));
  Fetch(entry, Cache());
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
  LoopbackServer server(ServedFiles());
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
