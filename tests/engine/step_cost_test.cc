#include "netsmith/engine/step_cost.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/engine/networks.h"

namespace netsmith::engine {
namespace {

using testing::Case;
using testing::MakeGraph;

graph::Graph Classic(std::int64_t filters) {
  return MakeGraph(Case{"classic",
                        {1, 784, 1},
                        10,
                        {{.kernel_width = 5, .filters = filters, .pool_width = 2},
                         {.kernel_width = 5, .filters = filters, .pool_width = 2}}});
}

TEST(StepCostTest, EveryNodeOfEveryGraphHasACostAndNodesWithoutEffectHaveNone) {
  for (const testing::NamedGraph& named : testing::OperationGraphs(false)) {
    const std::vector<double> costs = SampleCosts(named.graph, 100);
    ASSERT_EQ(costs.size(), named.graph.nodes.size()) << named.name;
    for (std::size_t i = 0; i < costs.size(); ++i) {
      const graph::Op& op = named.graph.nodes[i].op;
      const bool none = graph::HasNoEffect(op) || std::holds_alternative<graph::Flatten>(op);
      EXPECT_EQ(costs[i] > 0, !none) << named.name << ' ' << named.graph.nodes[i].name;
    }
  }
}

TEST(StepCostTest, LargerNetworksAndMiniBatchesTakeLonger) {
  EXPECT_LT(EstimatedStepMs(Classic(8), 100), EstimatedStepMs(Classic(64), 100));
  EXPECT_LT(EstimatedStepMs(Classic(8), 10), EstimatedStepMs(Classic(8), 100));
}

TEST(StepCostTest, TheFirstConvolutionHasNoGradientOfItsInput) {
  graph::Graph alone{.input = {1, 200, 16}, .nodes = {}};
  int last = alone.Add(graph::Input{}, {});
  last = alone.Add(graph::Conv{16, 1, 7}, {last}, "first");
  last = alone.Add(graph::Conv{16, 1, 7}, {last}, "second");
  last = alone.Add(graph::GlobalAvgPool{}, {last});
  alone.Add(graph::Dense{2}, {last});
  const std::vector<double> costs = SampleCosts(alone, 100);
  EXPECT_GT(costs[2], 1.3 * costs[1]);
  EXPECT_LT(costs[2], 1.7 * costs[1]);
}

TEST(StepCostTest, ACoreHasASpeed) {
  EXPECT_GT(MillisecondsPerUnit(), 0);
  EXPECT_LT(MillisecondsPerUnit(), 1e-3);
}

}  // namespace
}  // namespace netsmith::engine
