#include "netsmith/data/formats/memory_guard.h"

#include <fmt/format.h>

#include <fstream>
#include <limits>

#include "netsmith/base/error.h"

namespace netsmith::data {

std::int64_t AvailableBytes() {
  std::ifstream info("/proc/meminfo");
  std::string key;
  std::int64_t kibibytes = 0;
  std::string rest;
  while (info >> key >> kibibytes && std::getline(info, rest)) {
    if (key == "MemAvailable:") return kibibytes * 1024;
  }
  return std::numeric_limits<std::int64_t>::max();
}

void MemoryGuard::Take(std::int64_t bytes) {
  taken_ = bytes > std::numeric_limits<std::int64_t>::max() - taken_
               ? std::numeric_limits<std::int64_t>::max()
               : taken_ + bytes;
  if (taken_ <= available_) return;
  throw base::DataError(
      fmt::format("{}: found {} MiB to be held in memory, expected at most the {} "
                  "MiB that are free",
                  name_, taken_ >> 20, available_ >> 20));
}

}  // namespace netsmith::data
