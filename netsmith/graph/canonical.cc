#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "netsmith/base/random.h"
#include "netsmith/graph/graph.h"

namespace netsmith::graph {
namespace {

std::string Attributes(const Conv& c) {
  return fmt::format("{},{},{},{},{},{},{},{},{},{}", c.filters, c.kernel_height, c.kernel_width,
                     c.stride_height, c.stride_width, c.dilation_height, c.dilation_width, c.groups,
                     static_cast<int>(c.padding), c.bias);
}
template <typename Pool>
std::string PoolAttributes(const Pool& pool) {
  return fmt::format("{},{},{},{},{}", pool.window_height, pool.window_width, pool.stride_height,
                     pool.stride_width, static_cast<int>(pool.padding));
}
std::string Attributes(const MaxPool& pool) { return PoolAttributes(pool); }
std::string Attributes(const AvgPool& pool) { return PoolAttributes(pool); }
std::string Attributes(const BatchNorm& norm) {
  return fmt::format("{},{}", norm.epsilon, norm.momentum);
}
std::string Attributes(const SqueezeExcite& gate) { return fmt::format("{}", gate.units); }
std::string Attributes(const Dropout& dropout) { return fmt::format("{}", dropout.rate_percent); }
std::string Attributes(const Dense& dense) { return fmt::format("{}", dense.units); }
/// Operations that their name says all about.
template <typename Plain>
std::string Attributes(const Plain&) {
  return "";
}

std::string Describe(const Op& op) {
  return OpName(op) + "(" +
         std::visit([](const auto& operation) { return Attributes(operation); }, op) + ")";
}

/// Writes the nodes that the output needs, inputs first, numbered in that order.
class Writer {
 public:
  explicit Writer(const Graph& graph) : graph_(graph) {
    for (const Node& node : graph.nodes) {
      std::string text = Describe(node.op);
      for (const int input : InputsInOrder(node)) text += fmt::format(" {:x}", structure_[input]);
      structure_.push_back(mix_.SeedFor(text));
    }
  }

  /// The canonical number of a node, written on the first visit.
  int Visit(int index) {
    const Node& node = graph_.nodes[index];
    if (HasNoEffect(node.op)) return Visit(node.inputs[0]);
    if (const auto known = numbers_.find(index); known != numbers_.end()) return known->second;
    std::string inputs;
    for (const int input : InputsInOrder(node)) inputs += fmt::format(" {}", Visit(input));
    text_ += fmt::format("{}{};", Describe(node.op), inputs);
    const int number = static_cast<int>(numbers_.size());
    numbers_[index] = number;
    return number;
  }

  const std::string& text() const { return text_; }

 private:
  /// What is added, sorted by what it is made of.
  std::vector<int> InputsInOrder(const Node& node) const {
    std::vector<int> inputs = node.inputs;
    if (std::holds_alternative<Add>(node.op)) {
      std::stable_sort(inputs.begin(), inputs.end(),
                       [&](int a, int b) { return structure_[a] < structure_[b]; });
    }
    return inputs;
  }

  const Graph& graph_;
  const base::RandomStreams mix_{0};
  std::vector<std::uint64_t> structure_;  // a hash of the tree above each node
  std::map<int, int> numbers_;
  std::string text_;
};

}  // namespace

std::string CanonicalHash(const Graph& graph) {
  Analyze(graph);
  Writer writer(graph);
  writer.Visit(static_cast<int>(graph.nodes.size()) - 1);
  const std::string text = ToString(graph.input) + ";" + writer.text();
  const base::RandomStreams mix(0);
  return fmt::format("{:016x}{:016x}", mix.SeedFor(text, 0), mix.SeedFor(text, 1));
}

}  // namespace netsmith::graph
