#include "netsmith/model/network.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <utility>
#include <variant>

#include "netsmith/model/model.h"

namespace netsmith::model {
namespace {

/// Builds the new network node by node.
class Folding {
 public:
  explicit Folding(const Network& network)
      : old_(network), tensors_(TensorsOfNodes(network)), num_readers_(network.graph.nodes.size()) {
    for (const graph::Node& node : old_.graph.nodes) {
      if (WithoutEffect(node.op)) continue;
      for (const int input : node.inputs) ++num_readers_[Source(input)];
    }
  }

  Network Run() && {
    result_.graph.input = old_.graph.input;
    for (int i = 0; i < std::ssize(old_.graph.nodes); ++i) {
      const graph::Node& node = old_.graph.nodes[i];
      if (WithoutEffect(node.op)) {
        place_.push_back(place_[node.inputs[0]]);
      } else if (const auto* norm = std::get_if<graph::BatchNorm>(&node.op);
                 norm != nullptr && CanTakeIn(node.inputs[0])) {
        place_.push_back(place_[node.inputs[0]]);
        Fold(*norm, tensors_[i], place_.back());
      } else {
        Copy(i);
      }
    }
    for (auto& params : params_) std::ranges::move(params, Back(result_.weights.params));
    for (auto& averages : averages_) {
      std::ranges::move(averages, Back(result_.weights.running_averages));
    }
    return std::move(result_);
  }

 private:
  using TensorList = std::vector<std::vector<float>>;
  static std::back_insert_iterator<TensorList> Back(TensorList& list) {
    return std::back_inserter(list);
  }
  static bool WithoutEffect(const graph::Op& op) {
    return graph::HasNoEffect(op) || std::holds_alternative<graph::Dropout>(op);
  }
  /// The node that makes what `node` hands on.
  int Source(int node) const {
    while (WithoutEffect(old_.graph.nodes[node].op)) node = old_.graph.nodes[node].inputs[0];
    return node;
  }

  bool CanTakeIn(int input) const {
    const graph::Op& op = result_.graph.nodes[place_[input]].op;
    const bool is_linear =
        std::holds_alternative<graph::Conv>(op) || std::holds_alternative<graph::Dense>(op);
    return is_linear && num_readers_[Source(input)] == 1;
  }

  void Copy(int index) {
    graph::Node node = old_.graph.nodes[index];
    for (int& input : node.inputs) input = place_[input];
    place_.push_back(static_cast<int>(result_.graph.nodes.size()));
    result_.graph.nodes.push_back(std::move(node));
    const NodeTensors& tensors = tensors_[index];
    params_.emplace_back(tensors.params.begin(), tensors.params.end());
    averages_.emplace_back(tensors.running_averages.begin(), tensors.running_averages.end());
  }

  /// `node` is of the new network. The last dimension of its weights is the channel.
  void Fold(const graph::BatchNorm& norm, const NodeTensors& tensors, int node) {
    TensorList& params = params_[node];
    const std::size_t channels = tensors.params[0].size();
    if (params.size() == 1) params.emplace_back(channels, 0.0f);
    if (auto* conv = std::get_if<graph::Conv>(&result_.graph.nodes[node].op)) conv->bias = true;
    std::vector<double> scale(channels);
    for (std::size_t c = 0; c < channels; ++c) {
      const double mean = tensors.running_averages[0][c];
      const double variance = tensors.running_averages[1][c];
      scale[c] = tensors.params[0][c] / std::sqrt(variance + norm.epsilon);
      params[1][c] =
          static_cast<float>((params[1][c] - mean) * scale[c] + double{tensors.params[1][c]});
    }
    for (std::size_t i = 0; i < params[0].size(); ++i) {
      params[0][i] = static_cast<float>(params[0][i] * scale[i % channels]);
    }
  }

  const Network& old_;
  const std::vector<NodeTensors> tensors_;
  std::vector<int> num_readers_;  // of each old node
  std::vector<int> place_;        // where each old node's output is made in the new network
  Network result_;
  std::vector<TensorList> params_, averages_;  // of each new node
};

}  // namespace

std::vector<NodeTensors> TensorsOfNodes(const Network& network) {
  const std::vector<graph::NodeInfo> infos = graph::Analyze(network.graph);
  Tensors params = network.weights.params, averages = network.weights.running_averages;
  const auto take = [](Tensors& from, std::size_t count) {
    const Tensors taken = from.first(count);
    from = from.subspan(count);
    return taken;
  };
  std::vector<NodeTensors> tensors;
  for (const graph::Node& node : network.graph.nodes) {
    const TensorSizes sizes =
        node.inputs.empty() ? TensorSizes{} : SizesOf(node.op, infos[node.inputs[0]].shape);
    tensors.push_back(
        {take(params, sizes.params.size()), take(averages, sizes.running_averages.size())});
  }
  return tensors;
}

Network ForInference(const Network& network) { return Folding(network).Run(); }

}  // namespace netsmith::model
