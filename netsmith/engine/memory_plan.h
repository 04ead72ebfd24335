#pragma once

#include <cstdint>
#include <vector>

namespace netsmith::engine {

/// A block of memory that is in use from time `first` to time `last`, both included.
struct MemoryBlock {
  std::int64_t size = 0;  // floats
  int first = 0;
  int last = 0;
  std::int64_t offset = 0;  // assigned
};

/// Assigns offsets so that blocks in use at the same time do not overlap; returns the total size.
/// Every offset is a multiple of 16 floats. Largest blocks first, each at the lowest free place.
std::int64_t AssignOffsets(std::vector<MemoryBlock>& blocks);

/// Rounds up to whole cache lines: 16 floats.
std::int64_t AlignFloats(std::int64_t floats);

}  // namespace netsmith::engine
