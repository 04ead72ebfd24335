#include "netsmith/engine/lower.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "netsmith/engine/ops/ops.h"

namespace netsmith::engine {
namespace {

using graph::Activation;

bool IsRelu(const graph::Op& op) {
  const auto* activation = std::get_if<Activation>(&op);
  return activation != nullptr && activation->kind == Activation::Kind::kRelu;
}

/// The graph without nodes that change nothing or lead nowhere: who reads whom.
struct Needed {
  explicit Needed(const graph::Graph& whole) : graph(whole), readers(whole.nodes.size()) {
    const int num_nodes = static_cast<int>(graph.nodes.size());
    std::vector<bool> is_needed(graph.nodes.size(), false);
    is_needed[Source(num_nodes - 1)] = true;
    for (int i = num_nodes - 1; i > 0; --i) {
      if (!is_needed[i]) continue;
      for (const int input : graph.nodes[i].inputs) {
        is_needed[Source(input)] = true;
        readers[Source(input)].push_back(i);
      }
      nodes.push_back(i);
    }
    std::reverse(nodes.begin(), nodes.end());
  }

  /// The node that makes what `node` hands on.
  int Source(int node) const {
    while (graph::HasNoEffect(graph.nodes[node].op)) node = graph.nodes[node].inputs[0];
    return node;
  }
  const graph::Op& op(int node) const { return graph.nodes[node].op; }

  /// True when nothing but a dense layer reads a flattened image, perhaps after ops that work in
  /// place: it can then stay where it is.
  bool OnlyDenseReads(int flatten) const {
    int node = flatten;
    while (readers[node].size() == 1) {
      node = readers[node][0];
      if (std::holds_alternative<graph::Dense>(op(node))) return true;
      if (!IsRelu(op(node)) && !std::holds_alternative<graph::Dropout>(op(node))) return false;
    }
    return false;
  }

  const graph::Graph& graph;
  std::vector<int> nodes = {};            // in order, without the input
  std::vector<std::vector<int>> readers;  // a node each
};

/// Makes the ops node by node. A tensor that several nodes read is forked as soon as it is made.
class Lowering {
 public:
  Lowering(const graph::Graph& graph, Precision precision, std::int64_t group)
      : graph_(graph),
        precision_(precision),
        group_(group),
        infos_(graph::Analyze(graph)),
        needed_(graph),
        outputs_(graph.nodes.size()),
        is_done_(graph.nodes.size(), false) {
    result_.input = graph.input;
  }

  LoweredGraph Run() && {
    GiveOut(0, 0);
    for (const int node : needed_.nodes) {
      if (is_done_[node]) continue;
      is_done_[node] = true;
      int maker = node;
      const int made =
          std::visit([&](const auto& op) { return Make(maker, op); }, graph_.nodes[node].op);
      GiveOut(maker, made);
    }
    return std::move(result_);
  }

 private:
  const std::string& Name(int node) const { return graph_.nodes[node].name; }
  SampleShape SrcShape(int node) const { return infos_[graph_.nodes[node].inputs[0]].shape; }

  /// The last op, if it made the tensor: only neighbours are sure to be in one phase, where one may
  /// hand over to the other what no other sees.
  Op* NeighbourThatMade(int tensor) {
    if (result_.ops.empty()) return nullptr;
    const LoweredOp& last = result_.ops.back();
    return std::ranges::find(last.dsts, tensor) != last.dsts.end() ? last.op.get() : nullptr;
  }

  /// Adds an op of one output; returns its tensor.
  int Add(std::unique_ptr<Op> op, std::vector<int> srcs) {
    const int dst = result_.num_tensors++;
    result_.ops.push_back({std::move(op), std::move(srcs), {dst}});
    return dst;
  }
  std::vector<int> Fork(const std::string& name, int tensor, SampleShape shape, int count) {
    std::vector<int> dsts;
    for (int i = 0; i < count; ++i) dsts.push_back(result_.num_tensors++);
    result_.ops.push_back({MakeForkOp(name + ".fork", shape, count), {tensor}, dsts});
    return dsts;
  }

  /// Hands what `node` made, in `tensor`, to those that read it.
  void GiveOut(int node, int tensor) {
    const auto count = static_cast<int>(needed_.readers[node].size());
    if (count > 1) {
      outputs_[node] = Fork(Name(node), tensor, infos_[node].shape, count);
    } else {
      outputs_[node] = {tensor};
    }
  }
  /// The tensor of one input: each reader takes one of its own.
  int Take(int node, std::size_t input = 0) {
    std::vector<int>& tensors = outputs_[needed_.Source(graph_.nodes[node].inputs[input])];
    const int tensor = tensors.back();
    tensors.pop_back();
    return tensor;
  }
  std::vector<int> TakeAll(int node) {
    std::vector<int> tensors;
    for (std::size_t i = 0; i < graph_.nodes[node].inputs.size(); ++i) {
      tensors.push_back(Take(node, i));
    }
    return tensors;
  }

  /// True when others read the node's first input too, and may want padding around it.
  bool IsForked(int node) const {
    return needed_.readers[needed_.Source(graph_.nodes[node].inputs[0])].size() > 1;
  }

