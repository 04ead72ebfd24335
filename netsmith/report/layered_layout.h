#pragma once

#include <vector>

/// Places the boxes of a directed acyclic graph in layers, so that every edge points down.
namespace netsmith::report {

struct Point {
  double x = 0;
  double y = 0;
};

struct LayoutNode {
  double width = 0;
  double height = 0;
  Point center = {};  // set by LayOut
};

struct LayoutEdge {
  int from = 0;  // an index of the nodes, less than `to`
  int to = 0;
  std::vector<Point> points = {};  // set by LayOut: from the bottom of `from` to the top of `to`
};

/// Sets the nodes' centers and the edges' points; returns the size of the whole, which begins at
/// (0, 0). A node's layer is its longest path from a source. An edge that crosses layers keeps a
/// lane of its own in each.
/// Source   Sugiyama, Tagawa & Toda 1981 (layers, barycenters). Differs: x by alternating isotonic
///          regressions towards the neighbours' means
Point LayOut(std::vector<LayoutNode>& nodes, std::vector<LayoutEdge>& edges);

}  // namespace netsmith::report
