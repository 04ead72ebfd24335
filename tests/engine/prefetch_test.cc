#include "netsmith/engine/kernels/prefetch.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <vector>

#include "netsmith/engine/compile.h"

namespace netsmith::engine {
namespace {

using kernels::MemoryRange;
using kernels::Prefetcher;

TEST(PrefetcherTest, KeepsThePaceOfTheSampleBefore) {
  const std::vector<float> a(160), b(320);
  const std::array<MemoryRange, 2> ranges = {{{a.data(), 160}, {b.data(), 320}}};
  Prefetcher prefetcher;
  prefetcher.Begin(ranges);
  prefetcher.Report(300);
  EXPECT_EQ(prefetcher.fetched(), 0);  // no sample was before
  prefetcher.Begin(ranges);            // 30 lines in 300 units of work
  prefetcher.Report(100);
  EXPECT_EQ(prefetcher.fetched(), 10);
  prefetcher.Report(150);
  EXPECT_EQ(prefetcher.fetched(), 25);
  prefetcher.Report(1000);
  EXPECT_EQ(prefetcher.fetched(), 30);
}

/// Places of the whole mini-batch, each once.
std::size_t CountDistinct(const std::vector<TensorPlace>& places) {
  std::vector<std::int64_t> offsets;
  for (const TensorPlace& place : places) {
    EXPECT_TRUE(place.whole_batch);
    if (std::ranges::find(offsets, place.offset) == offsets.end()) offsets.push_back(place.offset);
  }
  return offsets.size();
}

TEST(PhaseReadsTest, APhaseBetweenNormsReadsOneTensorThereAndThreeBack) {
  graph::Graph graph{.input = {8, 8, 3}, .nodes = {}};
  int last = graph.Add(graph::Input{}, {});
  for (int i = 0; i < 3; ++i) {
    last = graph.Add(graph::Conv{.filters = 16, .kernel_height = 3, .kernel_width = 3}, {last});
    last = graph.Add(graph::BatchNorm{}, {last});
    last = graph.Add(graph::Activation{}, {last});
  }
  last = graph.Add(graph::GlobalAvgPool{}, {last});
  graph.Add(graph::Dense{5}, {last});
  const CompiledGraph compiled = Compile(graph, 16, Precision::kF32);
  ASSERT_EQ(compiled.reads.size(), 4);
  for (const int p : {1, 2}) {
    const PhaseReads& reads = compiled.reads[p];
    EXPECT_EQ(reads.forward.size(), 1);
    // What the norm before made, and the norm behind with its gradient.
    EXPECT_EQ(reads.backward.size(), 3);
    EXPECT_EQ(CountDistinct(reads.backward), 3);
    EXPECT_EQ(reads.backward[0].offset, reads.forward[0].offset);
  }
  EXPECT_EQ(compiled.reads[3].forward.size(), 1);
  EXPECT_TRUE(compiled.reads[3].backward.empty());
}

}  // namespace
}  // namespace netsmith::engine
