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
using ::testing::AllOf;
using testing::ExampleSpec;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string kExpected = "expected sqlite:///FILE or postgresql://USER@HOST/DATABASE";

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
  EXPECT_EQ(OpenError("studies.db"), "studies.db: is no store's URL, " + kExpected);
  EXPECT_EQ(OpenError(""), ": is no store's URL, " + kExpected);
  EXPECT_EQ(OpenError("sqlite://x.db"),
            "sqlite://x.db: has too few slashes, expected sqlite:///FILE");
  EXPECT_EQ(OpenError("sqlite:///"), "sqlite:///: names no file, expected sqlite:///FILE");
  EXPECT_EQ(OpenError("sqlite:///:memory:"),
            "sqlite:///:memory:: names no file, expected sqlite:///FILE");
  EXPECT_THAT(OpenError("mysql://host/db"), HasSubstr("not supported in this version"));
}

TEST(StoreUrlTest, APasswordIsNotRepeated) {
  const std::string complaint =
      ": holds a password, which others could read; expected it in ~/.pgpass or the file that "
      "PGPASSFILE names";
  EXPECT_EQ(OpenError("postgresql://me:secret@host/db"), "postgresql://me@host/db" + complaint);
  EXPECT_EQ(OpenError("postgresql://host/db?user=me&password=secret"),
            "postgresql://host/db?user=me&password=…" + complaint);
  EXPECT_EQ(OpenError("postgresql://me:sec/re@t@host/db"),
            "postgresql://me@host/db: is no URL of a PostgreSQL database, expected "
            "postgresql://USER@HOST:PORT/DATABASE");
  for (const char* option : {"pass%77ord", "sslpassword", "password=x&password"}) {
    EXPECT_THAT(OpenError("postgresql://host/db?" + std::string(option) + "=secret&user=me"),
                AllOf(HasSubstr(complaint), HasSubstr("=…&user=me"), Not(HasSubstr("secret"))));
  }
  EXPECT_THAT(OpenError("postgresql://host/db?Password=secret"), Not(HasSubstr("secret")));
  EXPECT_EQ(OpenError("mysql://me:secret@host/db"),
            "mysql://…: not supported in this version, " + kExpected);
}

TEST(StoreUrlTest, WhatIsNoUrlOfPostgres) {
  for (const char* url : {"postgresql://h:port/db", "postgresql://h/db?x=1", "postgresql://[::1/db",
                          "postgresql://h/db?user", "postgresql://h/%zz"}) {
    EXPECT_EQ(OpenError(url), std::string(url) +
                                  ": is no URL of a PostgreSQL database, expected "
                                  "postgresql://USER@HOST:PORT/DATABASE");
  }
  EXPECT_THAT(OpenError("postgresql://host"), HasSubstr("names no database"));
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
