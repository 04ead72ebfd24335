#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

/// What tests need from outside: files beside the project, tools, a folder to write in.
namespace netsmith::testing {

/// $NETSMITH_GOLDEN_DIR, else ../shared/golden from the project's root.
std::filesystem::path GoldenDir();
/// $NETSMITH_DATASETS_DIR, else ../shared/datasets from the project's root.
std::filesystem::path DatasetsDir();
/// Where scripts/install-deps puts packages of npm.
std::filesystem::path NodeModules();
/// True under CI, where a missing tool or file is a failure instead of a skip.
bool InContinuousIntegration();

/// A fresh folder, removed with everything in it at the end.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace netsmith::testing

/// Ends the test when `found` is false, naming what is missing: skipped, or failed under CI.
#define NETSMITH_REQUIRE(found, what)                                                          \
  do {                                                                                         \
    if (!(found)) {                                                                            \
      if (::netsmith::testing::InContinuousIntegration()) GTEST_FAIL() << "missing: " << what; \
      GTEST_SKIP() << "missing: " << what;                                                     \
    }                                                                                          \
  } while (false)
