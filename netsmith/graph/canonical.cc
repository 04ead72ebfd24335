#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <variant>
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
// Of these the name says all; without an overload an operation does not compile.
std::string Attributes(const Input&) { return ""; }
std::string Attributes(const Activation&) { return ""; }
std::string Attributes(const GlobalAvgPool&) { return ""; }
std::string Attributes(const Add&) { return ""; }
std::string Attributes(const Concat&) { return ""; }
std::string Attributes(const Flatten&) { return ""; }

std::string Describe(const Op& op) {
  return OpName(op) + "(" +
         std::visit([](const auto& operation) { return Attributes(operation); }, op) + ")";
}

/// Gives the same output for the same input, and learns nothing.
bool IsPlain(const Op& op, std::int64_t params) {
  if (const auto* dropout = std::get_if<Dropout>(&op)) return dropout->rate_percent == 0;
  return params == 0 && !std::holds_alternative<Input>(op);
}

/// Makes no negative output of inputs that are none.
bool KeepsSign(const Op& op) {
  return std::holds_alternative<MaxPool>(op) || std::holds_alternative<AvgPool>(op) ||
         std::holds_alternative<GlobalAvgPool>(op) || std::holds_alternative<Add>(op) ||
         std::holds_alternative<Concat>(op) || std::holds_alternative<Flatten>(op) ||
         std::holds_alternative<Dropout>(op);
}

/// Whether no output is negative, given whether no input is.
bool IsNeverNegative(const Op& op, bool inputs_never_are) {
  if (const auto* activation = std::get_if<Activation>(&op)) {
    return activation->kind == Activation::Kind::kRelu ||
           activation->kind == Activation::Kind::kRelu6;
  }
  return inputs_never_are && KeepsSign(op);
}

/// The graph without what changes nothing, each node once: nodes without effect and repeated ReLUs
/// are gone, nested sums and concatenations are one, the order of what is added is canonical, and
/// of nodes that compute the same without weights one is left.
class Simplifier {
 public:
  explicit Simplifier(const Graph& graph) {
    const std::vector<NodeInfo> infos = Analyze(graph);
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
      canonical_.push_back(Place(graph.nodes[i], infos, i));
    }
  }

  /// The nodes that the output needs, inputs first, numbered in that order.
  std::string Text() {
    Write(canonical_.back());
    return text_;
  }

 private:
  struct Entry {
    Op op;
    std::vector<int> inputs;
    std::uint64_t structure = 0;  // a hash of the tree above it
    bool capped = false;          // at 6, by a ReLU6
    bool never_negative = false;
  };

  /// Index of the entry that stands for a node.
  int Place(const Node& node, const std::vector<NodeInfo>& infos, std::size_t index) {
    Entry entry{.op = node.op, .inputs = {}};
    for (const int input : node.inputs) {
      entry.inputs.push_back(canonical_[static_cast<std::size_t>(input)]);
    }
    if (HasNoEffect(node.op) || KeepsItsOnlyInput(node, infos, index) || IsRepeatedRelu(entry)) {
      return entry.inputs[0];
    }
    Join(entry);
    SkipReluBeforeRelu6(entry);
    Describe(entry);
    if (!IsPlain(node.op, infos[index].params)) return Append(std::move(entry));
    const auto [known, added] =
        plain_.try_emplace({netsmith::graph::Describe(node.op), entry.inputs}, 0);
    if (added) known->second = Append(std::move(entry));
    return known->second;
  }

  /// Flattening what is flat, the mean of one position.
  static bool KeepsItsOnlyInput(const Node& node, const std::vector<NodeInfo>& infos,
                                std::size_t index) {
    return (std::holds_alternative<Flatten>(node.op) ||
            std::holds_alternative<GlobalAvgPool>(node.op)) &&
           infos[static_cast<std::size_t>(node.inputs[0])].shape == infos[index].shape;
  }

  bool IsRepeatedRelu(const Entry& entry) const {
    const auto* activation = std::get_if<Activation>(&entry.op);
    if (activation == nullptr) return false;
    const Entry& input = At(entry.inputs[0]);
    if (activation->kind == Activation::Kind::kRelu) return input.never_negative;
    return activation->kind == Activation::Kind::kRelu6 && input.capped;
  }

  /// A sum of a sum, or a concatenation of one, takes its inputs in place of it.
  void Join(Entry& entry) const {
    const bool adds = std::holds_alternative<Add>(entry.op);
    if (!adds && !std::holds_alternative<Concat>(entry.op)) return;
    std::vector<int> inputs;
    for (const int input : entry.inputs) {
      const Entry& inner = At(input);
      if (inner.op.index() == entry.op.index()) {
        inputs.insert(inputs.end(), inner.inputs.begin(), inner.inputs.end());
      } else {
        inputs.push_back(input);
      }
    }
    if (adds) {
      std::ranges::stable_sort(inputs,
                               [&](int a, int b) { return At(a).structure < At(b).structure; });
    }
    entry.inputs = std::move(inputs);
  }

  void SkipReluBeforeRelu6(Entry& entry) const {
    const auto is = [](const Entry& e, Activation::Kind kind) {
      const auto* activation = std::get_if<Activation>(&e.op);
      return activation != nullptr && activation->kind == kind;
    };
    if (!is(entry, Activation::Kind::kRelu6)) return;
    const Entry& input = At(entry.inputs[0]);
    if (is(input, Activation::Kind::kRelu)) entry.inputs = input.inputs;
  }

  void Describe(Entry& entry) const {
    std::string text = netsmith::graph::Describe(entry.op);
    bool never_negative = !entry.inputs.empty();
    for (const int input : entry.inputs) {
      text += fmt::format(" {:x}", At(input).structure);
      never_negative = never_negative && At(input).never_negative;
    }
    entry.structure = mix_.SeedFor(text);
    entry.never_negative = IsNeverNegative(entry.op, never_negative);
    const auto* activation = std::get_if<Activation>(&entry.op);
    entry.capped = activation != nullptr && activation->kind == Activation::Kind::kRelu6;
  }

  int Append(Entry entry) {
    entries_.push_back(std::move(entry));
    return static_cast<int>(entries_.size()) - 1;
  }

  /// The number of an entry in the text, written on the first visit.
  int Write(int index) {
    if (const auto known = numbers_.find(index); known != numbers_.end()) return known->second;
    std::string inputs;
    for (const int input : At(index).inputs) inputs += fmt::format(" {}", Write(input));
    text_ += fmt::format("{}{};", netsmith::graph::Describe(At(index).op), inputs);
    const int number = static_cast<int>(numbers_.size());
    numbers_[index] = number;
    return number;
  }

  const Entry& At(int index) const { return entries_[static_cast<std::size_t>(index)]; }

  const base::RandomStreams mix_{0};
  std::vector<Entry> entries_;
  std::vector<int> canonical_;  // of each node of the graph
  std::map<std::pair<std::string, std::vector<int>>, int> plain_;
  std::map<int, int> numbers_;
  std::string text_;
};

}  // namespace

std::string CanonicalHash(const Graph& graph) {
  const std::string text = ToString(graph.input) + ";" + Simplifier(graph).Text();
  const base::RandomStreams mix(0);
  return fmt::format("{:016x}{:016x}", mix.SeedFor(text, 0), mix.SeedFor(text, 1));
}

}  // namespace netsmith::graph