  /// True when a ReLU alone reads what `node` made: both are then done as one, and `node` becomes
  /// the ReLU, whose output it is.
  bool TakeInRelu(int& node) {
    const std::vector<int>& readers = needed_.readers[node];
    if (readers.size() != 1 || !IsRelu(needed_.op(readers[0]))) return false;
    is_done_[readers[0]] = true;
    node = readers[0];
    return true;
  }

  int Make(int node, const graph::Input&) { return Take(node); }
  int Make(int& node, const graph::Conv& conv) {
    const int src = Take(node);
    const SampleShape shape = SrcShape(node);
    const std::string name = Name(node);
    const bool depthwise =
        conv.groups > 1 && conv.groups == shape.channels && conv.filters == conv.groups;
    const bool with_relu = TakeInRelu(node);
    auto op = depthwise ? MakeDepthwiseOp(name, conv, shape, with_relu)
                        : MakeConvOp(name, conv, shape, with_relu, precision_, group_);
    if (Op* const before = NeighbourThatMade(src)) HandBackTo(*before, *op);
    return Add(std::move(op), {src});
  }
  int Make(int node, const graph::MaxPool& pool) {
    const bool slides =
        pool.stride_height == 1 && pool.stride_width == 1 && pool.padding == graph::Padding::kSame;
    const auto make = slides ? MakeSlidingMaxPoolOp : MakeStridedMaxPoolOp;
    return Add(make(Name(node), pool, SrcShape(node)), {Take(node)});
  }
  int Make(int node, const graph::AvgPool& pool) {
    return Add(MakeAvgPoolOp(Name(node), pool, SrcShape(node)), {Take(node)});
  }
  int Make(int node, const graph::GlobalAvgPool&) {
    return Add(MakeGlobalAvgPoolOp(Name(node), SrcShape(node)), {Take(node)});
  }
  int Make(int& node, const graph::BatchNorm& norm) {
    const int src = Take(node);
    const SampleShape shape = SrcShape(node);
    const std::string name = Name(node);
    BatchNormOps ops =
        MakeBatchNormOps(name, norm, shape, TakeInRelu(node), NeighbourThatMade(src));
    const int seen = Add(std::move(ops.statistics), {src});
    return Add(std::move(ops.apply), {seen});
  }
  int Make(int node, const Activation& activation) {
    return Add(MakeActivationOp(Name(node), activation.kind, SrcShape(node)), {Take(node)});
  }
  int Make(int node, const graph::Add&) {
    const std::vector<int> srcs = TakeAll(node);
    return Add(MakeAddOp(Name(node), SrcShape(node), srcs.size()), srcs);
  }
  int Make(int node, const graph::Concat&) {
    std::vector<SampleShape> shapes;
    for (const int input : graph_.nodes[node].inputs) shapes.push_back(infos_[input].shape);
    return Add(MakeConcatOp(Name(node), shapes), TakeAll(node));
  }
  int Make(int node, const graph::SqueezeExcite& gate) {
    const std::string& name = Name(node);
    const SampleShape shape = SrcShape(node);
    const std::vector<int> image = Fork(name, Take(node), shape, 2);
    int means = Add(MakeGlobalAvgPoolOp(name + ".means", shape), {image[1]});
    means = Add(MakeDenseOp(name + ".reduce", {gate.units}, {1, 1, shape.channels}), {means});
    means =
        Add(MakeActivationOp(name + ".relu", Activation::Kind::kRelu, {1, 1, gate.units}), {means});
    means = Add(MakeDenseOp(name + ".expand", {shape.channels}, {1, 1, gate.units}), {means});
    return Add(MakeChannelGateOp(name, shape), {image[0], means});
  }
  int Make(int node, const graph::Dropout& dropout) {
    return Add(MakeDropoutOp(Name(node), dropout, SrcShape(node)), {Take(node)});
  }
  int Make(int node, const graph::Flatten&) {
    const SampleShape shape = SrcShape(node);
    const int src = Take(node);
    if (shape.height * shape.width == 1) return src;
    if (!IsForked(node) && needed_.OnlyDenseReads(node)) return src;
    return Add(MakeFlattenOp(Name(node), shape), {src});
  }
  int Make(int node, const graph::Dense& dense) {
    int src = Take(node);
    const SampleShape shape = SrcShape(node);
    if (IsForked(node)) src = Add(MakeFlattenOp(Name(node) + ".copy", shape), {src});
    return Add(MakeDenseOp(Name(node), dense, shape), {src});
  }

  const graph::Graph& graph_;
  const Precision precision_;
  const std::int64_t group_;
  const std::vector<graph::NodeInfo> infos_;
  const Needed needed_;
  LoweredGraph result_;
  std::vector<std::vector<int>> outputs_;  // tensors that nobody took yet, a node each
  std::vector<bool> is_done_;
};

}  // namespace

LoweredGraph Lower(const graph::Graph& graph, Precision precision, std::int64_t group) {
  return Lowering(graph, precision, group).Run();
}

}  // namespace netsmith::engine
