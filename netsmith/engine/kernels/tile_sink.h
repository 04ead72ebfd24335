#pragma once

#include <cstdint>

namespace netsmith::engine::kernels {

/// A part of a sample's output that was just made and lies in the first-level cache: some channels
/// of neighbouring positions.
struct OutputTile {
  std::int64_t position = 0;  // first of the sample's positions, counted row by row
  std::int64_t rows = 0;      // positions
  std::int64_t channel = 0;   // first
  std::int64_t channels = 0;  // whole vectors
  const float* values = nullptr;
  std::int64_t row = 0;  // floats from one position to the next
};

/// Takes a kernel's output tile by tile, in place of memory for all of it.
class TileSink {
 public:
  virtual void Take(const OutputTile& tile) = 0;

 protected:
  ~TileSink() = default;
};

}  // namespace netsmith::engine::kernels
