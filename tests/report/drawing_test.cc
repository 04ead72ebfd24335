#include "netsmith/report/drawing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include "netsmith/graph/graph.h"
#include "netsmith/report/layered_layout.h"
#include "netsmith/space/network.h"

namespace netsmith::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::size_t Count(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

/// Two nodes of one layer overlap.
bool Overlap(const LayoutNode& a, const LayoutNode& b) {
  return std::abs(a.center.x - b.center.x) < (a.width + b.width) / 2 &&
         std::abs(a.center.y - b.center.y) < (a.height + b.height) / 2;
}

TEST(LayeredLayoutTest, EdgesPointDownAndNothingOverlaps) {
  // A cell: 0 feeds 1 … 5, all of them 6, and 0 goes to 6 itself; then a skip of a whole chain.
  std::vector<LayoutNode> nodes;
  for (int i = 0; i < 10; ++i) nodes.push_back({.width = 60.0 + 25 * (i % 3), .height = 40});
  std::vector<LayoutEdge> edges;
  for (int i = 1; i <= 5; ++i) {
    edges.push_back({.from = 0, .to = i});
    edges.push_back({.from = i, .to = 6});
  }
  edges.push_back({.from = 0, .to = 6});
  for (int i = 6; i < 9; ++i) edges.push_back({.from = i, .to = i + 1});
  edges.push_back({.from = 0, .to = 9});
  const Point size = LayOut(nodes, edges);
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    EXPECT_GE(nodes[i].center.x - nodes[i].width / 2, -1e-9);
    EXPECT_LE(nodes[i].center.x + nodes[i].width / 2, size.x + 1e-9);
    EXPECT_LE(nodes[i].center.y + nodes[i].height / 2, size.y + 1e-9);
    for (std::size_t k = 0; k < i; ++k) EXPECT_FALSE(Overlap(nodes[i], nodes[k])) << i << " " << k;
  }
  for (const LayoutEdge& edge : edges) {
    for (std::size_t i = 1; i < edge.points.size(); ++i) {
      EXPECT_GE(edge.points[i].y, edge.points[i - 1].y);
    }
    EXPECT_GT(edge.points.back().y, edge.points.front().y);
  }
}

TEST(LayeredLayoutTest, ALongEdgePassesBesideTheBoxesOfItsLayers) {
  std::vector<LayoutNode> nodes(4, {.width = 80, .height = 30});
  std::vector<LayoutEdge> edges = {
      {.from = 0, .to = 1}, {.from = 1, .to = 2}, {.from = 2, .to = 3}, {.from = 0, .to = 3}};
  LayOut(nodes, edges);
  ASSERT_EQ(edges[3].points.size(), 6u);  // an entry and an exit for each of two layers
  for (std::size_t i = 1; i <= 4; ++i) {
    const LayoutNode& box = nodes[i <= 2 ? 1 : 2];
    EXPECT_GT(std::abs(edges[3].points[i].x - box.center.x), box.width / 2);
  }
}

TEST(DrawingTest, EveryOperationOfTheClassicNetworkIsNamedOnce) {
  const std::string svg = DrawNetwork(space::ParseNetwork("5,32,2,3;7,64,4,0", {28, 28, 1}, 10),
                                      /*standalone=*/true);
  for (const char* text : {">input<", ">convolution 1×5<", ">32 filters<", ">convolution 1×7<",
                           ">max pool 1×2<", ">max pool 1×4<", ">dropout 3 %<", ">dense 10<"}) {
    EXPECT_EQ(Count(svg, text), 1u) << text;
  }
  EXPECT_EQ(Count(svg, "class=\"edge\""), Count(svg, "class=\"box ") - 1);  // a chain
  EXPECT_THAT(svg, HasSubstr("<style>"));
}

TEST(DrawingTest, APartOfAPageBringsNoStyleOfItsOwn) {
  const auto graph = space::ParseNetwork("5,32,2,3", {28, 28, 1}, 10);
  EXPECT_THAT(DrawNetwork(graph, /*standalone=*/false), Not(HasSubstr("style")));
}

}  // namespace
}  // namespace netsmith::report
