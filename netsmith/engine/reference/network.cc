#include "netsmith/engine/reference/network.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "netsmith/base/random.h"

namespace netsmith::engine::reference {
namespace {

/// Sizes of an operation's parameter tensors.
using Sizes = std::vector<std::int64_t>;
Sizes ParamSizes(const graph::Conv& conv, SampleShape src) {
  const std::int64_t window = conv.kernel_height * conv.kernel_width;
  Sizes sizes = {window * src.channels / conv.groups * conv.filters};
  if (conv.bias) sizes.push_back(conv.filters);
  return sizes;
}
Sizes ParamSizes(const graph::BatchNorm&, SampleShape src) { return {src.channels, src.channels}; }
Sizes ParamSizes(const graph::SqueezeExcite& gate, SampleShape src) {
  return {src.channels * gate.units, gate.units, gate.units * src.channels, src.channels};
}
Sizes ParamSizes(const graph::Dense& dense, SampleShape src) {
  return {src.channels * dense.units, dense.units};
}
template <typename WithoutParams>
Sizes ParamSizes(const WithoutParams&, SampleShape) {
  return {};
}

void AddTo(Values& sum, const Values& values) {
  sum.resize(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) sum[i] += values[i];
}

}  // namespace

/// A mini-batch on its way through the network and back.
struct Network::Pass {
  const Network& net;
  std::uint64_t dropout_seed = 0;
  bool training = true;
  std::vector<Statistics> statistics = {};  // of the batch norms so far, or given
  std::size_t norms_seen = 0;
  std::vector<int> norm_of_node = {};
  std::vector<ValuesList> values = {};  // [node][sample]
  std::vector<ValuesList> diffs = {};   // likewise
  ValuesList gradients = {};

  std::size_t count() const { return values[0].size(); }
  const graph::Node& node(int i) const { return net.graph_.nodes[i]; }
  const ValuesList& src(int i, int input = 0) const { return values[node(i).inputs[input]]; }
  SampleShape src_shape(int i, int input = 0) const {
    return net.infos_[node(i).inputs[input]].shape;
  }
  std::span<const Values> params(int i) const {
    return std::span(net.params_).subspan(net.first_param_[i]);
  }
  std::uint64_t mask_seed(int i, std::size_t sample) const {
    return base::RandomStreams(dropout_seed).SeedFor(node(i).name, sample);
  }

  /// Applies `function` to each sample of node i's first input.
  template <typename Function>
  ValuesList Each(int i, Function function) const {
    ValuesList result;
    for (const Values& sample : src(i)) result.push_back(function(sample));
    return result;
  }

  ValuesList Forward(int i, const graph::Input&) { return values[i]; }
  ValuesList Forward(int i, const graph::Conv& conv) {
    return Each(i, [&](const Values& x) {
      return ConvForward(conv, src_shape(i), x, params(i).first(conv.bias ? 2 : 1));
    });
  }
  ValuesList Forward(int i, const graph::MaxPool& pool) {
    return Each(i, [&](const Values& x) { return MaxPoolForward(pool, src_shape(i), x); });
  }
  ValuesList Forward(int i, const graph::AvgPool& pool) {
    return Each(i, [&](const Values& x) { return AvgPoolForward(pool, src_shape(i), x); });
  }
  ValuesList Forward(int i, const graph::GlobalAvgPool&) {
    return Forward(i, GlobalPool(src_shape(i)));
  }
  ValuesList Forward(int i, const graph::BatchNorm& norm) {
    if (training) statistics.push_back(BatchStatistics(src_shape(i).channels, src(i)));
    norm_of_node[i] = static_cast<int>(norms_seen++);
    return BatchNormForward(norm, statistics[norm_of_node[i]], src(i), params(i).first(2));
  }
  ValuesList Forward(int i, const graph::Activation& activation) {
    return Each(i, [&](const Values& x) { return ActivationForward(activation, x); });
  }
  ValuesList Forward(int i, const graph::Add&) {
    ValuesList sum = src(i);
    for (std::size_t input = 1; input < node(i).inputs.size(); ++input) {
      for (std::size_t n = 0; n < count(); ++n) AddTo(sum[n], src(i, static_cast<int>(input))[n]);
    }
    return sum;
  }
  ValuesList Forward(int i, const graph::Concat&) {
    ValuesList joined(count());
    const SampleShape shape = net.infos_[i].shape;
    for (std::size_t n = 0; n < count(); ++n) {
      for (std::int64_t position = 0; position < shape.height * shape.width; ++position) {
        for (const int input : node(i).inputs) {
          const std::int64_t channels = net.infos_[input].shape.channels;
          const auto from = values[input][n].begin() + position * channels;
          joined[n].insert(joined[n].end(), from, from + channels);
        }
      }
    }
    return joined;
  }
  ValuesList Forward(int i, const graph::SqueezeExcite&) {
    return Each(i, [&](const Values& x) {
      return SqueezeExciteForward(src_shape(i), x, params(i).first(4));
    });
  }
  ValuesList Forward(int i, const graph::Dropout& dropout) {
    ValuesList dst = src(i);
    for (std::size_t n = 0; training && n < dst.size(); ++n) {
      dst[n] = ApplyDropout(dropout.rate_percent / 100, mask_seed(i, n), dst[n]);
    }
    return dst;
  }
  ValuesList Forward(int i, const graph::Flatten&) { return src(i); }
  ValuesList Forward(int i, const graph::Dense&) {
    return Each(i, [&](const Values& x) { return DenseForward(x, params(i).first(2)); });
  }

