#include "netsmith/engine/reference/ops.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace netsmith::engine::reference {
namespace {

/// A window that slides over an image.
struct Sliding {
  SampleShape src;
  std::int64_t kh, kw, stride_h, stride_w, dilation_h, dilation_w;
  graph::Padding padding;

  graph::WindowAxis rows() const {
    return graph::AnalyzeAxis(src.height, kh, stride_h, dilation_h, padding);
  }
  graph::WindowAxis columns() const {
    return graph::AnalyzeAxis(src.width, kw, stride_w, dilation_w, padding);
  }
  std::int64_t dst_positions() const { return rows().size * columns().size; }

  /// Calls visit(from, to, tap): source position, output position and window element, all flat,
  /// wherever the element lies in the image.
  template <typename Visit>
  void ForEachTap(Visit visit) const {
    const graph::WindowAxis vertical = rows(), horizontal = columns();
    for (std::int64_t y = 0; y < vertical.size; ++y) {
      for (std::int64_t x = 0; x < horizontal.size; ++x) {
        for (std::int64_t h = 0; h < kh; ++h) {
          for (std::int64_t w = 0; w < kw; ++w) {
            const std::int64_t sy = y * stride_h + h * dilation_h - vertical.before;
            const std::int64_t sx = x * stride_w + w * dilation_w - horizontal.before;
            if (sy < 0 || sy >= src.height || sx < 0 || sx >= src.width) continue;
            visit(sy * src.width + sx, y * horizontal.size + x, h * kw + w);
          }
        }
      }
    }
  }
};

Sliding Over(SampleShape src, const graph::Conv& c) {
  return {src,
          c.kernel_height,
          c.kernel_width,
          c.stride_height,
          c.stride_width,
          c.dilation_height,
          c.dilation_width,
          c.padding};
}
template <typename Pool>
Sliding OverPool(SampleShape src, const Pool& p) {
  return {src, p.window_height, p.window_width, p.stride_height, p.stride_width, 1, 1, p.padding};
}

/// The index in `src` of each output's maximum, the first of equals.
std::vector<std::int64_t> Winners(const graph::MaxPool& pool, SampleShape shape,
                                  const Values& src) {
  const std::int64_t channels = shape.channels;
  const Sliding sliding = OverPool(shape, pool);
  std::vector<std::int64_t> winners(sliding.dst_positions() * channels, -1);
  sliding.ForEachTap([&](std::int64_t from, std::int64_t to, std::int64_t) {
    for (std::int64_t c = 0; c < channels; ++c) {
      std::int64_t& winner = winners[to * channels + c];
      const std::int64_t candidate = from * channels + c;
      if (winner < 0 || src[candidate] > src[winner]) winner = candidate;
    }
  });
  return winners;
}

/// Calls visit(src element, dst element, weight) for every product of a convolution.
template <typename Visit>
void ForEachProduct(const graph::Conv& conv, SampleShape src, Visit visit) {
  const std::int64_t ic = src.channels / conv.groups, oc = conv.filters / conv.groups;
  Over(src, conv).ForEachTap([&](std::int64_t from, std::int64_t to, std::int64_t tap) {
    for (std::int64_t o = 0; o < conv.filters; ++o) {
      const std::int64_t group = o / oc;
      for (std::int64_t c = 0; c < ic; ++c) {
        visit(from * src.channels + group * ic + c, to * conv.filters + o,
              (tap * ic + c) * conv.filters + o);
      }
    }
  });
}

/// How many elements of the image each output's window covers.
std::vector<double> Counts(const Sliding& sliding) {
  std::vector<double> counts(sliding.dst_positions());
  sliding.ForEachTap([&](std::int64_t, std::int64_t to, std::int64_t) { ++counts[to]; });
  return counts;
}

double Sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

double Activate(graph::Activation::Kind kind, double x) {
  using Kind = graph::Activation::Kind;
  switch (kind) {
    case Kind::kRelu:
      return std::max(x, 0.0);
    case Kind::kRelu6:
      return std::clamp(x, 0.0, 6.0);
    case Kind::kSilu:
      return x * Sigmoid(x);
    case Kind::kHardSwish:
      return x * std::clamp(x + 3, 0.0, 6.0) / 6;
  }
  return x;
}

double Slope(graph::Activation::Kind kind, double x) {
  using Kind = graph::Activation::Kind;
  switch (kind) {
    case Kind::kRelu:
      return x > 0 ? 1 : 0;
    case Kind::kRelu6:
      return x > 0 && x < 6 ? 1 : 0;
    case Kind::kSilu:
      return Sigmoid(x) * (1 + x * (1 - Sigmoid(x)));
    case Kind::kHardSwish:
      return x <= -3 ? 0 : x >= 3 ? 1 : (2 * x + 3) / 6;
  }
  return 1;
}

/// What squeeze-and-excite computes on the way.
struct Gate {
  Values means, hidden, gates;
};
Gate MakeGate(SampleShape shape, const Values& src, std::span<const Values> params) {
  Gate gate;
  gate.means = AvgPoolForward(GlobalPool(shape), shape, src);
  gate.hidden = ActivationForward({}, DenseForward(gate.means, params.first(2)));
  for (const double x : DenseForward(gate.hidden, params.last(2))) gate.gates.push_back(Sigmoid(x));
  return gate;
}

/// C. Wellons' "lowbias32" of the index, keyed by the seed.
std::uint32_t Hash(std::uint32_t index, std::uint64_t seed) {
  std::uint32_t x = index + static_cast<std::uint32_t>(seed);
  x = (x ^ (x >> 16)) * 0x7feb352dU;
  x ^= static_cast<std::uint32_t>(seed >> 32);
  x = (x ^ (x >> 15)) * 0x846ca68bU;
  return x ^ (x >> 16);
}

}  // namespace

