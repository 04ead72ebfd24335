#include "netsmith/data/sources.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "netsmith/data/catalog.h"
#include "netsmith/data/fetch.h"
#include "tests/data/fetch_fixture.h"
#include "tests/data/loopback_server.h"
#include "tests/support/environment.h"
#include "tests/support/idx_files.h"

namespace netsmith::data {
namespace {

using testing::Bytes;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::LoopbackServer;
using testing::TinyEntry;
using testing::WriteBytes;
using testing::WriteTinyFiles;

using SourcesTest = testing::FetchFixture;

TEST_F(SourcesTest, TakesTheDistributionsPackage) {
  CatalogEntry entry = TinyEntry();
  entry.package_folder = own_;
  WriteTinyFiles(own_, true);
  Fetch(entry, Cache());
  ExpectCached();
}

TEST_F(SourcesTest, TakesTheNextSourceWhereOneFails) {
  LoopbackServer bare({});
  LoopbackServer server(testing::ServedFiles());
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

TEST_F(SourcesTest, SaysWhatItTriedAndWhyEachFailed) {
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

TEST_F(SourcesTest, TakesAnNpmPackage) {
  WriteTinyFiles(folder_.path() / "package/data");
  const FakeNpm npm("test \"$1 $2\" = 'pack tiny-data@1.0.0' && tar -czf tiny-data-1.0.0.tgz -C " +
                    folder_.path().string() + " package");
  Fetch(NpmEntry(), Cache());
  ExpectCached();
}

TEST_F(SourcesTest, TellsWhyNpmFailed) {
  const FakeNpm npm("echo 'npm error code ENOTFOUND' >&2; echo 'npm error more' >&2; exit 1");
  EXPECT_THAT(Failure(NpmEntry(), Cache()),
              HasSubstr(": npm: exit code 1: npm error code ENOTFOUND; put the files"));
  EXPECT_THAT(testing::NamesIn(cache_), ElementsAre(".lock"));
}

TEST_F(SourcesTest, TellsThatNpmPackedNothing) {
  const FakeNpm npm("exit 0");
  EXPECT_THAT(Failure(NpmEntry(), Cache()),
              HasSubstr("npm: found no archive after packing tiny-data@1.0.0"));
}

TEST_F(SourcesTest, ContinuesADownloadThatBrokeOff) {
  LoopbackServer server(testing::ServedFiles());
  CatalogEntry entry = TinyEntry();
  entry.mirrors = {server.url()};
  server.Behave({.cut_after = 30});
  EXPECT_THAT(Failure(entry, Cache()), HasSubstr("no source has"));
  EXPECT_THAT(testing::NamesIn(cache_), ElementsAre(".lock", ".part-train-images-idx3-ubyte.gz"));
  server.Behave({});
  Fetch(entry, Cache());
  ExpectCached();
  EXPECT_EQ(server.requests().at(1), "/train-images-idx3-ubyte.gz from 30");
}

TEST_F(SourcesTest, StartsAgainWhenTheBeginningOfADownloadWasWrong) {
  LoopbackServer server(testing::ServedFiles());
  CatalogEntry entry = TinyEntry();
  entry.mirrors = {server.url()};
  WriteBytes(cache_ / ".part-train-images-idx3-ubyte.gz", Bytes(20, 1));
  Fetch(entry, Cache());
  ExpectCached();
}

}  // namespace
}  // namespace netsmith::data