  void GiveTo(int i, std::size_t sample, const Values& diff_src, int input = 0) {
    AddTo(diffs[node(i).inputs[input]][sample], diff_src);
  }
  void AddGradients(int i, const ValuesList& of_params) {
    for (std::size_t p = 0; p < of_params.size(); ++p) {
      AddTo(gradients[net.first_param_[i] + p], of_params[p]);
    }
  }
  /// Calls `function` with each sample's number; it returns that sample's Gradients.
  template <typename Function>
  void EachBack(int i, Function function) {
    for (std::size_t n = 0; n < count(); ++n) {
      const Gradients diff = function(n);
      GiveTo(i, n, diff.src);
      AddGradients(i, diff.params);
    }
  }

  void Backward(int, const graph::Input&) {}
  void Backward(int i, const graph::Conv& conv) {
    EachBack(i, [&](std::size_t n) {
      return ConvBackward(conv, src_shape(i), src(i)[n], params(i).first(conv.bias ? 2 : 1),
                          diffs[i][n]);
    });
  }
  void Backward(int i, const graph::MaxPool& pool) {
    EachBack(i, [&](std::size_t n) -> Gradients {
      return {.src = MaxPoolBackward(pool, src_shape(i), src(i)[n], diffs[i][n])};
    });
  }
  void Backward(int i, const graph::AvgPool& pool) {
    EachBack(i, [&](std::size_t n) -> Gradients {
      return {.src = AvgPoolBackward(pool, src_shape(i), diffs[i][n])};
    });
  }
  void Backward(int i, const graph::GlobalAvgPool&) { Backward(i, GlobalPool(src_shape(i))); }
  void Backward(int i, const graph::BatchNorm& norm) {
    const BatchGradients diff =
        BatchNormBackward(norm, statistics[norm_of_node[i]], src(i), params(i).first(2), diffs[i]);
    for (std::size_t n = 0; n < count(); ++n) GiveTo(i, n, diff.src[n]);
    AddGradients(i, diff.params);
  }
  void Backward(int i, const graph::Activation& activation) {
    EachBack(i, [&](std::size_t n) -> Gradients {
      return {.src = ActivationBackward(activation, src(i)[n], diffs[i][n])};
    });
  }
  void Backward(int i, const graph::Add&) {
    for (int input = 0; input < std::ssize(node(i).inputs); ++input) {
      for (std::size_t n = 0; n < count(); ++n) GiveTo(i, n, diffs[i][n], input);
    }
  }
  void Backward(int i, const graph::Concat&) {
    const SampleShape shape = net.infos_[i].shape;
    std::int64_t first = 0;
    for (int input = 0; input < std::ssize(node(i).inputs); ++input) {
      const std::int64_t channels = src_shape(i, input).channels;
      for (std::size_t n = 0; n < count(); ++n) {
        Values part;
        for (std::int64_t position = 0; position < shape.height * shape.width; ++position) {
          const auto from = diffs[i][n].begin() + position * shape.channels + first;
          part.insert(part.end(), from, from + channels);
        }
        GiveTo(i, n, part, input);
      }
      first += channels;
    }
  }
  void Backward(int i, const graph::SqueezeExcite&) {
    EachBack(i, [&](std::size_t n) {
      return SqueezeExciteBackward(src_shape(i), src(i)[n], params(i).first(4), diffs[i][n]);
    });
  }
  void Backward(int i, const graph::Dropout& dropout) {
    EachBack(i, [&](std::size_t n) -> Gradients {
      return {.src = ApplyDropout(dropout.rate_percent / 100, mask_seed(i, n), diffs[i][n])};
    });
  }
  void Backward(int i, const graph::Flatten&) {
    EachBack(i, [&](std::size_t n) -> Gradients { return {.src = diffs[i][n]}; });
  }
  void Backward(int i, const graph::Dense&) {
    EachBack(i, [&](std::size_t n) {
      return DenseBackward(src(i)[n], params(i).first(2), diffs[i][n]);
    });
  }

