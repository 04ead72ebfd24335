#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "netsmith/base/error.h"
#include "netsmith/graph/graph.h"
#include "netsmith/space/network.h"
#include "netsmith/space/registry.h"
#include "netsmith/space/search_space.h"

namespace netsmith::space {
namespace {

constexpr graph::SampleShape kCifar{.height = 32, .width = 32, .channels = 3};

std::int64_t Count(const graph::Graph& graph, const std::string& op) {
  return std::ranges::count_if(graph.nodes,
                               [&](const auto& node) { return graph::OpName(node.op) == op; });
}

// Rows of the published table for CIFAR-10, whose networks have 5 cells a stage and 16 channels.
struct Published {
  const char* genome;
  std::int64_t params;
};
class Nb201TableTest : public ::testing::TestWithParam<Published> {};

TEST_P(Nb201TableTest, HasThePublishedNumberOfParameters) {
  const std::string network = std::string("nb201@cells=5:") + GetParam().genome;
  EXPECT_EQ(graph::TotalCosts(ParseNetwork(network, kCifar, 10)).params, GetParam().params);
}

INSTANTIATE_TEST_SUITE_P(
    Digits, Nb201TableTest,
    ::testing::Values(Published{"1,1,1,1,1,1", 73306}, Published{"2,2,2,2,2,2", 241306},
                      Published{"3,3,3,3,3,3", 1531546}, Published{"3,3,4,1,3,1", 802426},
                      Published{"4,2,1,2,1,1", 129306}, Published{"4,3,3,4,4,4", 559386}));

TEST(Nb201Test, CellWithoutAPathIsRefusedByName) {
  try {
    ParseNetwork("nb201:0,0,3,0,3,3", kCifar, 10);
    FAIL();
  } catch (const base::InvalidArgument& refusal) {
    EXPECT_STREQ(refusal.what(), "space nb201: no path leads from the cell's input to its output");
  }
}

TEST(Nb201Test, EdgesFromUnreachedNodesAddNothing) {
  EXPECT_EQ(graph::CanonicalHash(ParseNetwork("nb201:0,0,3,3,3,3", kCifar, 10)),
            graph::CanonicalHash(ParseNetwork("nb201:0,0,0,3,0,0", kCifar, 10)));
}

TEST(ChainTest, LayersReadWhatTheyAskForAndTheRestIsJoinedAtTheEnd) {
  // layer1, layer2 (from1), layer3 (not from1, from2)
  const graph::Graph graph = ParseNetwork("chain@layers=3:0,0,0,0,0,0,1,0,0,0,0,1", kCifar, 10);
  EXPECT_EQ(Count(graph, "concat"), 0);
  const graph::Graph apart = ParseNetwork("chain@layers=3:0,0,0,0,0,0,0,0,0,0,0,0", kCifar, 10);
  ASSERT_EQ(Count(apart, "concat"), 1) << "three layers that nothing reads";
  const graph::Graph both = ParseNetwork("chain@layers=3:0,0,0,0,0,0,0,0,0,0,1,1", kCifar, 10);
  EXPECT_EQ(Count(both, "concat"), 1) << "the third reads both";
}

TEST(NasnetTest, ReductionsHalveTheImageAndDoubleTheChannels) {
  const std::string identity = "0,0,1,0";  // block 1: identity of both inputs
  const graph::Graph graph =
      ParseNetwork("nasnet@blocks=1:" + identity + "," + identity, kCifar, 10);
  const auto infos = graph::Analyze(graph);
  const auto relu = std::ranges::find(graph.nodes, "head.relu", &graph::Node::name);
  ASSERT_NE(relu, graph.nodes.end());
  EXPECT_EQ(infos[relu - graph.nodes.begin()].shape, (graph::SampleShape{8, 8, 64}));
}

TEST(MobileTest, ShortcutsStandWhereShapesAllow) {
  // stem 8, stage 1: three blocks of width 8; no other stage.
  const graph::Graph graph =
      ParseNetwork("mobile:0,0,0,2,0,1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0", kCifar, 10);
  EXPECT_EQ(Count(graph, "add"), 3);
}

TEST(CellSpacesTest, HeadersStateTheNumberOfGenomes) {
  const auto log10_size = [](const char* name) {
    return Log10Size(MakeSpace(name, {})->decisions());
  };
  EXPECT_NEAR(log10_size("chain"), 15.35, 0.05);
  EXPECT_NEAR(log10_size("mobile"), 13.3, 0.05);
  EXPECT_NEAR(log10_size("nasnet"), 15.66, 0.05);
  EXPECT_NEAR(log10_size("nb201"), std::log10(15625), 1e-9);
}

}  // namespace
}  // namespace netsmith::space
