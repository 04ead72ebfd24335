#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "netsmith/base/error.h"
#include "netsmith/graph/analyze_node.h"
#include "netsmith/graph/graph.h"

namespace netsmith::graph {
namespace {

using base::InvalidArgument;

constexpr std::int64_t kMaxElements = (std::int64_t{1} << 31) - 1;

/// One node under analysis: its text for messages, and the shapes that come in.
struct Place {
  const Node& node;
  std::vector<SampleShape> sources;

  const SampleShape& in() const { return sources.front(); }

  template <typename... Args>
  [[noreturn]] void Fail(fmt::format_string<Args...> what, Args&&... args) const {
    throw InvalidArgument(
        fmt::format("node '{}': {}", node.name, fmt::format(what, std::forward<Args>(args)...)));
  }
  void RequirePositive(const char* what, std::int64_t value) const {
    if (value <= 0) Fail("{} is {}, expected at least 1", what, value);
    if (value > kMaxElements) Fail("{} is {}, at most {} is possible", what, value, kMaxElements);
  }
  /// a · b, refused when a tensor of that many elements could not be addressed.
  std::int64_t Elements(const char* what, std::int64_t a, std::int64_t b) const {
    if (b > kMaxElements / a) {
      Fail("{} has {} x {} elements, at most {} are possible", what, a, b, kMaxElements);
    }
    return a * b;
  }
  void RequireElements(const SampleShape& shape) const {
    Elements("output", Elements("output", shape.height, shape.width), shape.channels);
  }
  /// The size of one axis of the output.
  std::int64_t Slide(const char* axis, std::int64_t size, std::int64_t window, std::int64_t stride,
                     std::int64_t dilation, Padding padding) const {
    RequirePositive(axis, window);
    RequirePositive("stride", stride);
    RequirePositive("dilation", dilation);
    const std::int64_t result = AnalyzeAxis(size, window, stride, dilation, padding).size;
    if (result < 1) {
      Fail("{} spans {}, its input has {}: with 'valid' padding it must fit", axis,
           (window - 1) * dilation + 1, size);
    }
    return result;
  }
};

NodeInfo Infer(const Input&, const Place& at) {
  at.RequirePositive("input height", at.in().height);
  at.RequirePositive("input width", at.in().width);
  at.RequirePositive("input channels", at.in().channels);
  at.RequireElements(at.in());
  return {.shape = at.in()};
}

NodeInfo Infer(const Conv& conv, const Place& at) {
  const SampleShape& in = at.in();
  at.RequirePositive("filters", conv.filters);
  at.RequirePositive("groups", conv.groups);
  const SampleShape shape = {at.Slide("kernel height", in.height, conv.kernel_height,
                                      conv.stride_height, conv.dilation_height, conv.padding),
                             at.Slide("kernel width", in.width, conv.kernel_width,
                                      conv.stride_width, conv.dilation_width, conv.padding),
                             conv.filters};
  if (in.channels % conv.groups != 0 || conv.filters % conv.groups != 0) {
    at.Fail("groups is {}, expected a divisor of the input's {} channels and of {} filters",
            conv.groups, in.channels, conv.filters);
  }
  const std::int64_t window = at.Elements("kernel", conv.kernel_height, conv.kernel_width);
  const std::int64_t per_filter = at.Elements("kernel", window, in.channels / conv.groups);
  const std::int64_t weights = at.Elements("weights", per_filter, conv.filters);
  at.RequireElements(shape);
  return {.shape = shape,
          .params = weights + (conv.bias ? conv.filters : 0),
          .macs = shape.height * shape.width * weights};
}

template <typename Pool>
NodeInfo InferPool(const Pool& pool, const Place& at) {
  const SampleShape& in = at.in();
  return {.shape = {at.Slide("window height", in.height, pool.window_height, pool.stride_height, 1,
                             pool.padding),
                    at.Slide("window width", in.width, pool.window_width, pool.stride_width, 1,
                             pool.padding),
                    in.channels}};
}
NodeInfo Infer(const MaxPool& pool, const Place& at) { return InferPool(pool, at); }
NodeInfo Infer(const AvgPool& pool, const Place& at) { return InferPool(pool, at); }
NodeInfo Infer(const GlobalAvgPool&, const Place& at) {
  return {.shape = {1, 1, at.in().channels}};
}

NodeInfo Infer(const BatchNorm& norm, const Place& at) {
  if (!(norm.epsilon > 0 && std::isfinite(norm.epsilon))) {
    at.Fail("epsilon is {}, expected a positive number", norm.epsilon);
  }
  if (!(norm.momentum >= 0 && norm.momentum < 1)) {
    at.Fail("momentum is {}, expected [0, 1)", norm.momentum);
  }
  return {.shape = at.in(), .params = 2 * at.in().channels};
}

NodeInfo Infer(const Activation&, const Place& at) { return {.shape = at.in()}; }

NodeInfo Infer(const Add&, const Place& at) {
  for (const SampleShape& source : at.sources) {
    if (source != at.in()) {
      at.Fail("adds {} to {}, expected equal shapes", ToString(source), ToString(at.in()));
    }
  }
  return {.shape = at.in()};
}

NodeInfo Infer(const Concat&, const Place& at) {
  SampleShape shape = {at.in().height, at.in().width, 0};
  for (const SampleShape& source : at.sources) {
    if (source.height != shape.height || source.width != shape.width) {
      at.Fail("joins {} to {}, expected equal heights and widths", ToString(source),
              ToString(at.in()));
    }
    shape.channels += source.channels;
  }
  at.RequireElements(shape);
  return {.shape = shape};
}

NodeInfo Infer(const SqueezeExcite& gate, const Place& at) {
  at.RequirePositive("units", gate.units);
  const std::int64_t weights = at.Elements("weights", at.in().channels, gate.units);
  return {
      .shape = at.in(), .params = 2 * weights + gate.units + at.in().channels, .macs = 2 * weights};
}

NodeInfo Infer(const Dropout& dropout, const Place& at) {
  if (!(dropout.rate_percent >= 0 && dropout.rate_percent < 100)) {
    at.Fail("dropout rate is {} percent, expected [0, 100)", dropout.rate_percent);
  }
  return {.shape = at.in()};
}

NodeInfo Infer(const Flatten&, const Place& at) { return {.shape = {1, 1, at.in().size()}}; }

NodeInfo Infer(const Dense& dense, const Place& at) {
  at.RequirePositive("units", dense.units);
  if (at.in().height != 1 || at.in().width != 1) {
    at.Fail("input has shape {}, expected 1x1xN (flatten it)", ToString(at.in()));
  }
  const std::int64_t weights = at.Elements("weights", at.in().channels, dense.units);
  return {.shape = {1, 1, dense.units}, .params = weights + dense.units, .macs = weights};
}

/// How many inputs an operation takes.
struct Arity {
  std::size_t least = 1;
  std::size_t most = 1;
};

Arity ArityOf(const Op& op) {
  constexpr std::size_t kAny = 1000;
  if (std::holds_alternative<Input>(op)) return {0, 0};
  if (std::holds_alternative<Add>(op) || std::holds_alternative<Concat>(op)) return {2, kAny};
  return {};
}

void CheckArity(const Place& at, std::size_t num_inputs) {
  const auto [least, most] = ArityOf(at.node.op);
  if (num_inputs >= least && num_inputs <= most) return;
  at.Fail("has {} inputs, {} takes {}", num_inputs, OpName(at.node.op),
          least == most ? fmt::format("{}", least) : fmt::format("{} to {}", least, most));
}

NodeInfo InferAt(const Place& at) {
  return std::visit([&](const auto& op) { return Infer(op, at); }, at.node.op);
}

/// Checks name and connections of node `index`; returns the shapes that come in.
std::vector<SampleShape> CheckConnections(const Graph& graph, int index,
                                          const std::vector<NodeInfo>& earlier,
                                          std::set<std::string>& names) {
  const Node& node = graph.nodes[index];
  if (!names.insert(node.name).second) {
    throw InvalidArgument(fmt::format("node {}: the name '{}' is taken", index, node.name));
  }
  const Place at{node, {}};
  const bool is_input = std::holds_alternative<Input>(node.op);
  if (is_input != (index == 0)) at.Fail("the first node, and only it, is the input");
  CheckArity(at, node.inputs.size());
  if (is_input) return {graph.input};
  std::vector<SampleShape> sources;
  for (const int source : node.inputs) {
    if (source < 0 || source >= index) {
      at.Fail("input {} is not an earlier node (it is node {})", source, index);
    }
    sources.push_back(earlier[source].shape);
  }
  return sources;
}

}  // namespace

WindowAxis AnalyzeAxis(std::int64_t src_size, std::int64_t window, std::int64_t stride,
                       std::int64_t dilation, Padding padding) {
  const std::int64_t span = (window - 1) * dilation + 1;
  if (padding == Padding::kValid) {
    return {.size = span > src_size ? 0 : (src_size - span) / stride + 1};
  }
  const std::int64_t size = (src_size - 1) / stride + 1;
  const std::int64_t total = std::max<std::int64_t>((size - 1) * stride + span - src_size, 0);
  return {.size = size, .before = total / 2, .after = total - total / 2};
}

std::vector<NodeInfo> Analyze(const Graph& graph) {
  if (graph.nodes.empty()) throw InvalidArgument("the graph has no nodes, expected at least one");
  std::vector<NodeInfo> infos;
  std::set<std::string> names;
  for (int i = 0; i < static_cast<int>(graph.nodes.size()); ++i) {
    infos.push_back(InferAt({graph.nodes[i], CheckConnections(graph, i, infos, names)}));
  }
  return infos;
}

NodeInfo AnalyzeNode(const Node& node, std::span<const SampleShape> sources) {
  const Place at{node, {sources.begin(), sources.end()}};
  const bool is_input = std::holds_alternative<Input>(node.op);
  CheckArity(at, is_input ? 0 : sources.size());
  if (is_input && sources.size() != 1) at.Fail("has no shape, expected the sample's");
  return InferAt(at);
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
