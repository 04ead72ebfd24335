#include "netsmith/engine/memory_plan.h"

#include <algorithm>
#include <numeric>

namespace netsmith::engine {
namespace {

bool InUseTogether(const MemoryBlock& a, const MemoryBlock& b) {
  return a.first <= b.last && b.first <= a.last;
}

}  // namespace

std::int64_t AlignFloats(std::int64_t floats) { return (floats + 15) / 16 * 16; }

std::int64_t AssignOffsets(std::vector<MemoryBlock>& blocks) {
  std::vector<MemoryBlock*> order;
  for (MemoryBlock& block : blocks) order.push_back(&block);
  std::stable_sort(order.begin(), order.end(),
                   [](const auto* a, const auto* b) { return a->size > b->size; });
  std::vector<const MemoryBlock*> placed;  // by offset
  std::int64_t total = 0;
  for (MemoryBlock* block : order) {
    block->offset = 0;
    for (const MemoryBlock* other : placed) {
      if (!InUseTogether(*block, *other)) continue;
      if (block->offset + block->size <= other->offset) break;
      block->offset = std::max(block->offset, AlignFloats(other->offset + other->size));
    }
    total = std::max(total, block->offset + AlignFloats(block->size));
    placed.insert(
        std::upper_bound(placed.begin(), placed.end(), block,
                         [](const auto* a, const auto* b) { return a->offset < b->offset; }),
        block);
  }
  return total;
}

}  // namespace netsmith::engine