  void RunForward(std::span<const double> src) {
    const auto size = static_cast<std::size_t>(net.graph_.input.size());
    ValuesList& batch = values.emplace_back();
    for (std::size_t first = 0; first < src.size(); first += size) {
      const auto sample = src.subspan(first, size);
      batch.emplace_back(sample.begin(), sample.end());
    }
    const int num_nodes = static_cast<int>(net.graph_.nodes.size());
    norm_of_node.assign(num_nodes, -1);
    for (int i = 1; i < num_nodes; ++i) {
      values.push_back(std::visit([&](const auto& op) { return Forward(i, op); }, node(i).op));
    }
  }

  /// From the gradient by the logits, in diffs.back().
  void RunBackward() {
    for (int i = static_cast<int>(net.graph_.nodes.size()) - 1; i > 0; --i) {
      if (diffs[i][0].empty()) continue;  // leads nowhere
      std::visit([&](const auto& op) { Backward(i, op); }, node(i).op);
    }
  }
};

Network::Network(const graph::Graph& graph) : graph_(graph), infos_(graph::Analyze(graph)) {
  for (const graph::Node& node : graph_.nodes) {
    first_param_.push_back(static_cast<int>(params_.size()));
    if (node.inputs.empty()) continue;
    const SampleShape src = infos_[node.inputs[0]].shape;
    for (const std::int64_t size :
         std::visit([&](const auto& op) { return ParamSizes(op, src); }, node.op)) {
      params_.emplace_back(size);
    }
  }
}

Network::Result Network::ForwardBackward(std::span<const double> src,
                                         std::span<const std::int32_t> labels,
                                         std::uint64_t dropout_seed, double label_smoothing) const {
  Pass pass{.net = *this, .dropout_seed = dropout_seed};
  pass.RunForward(src);
  for (const Values& param : params_) pass.gradients.emplace_back(param.size());
  pass.diffs.assign(graph_.nodes.size(), ValuesList(labels.size()));
  Result result{.logits = pass.values.back()};
  const double scale = 1.0 / static_cast<double>(labels.size());
  for (std::size_t n = 0; n < labels.size(); ++n) {
    result.loss += scale * SoftmaxLoss(result.logits[n], labels[n], label_smoothing, scale,
                                       pass.diffs.back()[n]);
  }
  pass.RunBackward();
  result.gradients = std::move(pass.gradients);
  result.diff_src = std::move(pass.diffs[0]);
  result.statistics = std::move(pass.statistics);
  return result;
}

ValuesList Network::Infer(std::span<const double> src,
                          std::span<const Statistics> statistics) const {
  Pass pass{.net = *this, .training = false, .statistics = {statistics.begin(), statistics.end()}};
  pass.RunForward(src);
  return pass.values.back();
}

}  // namespace netsmith::engine::reference
