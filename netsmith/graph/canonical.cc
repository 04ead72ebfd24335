#include <fmt/format.h>

#include <map>

#include "netsmith/base/random.h"
#include "netsmith/graph/graph.h"

namespace netsmith::graph {
namespace {

bool HasNoEffect(const Op& op) {
  if (const auto* dropout = std::get_if<Dropout>(&op)) return dropout->rate_percent == 0;
  if (const auto* pool = std::get_if<MaxPool>(&op)) {
    return pool->window_height == 1 && pool->window_width == 1;
  }
  return false;
}

std::string Attributes(const Input&) { return ""; }
std::string Attributes(const Conv& conv) {
  return fmt::format("{},{},{}", conv.filters, conv.kernel_height, conv.kernel_width);
}
std::string Attributes(const MaxPool& pool) {
  return fmt::format("{},{}", pool.window_height, pool.window_width);
}
std::string Attributes(const Relu&) { return ""; }
std::string Attributes(const Dropout& dropout) { return fmt::format("{}", dropout.rate_percent); }
std::string Attributes(const Flatten&) { return ""; }
std::string Attributes(const Dense& dense) { return fmt::format("{}", dense.units); }

/// Writes the nodes that the output needs, inputs first, numbered in that order.
class Writer {
 public:
  explicit Writer(const Graph& graph) : graph_(graph) {}

  /// The canonical number of a node, written on the first visit.
  int Visit(int index) {
    const Node& node = graph_.nodes[index];
    if (HasNoEffect(node.op)) return Visit(node.inputs[0]);
    if (const auto known = numbers_.find(index); known != numbers_.end()) return known->second;
    std::string inputs;
    for (const int input : node.inputs) inputs += fmt::format(" {}", Visit(input));
    const std::string attributes =
        std::visit([](const auto& op) { return Attributes(op); }, node.op);
    text_ += fmt::format("{}({}){};", OpName(node.op), attributes, inputs);
    const int number = static_cast<int>(numbers_.size());
    numbers_[index] = number;
    return number;
  }

  const std::string& text() const { return text_; }

 private:
  const Graph& graph_;
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
