#include "netsmith/engine/memory_plan.h"

#include <gtest/gtest.h>

#include "netsmith/base/random.h"

namespace netsmith::engine {
namespace {

TEST(MemoryPlanTest, BlocksInUseAtOnceNeverOverlap) {
  base::Generator generator(1);
  for (int round = 0; round < 200; ++round) {
    std::vector<MemoryBlock> blocks(1 + generator.Below(20));
    for (MemoryBlock& block : blocks) {
      block.size = static_cast<std::int64_t>(generator.Below(1000));
      block.first = static_cast<int>(generator.Below(20));
      block.last = block.first + static_cast<int>(generator.Below(8));
    }
    const std::int64_t total = AssignOffsets(blocks);
    for (const MemoryBlock& a : blocks) {
      EXPECT_EQ(a.offset % 16, 0);
      EXPECT_LE(a.offset + a.size, total);
      for (const MemoryBlock& b : blocks) {
        const bool together = &a != &b && a.first <= b.last && b.first <= a.last;
        const bool overlap = a.offset < b.offset + b.size && b.offset < a.offset + a.size;
        EXPECT_FALSE(together && overlap && a.size > 0 && b.size > 0);
      }
    }
  }
}

TEST(MemoryPlanTest, BlocksThatNeverMeetShareOnePlace) {
  std::vector<MemoryBlock> blocks = {{.size = 160, .first = 0, .last = 1},
                                     {.size = 320, .first = 2, .last = 3},
                                     {.size = 80, .first = 4, .last = 4}};
  EXPECT_EQ(AssignOffsets(blocks), 320);
}

}  // namespace
}  // namespace netsmith::engine
