#include "tests/support/environment.h"

#include <unistd.h>

#include <cstdlib>
#include <stdexcept>

namespace netsmith::testing {
namespace {

std::filesystem::path FromEnvironment(const char* variable, const char* beside_project) {
  const char* value = std::getenv(variable);
  if (value != nullptr && *value != '\0') return value;
  return std::filesystem::path(NETSMITH_SOURCE_DIR) / ".." / beside_project;
}

}  // namespace

std::filesystem::path GoldenDir() {
  return FromEnvironment("NETSMITH_GOLDEN_DIR", "shared/golden");
}

std::filesystem::path DatasetsDir() {
  return FromEnvironment("NETSMITH_DATASETS_DIR", "shared/datasets");
}

bool InContinuousIntegration() {
  const char* value = std::getenv("CI");
  return value != nullptr && std::string(value) == "true";
}

TemporaryFolder::TemporaryFolder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "netsmith-test-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp failed: " + pattern);
  path_ = pattern;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace netsmith::testing
