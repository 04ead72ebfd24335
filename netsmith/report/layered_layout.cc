#include "netsmith/report/layered_layout.h"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace netsmith::report {
namespace {

constexpr double kLayerGap = 26;
constexpr double kNodeGap = 18;
constexpr double kLaneWidth = 8;
constexpr int kSweeps = 12;

/// A box, or the lane of a long edge in one layer.
struct Vertex {
  double width = 0;
  double height = 0;
  int layer = 0;
  double rank = 0;  // place in the layer
  double x = 0;     // of the center
  std::vector<int> above = {};
  std::vector<int> below = {};
};

struct Layers {
  std::vector<Vertex> vertices;              // the nodes first
  std::vector<std::vector<int>> rows;        // vertices of each layer, left to right
  std::vector<std::vector<int>> edge_lanes;  // for each edge, its lanes from top to bottom
};

Layers MakeLayers(const std::vector<LayoutNode>& nodes, const std::vector<LayoutEdge>& edges) {
  Layers layers;
  for (const LayoutNode& node : nodes) {
    layers.vertices.push_back({.width = node.width, .height = node.height});
  }
  // Edges sorted by their end meet every layer when it is final.
  std::vector<const LayoutEdge*> sorted;
  for (const LayoutEdge& edge : edges) sorted.push_back(&edge);
  std::ranges::stable_sort(sorted, {}, [](const LayoutEdge* edge) { return edge->to; });
  auto& v = layers.vertices;
  const auto at = [&v](int i) -> Vertex& { return v[static_cast<std::size_t>(i)]; };
  for (const LayoutEdge* edge : sorted) {
    at(edge->to).layer = std::max(at(edge->to).layer, at(edge->from).layer + 1);
  }
  for (const LayoutEdge& edge : edges) {
    auto& lanes = layers.edge_lanes.emplace_back();
    int previous = edge.from;
    for (int layer = at(edge.from).layer + 1; layer <= at(edge.to).layer; ++layer) {
      int next = edge.to;
      if (layer < at(edge.to).layer) {
        next = static_cast<int>(v.size());
        v.push_back({.width = kLaneWidth, .layer = layer});
        lanes.push_back(next);
      }
      at(previous).below.push_back(next);
      at(next).above.push_back(previous);
      previous = next;
    }
  }
  for (std::size_t i = 0; i < v.size(); ++i) {
    const auto layer = static_cast<std::size_t>(v[i].layer);
    if (layers.rows.size() <= layer) layers.rows.resize(layer + 1);
    v[i].rank = static_cast<double>(layers.rows[layer].size());
    layers.rows[layer].push_back(static_cast<int>(i));
  }
  return layers;
}

/// Mean of a figure of the neighbours; the vertex's own where there are none.
double NeighbourMean(const Layers& layers, int vertex, bool above, double Vertex::*figure) {
  const Vertex& v = layers.vertices[static_cast<std::size_t>(vertex)];
  const auto& neighbours = above ? v.above : v.below;
  if (neighbours.empty()) return v.*figure;
  double sum = 0;
  for (const int n : neighbours) sum += layers.vertices[static_cast<std::size_t>(n)].*figure;
  return sum / static_cast<double>(neighbours.size());
}

void OrderRow(Layers& layers, std::vector<int>& row, bool above) {
  std::vector<std::pair<double, int>> order;
  for (const int vertex : row) {
    order.emplace_back(NeighbourMean(layers, vertex, above, &Vertex::rank), vertex);
  }
  std::ranges::stable_sort(order, {}, &std::pair<double, int>::first);
  for (std::size_t i = 0; i < row.size(); ++i) {
    row[i] = order[i].second;
    layers.vertices[static_cast<std::size_t>(row[i])].rank = static_cast<double>(i);
  }
}

/// The positions nearest to the neighbours' means (least squares) at which nothing overlaps: pool
/// adjacent violators on what is left of each wish after the widths to the left.
void PlaceRow(Layers& layers, const std::vector<int>& row, bool above) {
  struct Pool {
    double sum = 0;
    int count = 0;
    double mean() const { return sum / count; }
  };
  std::vector<double> offset;
  std::vector<Pool> pools;
  double previous_width = 0;
  for (const int vertex : row) {
    const double width = layers.vertices[static_cast<std::size_t>(vertex)].width;
    const double gap = offset.empty() ? 0 : (previous_width + width) / 2 + kNodeGap;
    offset.push_back(offset.empty() ? 0 : offset.back() + gap);
    previous_width = width;
    pools.push_back({NeighbourMean(layers, vertex, above, &Vertex::x) - offset.back(), 1});
    while (pools.size() > 1 && pools.back().mean() < pools[pools.size() - 2].mean()) {
      const Pool last = pools.back();
      pools.pop_back();
      pools.back().sum += last.sum;
      pools.back().count += last.count;
    }
  }
  std::size_t i = 0;
  for (const Pool& pool : pools) {
    for (int k = 0; k < pool.count; ++k, ++i) {
      layers.vertices[static_cast<std::size_t>(row[i])].x = pool.mean() + offset[i];
    }
  }
}

/// Downwards by what is above, upwards by what is below, in turn.
template <typename Function>
void Sweep(Layers& layers, Function function) {
  for (int sweep = 0; sweep < kSweeps; ++sweep) {
    const bool down = sweep % 2 == 0;
    for (std::size_t i = 0; i < layers.rows.size(); ++i) {
      function(layers, layers.rows[down ? i : layers.rows.size() - 1 - i], down);
    }
  }
}

}  // namespace

Point LayOut(std::vector<LayoutNode>& nodes, std::vector<LayoutEdge>& edges) {
  Layers layers = MakeLayers(nodes, edges);
  Sweep(layers, OrderRow);
  Sweep(layers, PlaceRow);
  double left = 0, right = 0;
  for (const Vertex& v : layers.vertices) {
    left = std::min(left, v.x - v.width / 2);
    right = std::max(right, v.x + v.width / 2);
  }
  std::vector<double> tops, heights;
  double y = 0;
  for (const auto& row : layers.rows) {
    double height = 0;
    for (const int i : row)
      height = std::max(height, layers.vertices[static_cast<std::size_t>(i)].height);
    tops.push_back(y);
    heights.push_back(height);
    y += height + kLayerGap;
  }
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const auto layer = static_cast<std::size_t>(layers.vertices[i].layer);
    nodes[i].center = {layers.vertices[i].x - left, tops[layer] + heights[layer] / 2};
  }
  for (std::size_t e = 0; e < edges.size(); ++e) {
    const LayoutNode& from = nodes[static_cast<std::size_t>(edges[e].from)];
    const LayoutNode& to = nodes[static_cast<std::size_t>(edges[e].to)];
    edges[e].points = {{from.center.x, from.center.y + from.height / 2}};
    for (const int lane : layers.edge_lanes[e]) {
      const Vertex& v = layers.vertices[static_cast<std::size_t>(lane)];
      const auto layer = static_cast<std::size_t>(v.layer);
      edges[e].points.push_back({v.x - left, tops[layer]});
      edges[e].points.push_back({v.x - left, tops[layer] + heights[layer]});
    }
    edges[e].points.push_back({to.center.x, to.center.y - to.height / 2});
  }
  return {right - left, std::max(0.0, y - kLayerGap)};
}

}  // namespace netsmith::report
