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

std::filesystem::path NodeModules() {
  if (const char* folder = std::getenv("NETSMITH_NPM_DIR")) {
    return std::filesystem::path(folder) / "node_modules";
  }
  const char* cache = std::getenv("XDG_CACHE_HOME");
  const char* home = std::getenv("HOME");
  const std::filesystem::path base = cache != nullptr  ? std::filesystem::path(cache)
                                     : home != nullptr ? std::filesystem::path(home) / ".cache"
                                                       : std::filesystem::path();
  return base / "netsmith" / "npm" / "node_modules";
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
