#include "tests/support/processes.h"

#include <sys/types.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <sstream>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

namespace netsmith::testing {

std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<pid_t> ReadPids(const std::filesystem::path& path) {
  std::istringstream text(ReadFile(path));
  return {std::istream_iterator<pid_t>(text), {}};
}

bool HasEnded(pid_t pid) {
  const std::string stat = ReadFile("/proc/" + std::to_string(pid) + "/stat");
  const auto state = stat.rfind(") ");
  return state == std::string::npos || stat[state + 2] == 'Z' || stat[state + 2] == 'X';
}

std::vector<pid_t> ProcessesWith(const std::string& variable) {
  const std::string wanted = '\0' + variable + '\0';
  std::vector<pid_t> pids;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    if (!std::all_of(name.begin(), name.end(), ::isdigit)) continue;
    const std::string environment = '\0' + ReadFile(entry.path() / "environ");
    if (environment.find(wanted) != std::string::npos) pids.push_back(std::stoi(name));
  }
  return pids;
}

void WaitForGrowth(const std::filesystem::path& path, std::uint64_t bytes,
                   const std::function<bool()>& ended) {
  const auto size = [&path]() -> std::uint64_t {
    std::error_code none;
    const auto found = std::filesystem::file_size(path, none);
    return none ? 0 : found;
  };
  const std::uint64_t enough = size() + bytes;
  while (size() <= enough && !ended()) {
    std::this_thread::sleep_for(std::chrono::microseconds(200));
  }
}

bool EventuallyTrue(const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

}  // namespace netsmith::testing