Values ConvForward(const graph::Conv& conv, SampleShape src_shape, const Values& src,
                   std::span<const Values> params) {
  Values dst(Over(src_shape, conv).dst_positions() * conv.filters);
  if (conv.bias) {
    for (std::size_t i = 0; i < dst.size(); ++i) dst[i] = params[1][i % conv.filters];
  }
  ForEachProduct(conv, src_shape, [&](std::int64_t from, std::int64_t to, std::int64_t weight) {
    dst[to] += src[from] * params[0][weight];
  });
  return dst;
}

Gradients ConvBackward(const graph::Conv& conv, SampleShape src_shape, const Values& src,
                       std::span<const Values> params, const Values& diff_dst) {
  Gradients diff{.src = Values(src.size()), .params = {Values(params[0].size())}};
  if (conv.bias) {
    Values& bias = diff.params.emplace_back(conv.filters);
    for (std::size_t i = 0; i < diff_dst.size(); ++i) bias[i % conv.filters] += diff_dst[i];
  }
  ForEachProduct(conv, src_shape, [&](std::int64_t from, std::int64_t to, std::int64_t weight) {
    diff.src[from] += diff_dst[to] * params[0][weight];
    diff.params[0][weight] += diff_dst[to] * src[from];
  });
  return diff;
}

Values MaxPoolForward(const graph::MaxPool& pool, SampleShape shape, const Values& src) {
  Values dst;
  for (const std::int64_t winner : Winners(pool, shape, src)) dst.push_back(src[winner]);
  return dst;
}

Values MaxPoolBackward(const graph::MaxPool& pool, SampleShape shape, const Values& src,
                       const Values& diff_dst) {
  Values diff(src.size());
  const std::vector<std::int64_t> winners = Winners(pool, shape, src);
  for (std::size_t i = 0; i < winners.size(); ++i) diff[winners[i]] += diff_dst[i];
  return diff;
}

