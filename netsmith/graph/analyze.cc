#include <fmt/format.h>

#include <set>

#include "netsmith/base/error.h"
#include "netsmith/graph/graph.h"

namespace netsmith::graph {
namespace {

using base::InvalidArgument;

constexpr std::int64_t kMaxElements = (std::int64_t{1} << 31) - 1;

/// One node under analysis: its text for messages, and the shape that comes in.
struct Place {
  const Node& node;
  SampleShape in;

  void RequirePositive(const char* what, std::int64_t value) const {
    if (value <= 0) {
      throw InvalidArgument(
          fmt::format("node '{}': {} is {}, expected at least 1", node.name, what, value));
    }
  }
  /// a · b, refused when a tensor of that many elements could not be addressed.
  std::int64_t Elements(const char* what, std::int64_t a, std::int64_t b) const {
    if (b > kMaxElements / a) {
      throw InvalidArgument(
          fmt::format("node '{}': {} has {} x {} elements, at most {} are possible", node.name,
                      what, a, b, kMaxElements));
    }
    return a * b;
  }
};

NodeInfo Infer(const Input&, const Place& at) {
  at.RequirePositive("input height", at.in.height);
  at.RequirePositive("input width", at.in.width);
  at.RequirePositive("input channels", at.in.channels);
  at.Elements("output", at.Elements("output", at.in.height, at.in.width), at.in.channels);
  return {.shape = at.in};
}

NodeInfo Infer(const Conv& conv, const Place& at) {
  at.RequirePositive("filters", conv.filters);
  at.RequirePositive("kernel height", conv.kernel_height);
  at.RequirePositive("kernel width", conv.kernel_width);
  const std::int64_t window = at.Elements("kernel", conv.kernel_height, conv.kernel_width);
  const std::int64_t per_filter = at.Elements("kernel", window, at.in.channels);
  const std::int64_t weights = at.Elements("weights", per_filter, conv.filters);
  const std::int64_t positions = at.in.height * at.in.width;
  at.Elements("output", positions, conv.filters);
  return {.shape = {at.in.height, at.in.width, conv.filters},
          .params = weights + conv.filters,
          .macs = positions * weights};
}

NodeInfo Infer(const MaxPool& pool, const Place& at) {
  at.RequirePositive("window height", pool.window_height);
  at.RequirePositive("window width", pool.window_width);
  return {.shape = at.in};
}

NodeInfo Infer(const Relu&, const Place& at) { return {.shape = at.in}; }

NodeInfo Infer(const Dropout& dropout, const Place& at) {
  if (!(dropout.rate_percent >= 0 && dropout.rate_percent < 100)) {
    throw InvalidArgument(fmt::format("node '{}': dropout rate is {} percent, expected [0, 100)",
                                      at.node.name, dropout.rate_percent));
  }
  return {.shape = at.in};
}

NodeInfo Infer(const Flatten&, const Place& at) { return {.shape = {1, 1, at.in.size()}}; }

NodeInfo Infer(const Dense& dense, const Place& at) {
  at.RequirePositive("units", dense.units);
  if (at.in.height != 1 || at.in.width != 1) {
    throw InvalidArgument(fmt::format("node '{}': input has shape {}, expected 1x1xN (flatten it)",
                                      at.node.name, ToString(at.in)));
  }
  const std::int64_t weights = at.Elements("weights", at.in.channels, dense.units);
  return {.shape = {1, 1, dense.units}, .params = weights + dense.units, .macs = weights};
}

/// Checks name and connections of node `index`; returns the shape that comes in.
SampleShape CheckConnections(const Graph& graph, int index, const std::vector<NodeInfo>& earlier,
                             std::set<std::string>& names) {
  const Node& node = graph.nodes[index];
  if (!names.insert(node.name).second) {
    throw InvalidArgument(fmt::format("node {}: the name '{}' is taken", index, node.name));
  }
  const bool is_input = std::holds_alternative<Input>(node.op);
  if (is_input != (index == 0)) {
    throw InvalidArgument(
        fmt::format("node '{}': the first node, and only it, is the input", node.name));
  }
  const std::size_t expected = is_input ? 0 : 1;
  if (node.inputs.size() != expected) {
    throw InvalidArgument(fmt::format("node '{}': has {} inputs, {} takes {}", node.name,
                                      node.inputs.size(), OpName(node.op), expected));
  }
  if (is_input) return graph.input;
  const int source = node.inputs[0];
  if (source < 0 || source >= index) {
    throw InvalidArgument(fmt::format("node '{}': input {} is not an earlier node (it is node {})",
                                      node.name, source, index));
  }
  return earlier[source].shape;
}

}  // namespace

std::vector<NodeInfo> Analyze(const Graph& graph) {
  if (graph.nodes.empty()) throw InvalidArgument("the graph has no nodes, expected at least one");
  std::vector<NodeInfo> infos;
  std::set<std::string> names;
  for (int i = 0; i < static_cast<int>(graph.nodes.size()); ++i) {
    const Place at{graph.nodes[i], CheckConnections(graph, i, infos, names)};
    infos.push_back(std::visit([&](const auto& op) { return Infer(op, at); }, at.node.op));
  }
  return infos;
}

Costs TotalCosts(const Graph& graph) {
  Costs total;
  for (const NodeInfo& info : Analyze(graph)) {
    total.params += info.params;
    total.macs += info.macs;
  }
  return total;
}

}  // namespace netsmith::graph
