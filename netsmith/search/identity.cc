#include "netsmith/search/identity.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <system_error>

namespace netsmith::search {
namespace {

std::string ReadWord(const std::string& path) {
  std::string word;
  std::ifstream(path) >> word;
  return word;
}

std::string Machine() {
  std::error_code none;
  const std::string space = std::filesystem::read_symlink("/proc/self/ns/pid", none).string();
  return ReadWord("/proc/sys/kernel/random/boot_id") + space;
}

/// Clock ticks from boot to the process's start; empty when it has ended, be it a zombie still.
std::string StartOf(const std::string& pid) {
  std::ifstream file("/proc/" + pid + "/stat");
  const std::string stat{std::istreambuf_iterator<char>(file), {}};
  const std::size_t name_end = stat.rfind(") ");  // the name may hold anything
  if (name_end == std::string::npos) return "";
  std::istringstream fields(stat.substr(name_end + 2));
  std::string state, field;
  fields >> state;
  constexpr int kFieldsToStart = 19;  // after the state, as in proc(5): starttime is the 22nd
  for (int i = 0; i < kFieldsToStart; ++i) fields >> field;
  return state == "Z" || state == "X" ? "" : field;
}

}  // namespace

std::string ProcessIdentity() {
  std::array<char, 256> host{};
  gethostname(host.data(), host.size() - 1);
  const std::string pid = std::to_string(getpid());
  return fmt::format("{}/{}/{}/{}", host.data(), pid, StartOf(pid), Machine());
}

bool HasEnded(const std::string& identity) {
  std::istringstream parts(identity);
  std::string host, pid, start, machine;
  std::getline(parts, host, '/');
  std::getline(parts, pid, '/');
  std::getline(parts, start, '/');
  std::getline(parts, machine);
  if (pid.empty() || pid.find_first_not_of("0123456789") != std::string::npos) return false;
  return machine == Machine() && StartOf(pid) != start;
}

}  // namespace netsmith::search