Values AvgPoolForward(const graph::AvgPool& pool, SampleShape shape, const Values& src) {
  const std::int64_t channels = shape.channels;
  const Sliding sliding = OverPool(shape, pool);
  const std::vector<double> counts = Counts(sliding);
  Values dst(sliding.dst_positions() * channels);
  sliding.ForEachTap([&](std::int64_t from, std::int64_t to, std::int64_t) {
    for (std::int64_t c = 0; c < channels; ++c) {
      dst[to * channels + c] += src[from * channels + c] / counts[to];
    }
  });
  return dst;
}

Values AvgPoolBackward(const graph::AvgPool& pool, SampleShape shape, const Values& diff_dst) {
  const std::int64_t channels = shape.channels;
  const Sliding sliding = OverPool(shape, pool);
  const std::vector<double> counts = Counts(sliding);
  Values diff(shape.size());
  sliding.ForEachTap([&](std::int64_t from, std::int64_t to, std::int64_t) {
    for (std::int64_t c = 0; c < channels; ++c) {
      diff[from * channels + c] += diff_dst[to * channels + c] / counts[to];
    }
  });
  return diff;
}

graph::AvgPool GlobalPool(SampleShape src_shape) {
  return {.window_height = src_shape.height,
          .window_width = src_shape.width,
          .padding = graph::Padding::kValid};
}

Values ActivationForward(graph::Activation activation, const Values& src) {
  Values dst;
  for (const double value : src) dst.push_back(Activate(activation.kind, value));
  return dst;
}

Values ActivationBackward(graph::Activation activation, const Values& src, const Values& diff_dst) {
  Values diff = diff_dst;
  for (std::size_t i = 0; i < src.size(); ++i) diff[i] *= Slope(activation.kind, src[i]);
  return diff;
}

Values ApplyDropout(double rate, std::uint64_t seed, const Values& values) {
  Values result(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const bool keep = Hash(static_cast<std::uint32_t>(i), seed) >= std::floor(rate * 0x1p32);
    if (keep) result[i] = values[i] / (1 - rate);
  }
  return result;
}

Values DenseForward(const Values& src, std::span<const Values> params) {
  Values dst = params[1];
  for (std::size_t i = 0; i < src.size(); ++i) {
    for (std::size_t u = 0; u < dst.size(); ++u) dst[u] += src[i] * params[0][i * dst.size() + u];
  }
  return dst;
}

Gradients DenseBackward(const Values& src, std::span<const Values> params, const Values& diff_dst) {
  const std::size_t units = diff_dst.size();
  Gradients diff{.src = Values(src.size()), .params = {Values(params[0].size()), diff_dst}};
  for (std::size_t i = 0; i < src.size(); ++i) {
    for (std::size_t u = 0; u < units; ++u) {
      diff.src[i] += diff_dst[u] * params[0][i * units + u];
      diff.params[0][i * units + u] = diff_dst[u] * src[i];
    }
  }
  return diff;
}

Values SqueezeExciteForward(SampleShape shape, const Values& src, std::span<const Values> params) {
  const Gate gate = MakeGate(shape, src, params);
  Values dst = src;
  for (std::size_t i = 0; i < dst.size(); ++i) dst[i] *= gate.gates[i % shape.channels];
  return dst;
}

Gradients SqueezeExciteBackward(SampleShape shape, const Values& src,
                                std::span<const Values> params, const Values& diff_dst) {
  const Gate gate = MakeGate(shape, src, params);
  Values diff_src(src.size()), diff_gates(shape.channels);
  for (std::size_t i = 0; i < src.size(); ++i) {
    const std::size_t c = i % shape.channels;
    diff_src[i] = diff_dst[i] * gate.gates[c];
    diff_gates[c] += diff_dst[i] * src[i] * gate.gates[c] * (1 - gate.gates[c]);
  }
  Gradients expand = DenseBackward(gate.hidden, params.last(2), diff_gates);
  const Values diff_hidden = ActivationBackward({}, gate.hidden, expand.src);
  Gradients reduce = DenseBackward(gate.means, params.first(2), diff_hidden);
  const Values from_means = AvgPoolBackward(GlobalPool(shape), shape, reduce.src);
  for (std::size_t i = 0; i < src.size(); ++i) diff_src[i] += from_means[i];
  return {.src = std::move(diff_src),
          .params = {reduce.params[0], reduce.params[1], expand.params[0], expand.params[1]}};
}

