#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "netsmith/base/error.h"
#include "netsmith/data/catalog.h"
#include "netsmith/data/fetch.h"
#include "tests/support/environment.h"
#include "tests/support/idx_files.h"

namespace netsmith::testing {

/// The tiny data set's files as a server has them.
inline std::map<std::string, Bytes> ServedFiles() {
  std::map<std::string, Bytes> served;
  for (std::size_t i = 0; i < 4; ++i) {
    served["/" + TinyEntry().files()[i].name + ".gz"] = Gzip(TinyFiles()[i]);
  }
  return served;
}

/// The names in a folder, sorted.
inline std::vector<std::string> NamesIn(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  for (const auto& item : std::filesystem::directory_iterator(folder)) {
    names.push_back(item.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

/// A folder to fetch to, and one of the user's.
class FetchFixture : public ::testing::Test {
 protected:
  std::string Failure(const data::CatalogEntry& entry, const data::FetchOptions& options) {
    try {
      data::Fetch(entry, options);
    } catch (const base::DataError& error) {
      EXPECT_THAT(error.what(), ::testing::Not(::testing::HasSubstr("\n")));
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
  data::FetchOptions Cache() const { return {.cache_dir = folder_.path() / "cache"}; }
  data::FetchOptions From(const std::filesystem::path& data_dir) const {
    return {.data_dir = data_dir, .cache_dir = folder_.path() / "cache"};
  }

  TemporaryFolder folder_;
  std::filesystem::path own_ = folder_.path() / "own";
  std::filesystem::path cache_ = folder_.path() / "cache" / "tiny";
};

}  // namespace netsmith::testing
