#include "netsmith/engine/reference/network.h"

#include "netsmith/base/random.h"

namespace netsmith::engine::reference {

/// One sample on its way through the network and back.
struct Network::Pass {
  const Network& net;
  std::uint64_t dropout_seed;
  std::uint64_t sample;
  std::vector<Values> values;  // a node each

  const graph::Node& node(int i) const { return net.graph_.nodes[i]; }
  const Values& src(int i) const { return values[node(i).inputs[0]]; }
  SampleShape src_shape(int i) const { return net.infos_[node(i).inputs[0]].shape; }
  const Values& weights(int i) const { return net.params_[net.first_param_[i]]; }
  const Values& bias(int i) const { return net.params_[net.first_param_[i] + 1]; }
  std::uint64_t mask_seed(int i) const {
    return base::RandomStreams(dropout_seed).SeedFor(node(i).name, sample);
  }

  Values Forward(int, const graph::Input&) const { return values[0]; }
  Values Forward(int i, const graph::Conv& conv) const {
    return ConvForward(conv, src_shape(i), src(i), weights(i), bias(i));
  }
  Values Forward(int i, const graph::MaxPool& pool) const {
    return MaxPoolForward(pool, src_shape(i), src(i));
  }
  Values Forward(int i, const graph::Relu&) const { return ReluForward(src(i)); }
  Values Forward(int i, const graph::Dropout& dropout) const {
    return ApplyDropout(dropout.rate_percent / 100, mask_seed(i), src(i));
  }
  Values Forward(int i, const graph::Flatten&) const { return src(i); }
  Values Forward(int i, const graph::Dense&) const {
    return DenseForward(src(i), weights(i), bias(i));
  }

  Gradients Backward(int, const graph::Input&, const Values& diff) const { return {.src = diff}; }
  Gradients Backward(int i, const graph::Conv& conv, const Values& diff) const {
    return ConvBackward(conv, src_shape(i), src(i), weights(i), diff);
  }
  Gradients Backward(int i, const graph::MaxPool& pool, const Values& diff) const {
    return MaxPoolBackward(pool, src_shape(i), src(i), diff);
  }
  Gradients Backward(int i, const graph::Relu&, const Values& diff) const {
    return ReluBackward(src(i), diff);
  }
  Gradients Backward(int i, const graph::Dropout& dropout, const Values& diff) const {
    return {.src = ApplyDropout(dropout.rate_percent / 100, mask_seed(i), diff)};
  }
  Gradients Backward(int, const graph::Flatten&, const Values& diff) const { return {.src = diff}; }
  Gradients Backward(int i, const graph::Dense&, const Values& diff) const {
    return DenseBackward(src(i), weights(i), diff);
  }
};

namespace {

void AddTo(Values& sum, const Values& values) {
  sum.resize(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) sum[i] += values[i];
}

}  // namespace

Network::Network(const graph::Graph& graph) : graph_(graph), infos_(graph::Analyze(graph)) {
  for (const graph::NodeInfo& info : infos_) {
    if (info.params == 0) {
      first_param_.push_back(-1);
      continue;
    }
    first_param_.push_back(static_cast<int>(params_.size()));
    const std::int64_t bias = info.shape.channels;
    params_.emplace_back(info.params - bias);
    params_.emplace_back(bias);
  }
}

Network::Result Network::ForwardBackward(std::span<const double> src,
                                         std::span<const std::int32_t> labels,
                                         std::uint64_t dropout_seed) const {
  const int num_nodes = static_cast<int>(graph_.nodes.size());
  const std::size_t sample_size = graph_.input.size();
  Result result;
  for (const Values& param : params_) result.gradients.emplace_back(param.size());
  for (std::size_t sample = 0; sample < labels.size(); ++sample) {
    const auto from = src.subspan(sample * sample_size, sample_size);
    Pass pass{*this, dropout_seed, sample, {}};
    pass.values.emplace_back(from.begin(), from.end());
    for (int i = 1; i < num_nodes; ++i) {
      pass.values.push_back(
          std::visit([&](const auto& op) { return pass.Forward(i, op); }, graph_.nodes[i].op));
    }
    result.logits.push_back(pass.values.back());
    std::vector<Values> diffs(num_nodes);
    const double scale = 1.0 / static_cast<double>(labels.size());
    result.loss += scale * SoftmaxLoss(pass.values.back(), labels[sample], scale, diffs.back());
    for (int i = num_nodes - 1; i > 0; --i) {
      if (diffs[i].empty()) continue;
      const Gradients diff = std::visit(
          [&](const auto& op) { return pass.Backward(i, op, diffs[i]); }, graph_.nodes[i].op);
      AddTo(diffs[graph_.nodes[i].inputs[0]], diff.src);
      if (first_param_[i] < 0) continue;
      AddTo(result.gradients[first_param_[i]], diff.weights);
      AddTo(result.gradients[first_param_[i] + 1], diff.bias);
    }
    result.diff_src.push_back(diffs[0]);
  }
  return result;
}

}  // namespace netsmith::engine::reference
