#include "netsmith/engine/kernels/prefetch.h"

#include <algorithm>

namespace netsmith::engine::kernels {

void Prefetcher::Begin(std::span<const MemoryRange> ranges) {
  num_ranges_ = std::min(ranges.size(), kMostRanges);
  std::int64_t floats = 0;
  for (std::size_t i = 0; i < num_ranges_; ++i) {
    firsts_[i] = ranges[i].first;
    ends_[i] = ranges[i].first + ranges[i].floats;
    floats += ranges[i].floats;
  }
  pace_ = work_ > 0 ? static_cast<float>(floats) / static_cast<float>(kLine) / work_ : 0.0f;
  next_ = end_ = nullptr;
  fetched_ = 0;
  work_ = 0;
  range_ = 0;
  active_ = true;
}

Prefetcher& ThreadPrefetcher() {
  static constinit thread_local Prefetcher prefetcher;
  return prefetcher;
}

Prefetcher* ActivePrefetcher() {
  Prefetcher& prefetcher = ThreadPrefetcher();
  return prefetcher.active() ? &prefetcher : nullptr;
}

}  // namespace netsmith::engine::kernels
