#pragma once

#include <cstdint>
#include <string>
#include <utility>

namespace netsmith::data {

/// Bytes of memory that can be had without swapping (MemAvailable); a great many where the system
/// does not say.
std::int64_t AvailableBytes();

/// Refuses data that will not fit into memory before they are read, or while they grow.
class MemoryGuard {
 public:
  explicit MemoryGuard(std::string name, std::int64_t available = AvailableBytes())
      : name_(std::move(name)), available_(available) {}

  /// `bytes` more are going to be taken.
  /// Errors   DataError: "NAME: found N MiB to be held in memory, of which M MiB are free, …"
  void Take(std::int64_t bytes);

 private:
  std::string name_;
  std::int64_t available_;
  std::int64_t taken_ = 0;
};

}  // namespace netsmith::data