Statistics BatchStatistics(std::int64_t channels, const ValuesList& batch) {
  Statistics statistics{Values(channels), Values(channels)};
  const std::size_t positions = batch.size() * (batch[0].size() / channels);
  const auto count = static_cast<double>(positions);
  for (const Values& sample : batch) {
    for (std::size_t i = 0; i < sample.size(); ++i) {
      statistics.mean[i % channels] += sample[i] / count;
    }
  }
  for (const Values& sample : batch) {
    for (std::size_t i = 0; i < sample.size(); ++i) {
      const double deviation = sample[i] - statistics.mean[i % channels];
      statistics.variance[i % channels] += deviation * deviation / count;
    }
  }
  return statistics;
}

ValuesList BatchNormForward(const graph::BatchNorm& norm, const Statistics& statistics,
                            const ValuesList& batch, std::span<const Values> params) {
  const std::size_t channels = statistics.mean.size();
  ValuesList dst = batch;
  for (Values& sample : dst) {
    for (std::size_t i = 0; i < sample.size(); ++i) {
      const std::size_t c = i % channels;
      const double root = std::sqrt(statistics.variance[c] + norm.epsilon);
      sample[i] = params[0][c] * (sample[i] - statistics.mean[c]) / root + params[1][c];
    }
  }
  return dst;
}

BatchGradients BatchNormBackward(const graph::BatchNorm& norm, const Statistics& statistics,
                                 const ValuesList& batch, std::span<const Values> params,
                                 const ValuesList& diff_dst) {
  const std::size_t channels = statistics.mean.size();
  const std::size_t positions = batch.size() * (batch[0].size() / channels);
  const auto count = static_cast<double>(positions);
  const auto root = [&](std::size_t c) { return std::sqrt(statistics.variance[c] + norm.epsilon); };
  const auto normal = [&](double x, std::size_t c) { return (x - statistics.mean[c]) / root(c); };
  BatchGradients diff{.src = diff_dst, .params = {Values(channels), Values(channels)}};
  for (std::size_t n = 0; n < batch.size(); ++n) {
    for (std::size_t i = 0; i < batch[n].size(); ++i) {
      const std::size_t c = i % channels;
      diff.params[0][c] += diff_dst[n][i] * normal(batch[n][i], c);
      diff.params[1][c] += diff_dst[n][i];
    }
  }
  for (std::size_t n = 0; n < batch.size(); ++n) {
    for (std::size_t i = 0; i < batch[n].size(); ++i) {
      const std::size_t c = i % channels;
      const double along = diff.params[1][c] + normal(batch[n][i], c) * diff.params[0][c];
      diff.src[n][i] = params[0][c] / root(c) * (diff_dst[n][i] - along / count);
    }
  }
  return diff;
}

double SoftmaxLoss(const Values& logits, std::int32_t label, double smoothing, double scale,
                   Values& diff_logits) {
  const double largest = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (const double logit : logits) sum += std::exp(logit - largest);
  const auto classes = static_cast<double>(logits.size());
  double loss = 0;
  diff_logits.clear();
  for (std::size_t i = 0; i < logits.size(); ++i) {
    const double log_probability = logits[i] - largest - std::log(sum);
    const bool is_label = static_cast<std::int32_t>(i) == label;
    const double target = smoothing / classes + (is_label ? 1 - smoothing : 0);
    loss -= target * log_probability;
    diff_logits.push_back(scale * (std::exp(log_probability) - target));
  }
  return loss;
}

}  // namespace netsmith::engine::reference
