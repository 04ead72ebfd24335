#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace netsmith::engine::kernels {

/// Memory that will be read soon.
struct MemoryRange {
  const float* first = nullptr;
  std::int64_t floats = 0;
};

/// Fetches into the second-level cache what a thread will read of its next sample while it computes
/// with the present one, when memory has nothing else to do. Kernels report their work as they go;
/// lines are asked for at an even pace, by what the sample before took. Changes no result.
class Prefetcher {
 public:
  static constexpr std::size_t kMostRanges = 8;

  /// A sample begins; the next one will read `ranges`. What is left of those before is dropped.
  void Begin(std::span<const MemoryRange> ranges);
  /// No sample follows at once.
  void Pause() { active_ = false; }
  bool active() const { return active_; }
  /// Lines asked for since the sample began.
  std::int64_t fetched() const { return fetched_; }

  /// So much was computed: about as many vectors.
  void Report(std::int64_t work) {
    work_ += static_cast<float>(work);
    const auto due = static_cast<std::int64_t>(work_ * pace_);
    for (; fetched_ < due; ++fetched_) {
      if (next_ >= end_) {
        if (range_ == num_ranges_) return;
        next_ = firsts_[range_];
        end_ = ends_[range_++];
      }
      __builtin_prefetch(next_, 0, 2);
      next_ += kLine;
    }
  }

 private:
  static constexpr std::int64_t kLine = 16;  // floats

  bool active_ = false;
  float work_ = 0;  // since the sample began
  float pace_ = 0;  // lines a unit of work
  std::int64_t fetched_ = 0;
  const float* next_ = nullptr;
  const float* end_ = nullptr;
  std::size_t range_ = 0, num_ranges_ = 0;  // the next range
  std::array<const float*, kMostRanges> firsts_ = {}, ends_ = {};
};

/// The calling thread's.
Prefetcher& ThreadPrefetcher();
/// The same if it is active, else null: what kernels report to.
Prefetcher* ActivePrefetcher();

/// Steps of an inner loop until it reports, of `left`.
inline std::int64_t StepsToReport(const Prefetcher* prefetcher, std::int64_t left) {
  constexpr std::int64_t kMost = 32;
  return prefetcher == nullptr || left < kMost ? left : kMost;
}

inline void ReportWork(std::int64_t work) {
  if (Prefetcher* const prefetcher = ActivePrefetcher()) prefetcher->Report(work);
}

}  // namespace netsmith::engine::kernels
