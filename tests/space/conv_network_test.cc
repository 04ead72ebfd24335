#include "netsmith/space/catalog/conv_network.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "netsmith/graph/graph.h"

namespace netsmith::space {
namespace {

constexpr graph::SampleShape kSignal{.height = 1, .width = 150, .channels = 1};
constexpr graph::SampleShape kImage{.height = 28, .width = 28, .channels = 1};

std::int64_t Params(const ConvNetwork& network, graph::SampleShape input, int classes) {
  return graph::TotalCosts(BuildConvNetwork(network, input, classes)).params;
}

/// The shape of the node of that name.
graph::SampleShape ShapeOf(const graph::Graph& graph, const std::string& name) {
  const auto node = std::ranges::find(graph.nodes, name, &graph::Node::name);
  if (node == graph.nodes.end()) return {0, 0, 0};
  return graph::Analyze(graph)[node - graph.nodes.begin()].shape;
}

std::int64_t Count(const graph::Graph& graph, const std::string& op) {
  return std::ranges::count_if(graph.nodes,
                               [&](const auto& node) { return graph::OpName(node.op) == op; });
}

TEST(ConvNetworkTest, HoldsTheFullyConvolutionalNetworkOfTimeSeries) {
  const ConvNetwork fcn{.stages = {{1, 128, 8}, {1, 256, 5}, {1, 128, 3}}};
  const std::int64_t convs = 8 * 128 + 5 * 128 * 256 + 3 * 256 * 128;
  EXPECT_EQ(Params(fcn, kSignal, 2), convs + 2 * (128 + 256 + 128) + 128 * 2 + 2);
}

TEST(ConvNetworkTest, HoldsTheResidualNetworkOfTimeSeries) {
  const ConvNetwork network{
      .stages = {{1, 64, 8}, {1, 128, 8}, {1, 128, 8}}, .convs_per_block = 3, .residual = true};
  const graph::Graph graph = BuildConvNetwork(network, kSignal, 2);
  EXPECT_EQ(Count(graph, "add"), 3);
  EXPECT_EQ(Count(graph, "conv"), 9 + 2) << "the third block's input has its shape already";
  EXPECT_EQ(Count(graph, "relu"), 9);
}

TEST(ConvNetworkTest, StridesAndPoolsShrinkAlike) {
  for (const Shrink shrink : {Shrink::kStride, Shrink::kMaxPool, Shrink::kAvgPool}) {
    const ConvNetwork network{
        .stages = {{2, 8, 3, 2}, {1, 16, 5, 2}}, .residual = true, .shrink = shrink};
    const graph::Graph graph = BuildConvNetwork(network, kImage, 10);
    const char* last = shrink == Shrink::kStride ? "stage2.block1.act1" : "stage2.pool";
    EXPECT_EQ(ShapeOf(graph, last), (graph::SampleShape{7, 7, 16}));
  }
}

TEST(ConvNetworkTest, FirstSeparableConvolutionIsFull) {
  const ConvNetwork network{.stages = {{1, 8, 3}, {1, 16, 5}}, .separable = true};
  EXPECT_EQ(Params(network, kImage, 10), (9 * 8 + 16) + (25 * 8 + 8 * 16 + 32) + 16 * 10 + 10);
}

TEST(ConvNetworkTest, BiasesStandInForMissingNorms) {
  const ConvNetwork network{.stages = {{1, 8, 3}}, .batch_norm = false};
  EXPECT_EQ(Params(network, kImage, 10), (9 + 1) * 8 + 8 * 10 + 10);
}

TEST(ConvNetworkTest, GateIsAQuarterAsWide) {
  const ConvNetwork network{.stages = {{1, 8, 3}}, .squeeze_excite = true};
  EXPECT_EQ(Params(network, kImage, 10), (9 * 8 + 16) + (2 * 8 * 2 + 2 + 8) + 8 * 10 + 10);
}

TEST(ConvNetworkTest, HeadTakesMeansOverAGrid) {
  ConvNetwork network{.stages = {{1, 8, 3}}, .head_grid = 4};
  EXPECT_EQ(ShapeOf(BuildConvNetwork(network, kImage, 10), "head.flatten").size(), 4 * 4 * 8);
  EXPECT_EQ(ShapeOf(BuildConvNetwork(network, kSignal, 10), "head.flatten").size(), 4 * 8);
  EXPECT_EQ(ShapeOf(BuildConvNetwork(network, {2, 3, 1}, 10), "head.flatten").size(), 2 * 3 * 8)
      << "parts of one element";
}

TEST(ConvNetworkTest, KernelsAreCutToWhatTouchesTheImage) {
  const auto hash = [](std::int64_t kernel) {
    return graph::CanonicalHash(BuildConvNetwork({.stages = {{1, 8, kernel}}}, {1, 24, 1}, 2));
  };
  EXPECT_EQ(hash(64), hash(47));
  EXPECT_NE(hash(47), hash(45));
}

TEST(ConvNetworkTest, SamplesOfOneElementAreFine) {
  for (const bool residual : {false, true}) {
    const ConvNetwork network{.stages = {{2, 8, 5, 4}, {1, 16, 64, 2}},
                              .residual = residual,
                              .squeeze_excite = true,
                              .shrink = Shrink::kMaxPool,
                              .head_grid = 4,
                              .dropout_percent = 30};
    EXPECT_EQ(graph::Analyze(BuildConvNetwork(network, {1, 1, 1}, 2)).back().shape.size(), 2);
  }
}

}  // namespace
}  // namespace netsmith::space
