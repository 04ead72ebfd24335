#include "netsmith/graph/graph.h"

#include <algorithm>
#include <array>
#include <utility>

namespace netsmith::graph {

std::string OpName(const Op& op) {
  static constexpr std::array<const char*, std::variant_size_v<Op>> kNames = {
      "input",      "conv",       "max_pool", "avg_pool", "global_avg_pool",
      "batch_norm", "activation", "add",      "concat",   "squeeze_excite",
      "dropout",    "flatten",    "dense"};
  static constexpr std::array<const char*, 4> kActivations = {"relu", "relu6", "silu",
                                                              "hard_swish"};
  if (const auto* activation = std::get_if<Activation>(&op)) {
    return kActivations.at(static_cast<std::size_t>(activation->kind));
  }
  return kNames.at(op.index());
}

bool HasNoEffect(const Op& op) {
  const auto is_one = [](const auto& pool) {
    return pool.window_height == 1 && pool.window_width == 1 && pool.stride_height == 1 &&
           pool.stride_width == 1;
  };
  if (const auto* dropout = std::get_if<Dropout>(&op)) return dropout->rate_percent == 0;
  if (const auto* pool = std::get_if<MaxPool>(&op)) return is_one(*pool);
  if (const auto* pool = std::get_if<AvgPool>(&op)) return is_one(*pool);
  return false;
}

int Graph::Add(Op op, std::vector<int> inputs, std::string name) {
  if (name.empty()) {
    const auto same = std::count_if(nodes.begin(), nodes.end(), [&](const Node& node) {
      return OpName(node.op) == OpName(op);
    });
    name = OpName(op) + std::to_string(same + 1);
  }
  nodes.push_back({std::move(name), op, std::move(inputs)});
  return static_cast<int>(nodes.size()) - 1;
}

Graph WithoutUnused(const Graph& graph) {
  std::vector<bool> is_needed(graph.nodes.size(), false);
  is_needed.front() = is_needed.back() = true;
  for (std::size_t i = graph.nodes.size(); i-- > 0;) {
    if (!is_needed[i]) continue;
    for (const int input : graph.nodes[i].inputs) is_needed[input] = true;
  }
  Graph result{.input = graph.input, .nodes = {}};
  std::vector<int> place(graph.nodes.size(), -1);
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    if (!is_needed[i]) continue;
    place[i] = static_cast<int>(result.nodes.size());
    result.nodes.push_back(graph.nodes[i]);
    for (int& input : result.nodes.back().inputs) input = place[input];
  }
  return result;
}

}  // namespace netsmith::graph
