#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>

#include "netsmith/base/error.h"
#include "netsmith/store/open.h"
#include "netsmith/study/store.h"
#include "tests/support/environment.h"
#include "tests/support/trials.h"

namespace netsmith {
namespace {

using store::OpenStore;
using testing::ExampleSpec;
using ::testing::HasSubstr;

std::string OpenError(const std::string& url) {
  try {
    OpenStore(url);
  } catch (const base::StoreError& error) {
    return error.what();
  }
  ADD_FAILURE() << "no StoreError for " << url;
  return "";
}

TEST(StoreUrlTest, UrlsThatNameNoStore) {
  EXPECT_EQ(OpenError("studies.db"), "studies.db: is no store's URL, expected sqlite:///FILE");
  EXPECT_EQ(OpenError(""), ": is no store's URL, expected sqlite:///FILE");
  EXPECT_EQ(OpenError("sqlite://x.db"),
            "sqlite://x.db: has too few slashes, expected sqlite:///FILE");
  EXPECT_EQ(OpenError("sqlite:///"), "sqlite:///: names no file, expected sqlite:///FILE");
  EXPECT_EQ(OpenError("sqlite:///:memory:"),
            "sqlite:///:memory:: names no file, expected sqlite:///FILE");
  EXPECT_THAT(OpenError("mysql://host/db"), HasSubstr("not supported in this version"));
}

TEST(StoreUrlTest, APasswordIsNotRepeated) {
  EXPECT_EQ(OpenError("postgresql://me:secret@host/db"),
            "postgresql://…: not supported in this version, expected sqlite:///FILE");
}

TEST(StoreUrlTest, TakesAnyFileName) {
  const testing::TemporaryFolder folder;
  for (const std::string name :
       {"with space.db", "quote'.db", "double\"quote.db", "a=b.db", "db=x y timeout=3.db",
        "ü 日本.db", "file:x?mode=memory.db", "%41"}) {
    const std::string path = (folder.path() / name).string();
    OpenStore("sqlite:///" + path)->CreateStudy(ExampleSpec("a"));
    EXPECT_TRUE(std::filesystem::exists(path)) << path;
    EXPECT_EQ(OpenStore("sqlite:///" + path)->StudyNames().size(), 1u) << path;
  }
}

TEST(StoreUrlTest, ARelativePathCountsFromTheWorkingFolder) {
  const testing::TemporaryFolder folder;
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::current_path(folder.path());
  const auto store = OpenStore("sqlite:///relative.db");
  std::filesystem::current_path(before);
  store->CreateStudy(ExampleSpec("a"));
  EXPECT_TRUE(std::filesystem::exists(folder.path() / "relative.db"));
}

}  // namespace
}  // namespace netsmith
