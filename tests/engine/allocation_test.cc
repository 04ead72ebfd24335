// A program of its own: it counts every allocation.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <vector>

#include "netsmith/base/random.h"
#include "netsmith/base/thread_pool.h"
#include "netsmith/engine/program.h"
#include "tests/engine/networks.h"

namespace {
std::atomic<std::int64_t> num_allocations = 0;

void* Allocate(std::size_t size, std::size_t alignment) {
  ++num_allocations;
  const std::size_t rounded = (size + alignment - 1) / alignment * alignment;
  if (void* p = std::aligned_alloc(alignment, rounded == 0 ? alignment : rounded)) return p;
  throw std::bad_alloc();
}
}  // namespace

void* operator new(std::size_t size) { return Allocate(size, alignof(std::max_align_t)); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return Allocate(size, alignof(std::max_align_t));
}
void* operator new(std::size_t size, std::align_val_t alignment) {
  return Allocate(size, static_cast<std::size_t>(alignment));
}
void operator delete(void* p) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }
void operator delete(void* p, std::align_val_t) noexcept { std::free(p); }
void operator delete(void* p, std::size_t, std::align_val_t) noexcept { std::free(p); }

namespace netsmith::engine {
namespace {

TEST(AllocationTest, NothingIsAllocatedByAStepOfAnyOperation) {
  for (const testing::NamedGraph& named : testing::OperationGraphs(false)) {
    for (const int threads : {1, 3}) {
      base::ThreadPool pool(threads);
      constexpr int kSamples = 11;
      Program program(named.graph, kSamples, pool);
      base::Generator generator = base::RandomStreams(1).For("allocations");
      program.InitParams(generator);
      const std::vector<float> src(static_cast<std::size_t>(kSamples * named.graph.input.size()));
      const std::vector<std::int32_t> labels(kSamples, 1);
      std::vector<float> logits(static_cast<std::size_t>(kSamples * program.num_classes()));
      const auto step = [&] {
        program.ForwardBackward(src, labels, 3, {.label_smoothing = 0.1});
        program.Forward(src, logits);
      };
      step();
      const std::int64_t before = num_allocations;
      step();
      EXPECT_EQ(num_allocations, before) << named.name << ", " << threads << " threads";
    }
  }
}

TEST(AllocationTest, AllocationsAreCounted) {
  const std::int64_t before = num_allocations;
  delete new std::vector<int>(10);
  EXPECT_EQ(num_allocations, before + 2);
}

}  // namespace
}  // namespace netsmith::engine
