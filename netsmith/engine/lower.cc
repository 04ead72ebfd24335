#include "netsmith/engine/lower.h"

#include <algorithm>
#include <variant>

#include "netsmith/engine/ops/ops.h"

namespace netsmith::engine {
namespace {

bool ChangesNothing(const graph::Op& op) {
  if (const auto* dropout = std::get_if<graph::Dropout>(&op)) return dropout->rate_percent == 0;
  if (const auto* pool = std::get_if<graph::MaxPool>(&op)) {
    return pool->window_height == 1 && pool->window_width == 1;
  }
  return std::holds_alternative<graph::Input>(op) || std::holds_alternative<graph::Flatten>(op);
}

/// Indices of the nodes to compute, from input to output.
std::vector<int> NeededNodes(const graph::Graph& graph) {
  std::vector<int> needed;
  int node = static_cast<int>(graph.nodes.size()) - 1;
  while (true) {
    if (!ChangesNothing(graph.nodes[node].op)) needed.push_back(node);
    if (graph.nodes[node].inputs.empty()) break;
    node = graph.nodes[node].inputs[0];
  }
  std::reverse(needed.begin(), needed.end());
  return needed;
}

}  // namespace

std::vector<std::unique_ptr<Op>> Lower(const graph::Graph& graph) {
  const std::vector<graph::NodeInfo> infos = graph::Analyze(graph);
  const std::vector<int> needed = NeededNodes(graph);
  std::vector<std::unique_ptr<Op>> ops;
  for (std::size_t i = 0; i < needed.size(); ++i) {
    const graph::Node& node = graph.nodes[needed[i]];
    const SampleShape src = infos[node.inputs[0]].shape;
    if (const auto* conv = std::get_if<graph::Conv>(&node.op)) {
      const bool with_relu = i + 1 < needed.size() &&
                             std::holds_alternative<graph::Relu>(graph.nodes[needed[i + 1]].op);
      ops.push_back(MakeConvOp(node.name, *conv, src, with_relu));
      if (with_relu) ++i;
    } else if (const auto* pool = std::get_if<graph::MaxPool>(&node.op)) {
      ops.push_back(MakeMaxPoolOp(node.name, *pool, src));
    } else if (std::holds_alternative<graph::Relu>(node.op)) {
      ops.push_back(MakeReluOp(node.name, src));
    } else if (const auto* dropout = std::get_if<graph::Dropout>(&node.op)) {
      ops.push_back(MakeDropoutOp(node.name, *dropout, src));
    } else if (const auto* dense = std::get_if<graph::Dense>(&node.op)) {
      ops.push_back(MakeDenseOp(node.name, *dense, src));
    }
  }
  return ops;
}

}  // namespace netsmith::engine
