#include "netsmith/data/download.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <stop_token>
#include <string>

#include "netsmith/base/error.h"
#include "netsmith/data/cache.h"
#include "tests/data/loopback_server.h"
#include "tests/support/environment.h"
#include "tests/support/idx_files.h"

namespace netsmith::data {
namespace {

using testing::Bytes;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::ReadBytes;
using testing::WriteBytes;

class DownloadTest : public ::testing::Test {
 protected:
  static Bytes MakeContent() {
    Bytes content(100'000);
    for (std::size_t i = 0; i < content.size(); ++i) {
      content[i] = static_cast<std::uint8_t>(i * i >> 3);
    }
    return content;
  }
  void Run(const DownloadOptions& options = {.max_bytes = 1'000'000}) {
    Download(server_.url() + "/file", path_, options);
  }
  std::string Failure(const DownloadOptions& options = {.max_bytes = 1'000'000}) {
    try {
      Run(options);
    } catch (const base::DataError& error) {
      return error.what();
    }
    return "no error";
  }

  const Bytes content_ = MakeContent();
  testing::LoopbackServer server_{{{"/file", content_}}};
  testing::TemporaryFolder folder_;
  std::filesystem::path path_ = folder_.path() / "file";
};

TEST_F(DownloadTest, BringsTheWholeFile) {
  Run();
  EXPECT_EQ(ReadBytes(path_), content_);
}

TEST_F(DownloadTest, ContinuesWhereTheConnectionBrokeOff) {
  server_.Behave({.cut_after = 1000});
  EXPECT_THAT(Failure(), HasSubstr(server_.url() + "/file: "));
  EXPECT_EQ(std::filesystem::file_size(path_), 1000U);
  server_.Behave({});
  Run();
  EXPECT_EQ(ReadBytes(path_), content_);
  EXPECT_THAT(server_.requests(), ElementsAre("/file", "/file from 1000"));
}

TEST_F(DownloadTest, StartsAgainWhereTheServerKnowsNoRanges) {
  WriteBytes(path_, Bytes(500, 1));
  server_.Behave({.knows_ranges = false});
  Run();
  EXPECT_EQ(ReadBytes(path_), content_);
}

TEST_F(DownloadTest, LeavesAFileThatIsComplete) {
  WriteBytes(path_, content_);
  Run();
  EXPECT_EQ(ReadBytes(path_), content_);
}

TEST_F(DownloadTest, NamesTheAddressThatIsNotFound) {
  try {
    Download(server_.url() + "/other", path_, {.max_bytes = 10});
    FAIL();
  } catch (const base::DataError& error) {
    EXPECT_EQ(error.what(), server_.url() + "/other: The requested URL returned error: 404");
  }
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(DownloadTest, SaysThatNobodyAnswers) {
  std::string url;
  {
    const testing::LoopbackServer gone({});
    url = gone.url();
  }
  EXPECT_THROW(Download(url + "/file", path_, {.max_bytes = 10}), base::DataError);
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(DownloadTest, RefusesMoreThanWasExpected) {
  EXPECT_EQ(Failure({.max_bytes = 99'999}),
            server_.url() + "/file: found more than the 99999 bytes that were expected at most");
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(DownloadTest, GivesUpOnASilentServer) {
  server_.Behave({.cut_after = 1000, .stalls = true});
  const auto start = std::chrono::steady_clock::now();
  EXPECT_NE(Failure({.stall_timeout = std::chrono::seconds(1), .max_bytes = 1'000'000}),
            "no error");
  // libcurl looks once a second; the rest is for a busy machine.
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10));
  EXPECT_EQ(std::filesystem::file_size(path_), 1000U);
}

TEST_F(DownloadTest, StopsWhenAsked) {
  server_.Behave({.cut_after = 1000, .stalls = true});
  std::stop_source stop;
  stop.request_stop();
  EXPECT_THROW(Run({.max_bytes = 1'000'000, .stop = stop.get_token()}), base::Interrupted);
}

TEST_F(DownloadTest, SaysWhereItCannotWrite) {
  path_ = folder_.path() / "missing" / "file";
  EXPECT_THROW(Run(), CacheError);
}

}  // namespace
}  // namespace netsmith::data
