#include "netsmith/graph/graph.h"

#include <algorithm>
#include <array>
#include <utility>

namespace netsmith::graph {

std::string OpName(const Op& op) {
  static constexpr std::array<const char*, std::variant_size_v<Op>> kNames = {
      "input", "conv", "max_pool", "relu", "dropout", "flatten", "dense"};
  return kNames.at(op.index());
}

int Graph::Add(Op op, std::vector<int> inputs, std::string name) {
  if (name.empty()) {
    const auto same = std::count_if(nodes.begin(), nodes.end(), [&](const Node& node) {
      return node.op.index() == op.index();
    });
    name = OpName(op) + std::to_string(same + 1);
  }
  nodes.push_back({std::move(name), op, std::move(inputs)});
  return static_cast<int>(nodes.size()) - 1;
}

}  // namespace netsmith::graph
