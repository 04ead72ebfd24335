#include "netsmith/engine/reference/ops.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace netsmith::engine::reference {
namespace {

/// Calls visit(src_index, y, x, h, w) for every position of the image under every element of a SAME
/// window: (y, x) is the output position, (h, w) the element.
template <typename Visit>
void ForEachTap(SampleShape shape, std::int64_t kh, std::int64_t kw, Visit visit) {
  for (std::int64_t y = 0; y < shape.height; ++y) {
    for (std::int64_t x = 0; x < shape.width; ++x) {
      for (std::int64_t h = 0; h < kh; ++h) {
        for (std::int64_t w = 0; w < kw; ++w) {
          const std::int64_t sy = y + h - (kh - 1) / 2;
          const std::int64_t sx = x + w - (kw - 1) / 2;
          if (sy < 0 || sy >= shape.height || sx < 0 || sx >= shape.width) continue;
          visit(sy * shape.width + sx, y * shape.width + x, h * kw + w);
        }
      }
    }
  }
}

/// The index in `src` of each output's maximum, the first of equals.
std::vector<std::int64_t> Winners(const graph::MaxPool& pool, SampleShape shape,
                                  const Values& src) {
  const std::int64_t channels = shape.channels;
  std::vector<std::int64_t> winners(src.size(), -1);
  ForEachTap(shape, pool.window_height, pool.window_width,
             [&](std::int64_t from, std::int64_t to, std::int64_t) {
               for (std::int64_t c = 0; c < channels; ++c) {
                 std::int64_t& winner = winners[to * channels + c];
                 const std::int64_t candidate = from * channels + c;
                 if (winner < 0 || src[candidate] > src[winner]) winner = candidate;
               }
             });
  return winners;
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
                   const Values& weights, const Values& bias) {
  const std::int64_t ic = src_shape.channels, oc = conv.filters;
  Values dst(src_shape.height * src_shape.width * oc);
  for (std::size_t i = 0; i < dst.size(); ++i) dst[i] = bias[i % oc];
  ForEachTap(src_shape, conv.kernel_height, conv.kernel_width,
             [&](std::int64_t from, std::int64_t to, std::int64_t tap) {
               for (std::int64_t c = 0; c < ic; ++c) {
                 for (std::int64_t o = 0; o < oc; ++o) {
                   dst[to * oc + o] += src[from * ic + c] * weights[(tap * ic + c) * oc + o];
                 }
               }
             });
  return dst;
}

Gradients ConvBackward(const graph::Conv& conv, SampleShape src_shape, const Values& src,
                       const Values& weights, const Values& diff_dst) {
  const std::int64_t ic = src_shape.channels, oc = conv.filters;
  Gradients diff{.src = Values(src.size()), .weights = Values(weights.size()), .bias = Values(oc)};
  for (std::size_t i = 0; i < diff_dst.size(); ++i) diff.bias[i % oc] += diff_dst[i];
  ForEachTap(src_shape, conv.kernel_height, conv.kernel_width,
             [&](std::int64_t from, std::int64_t to, std::int64_t tap) {
               for (std::int64_t c = 0; c < ic; ++c) {
                 for (std::int64_t o = 0; o < oc; ++o) {
                   const std::int64_t weight = (tap * ic + c) * oc + o;
                   diff.src[from * ic + c] += diff_dst[to * oc + o] * weights[weight];
                   diff.weights[weight] += diff_dst[to * oc + o] * src[from * ic + c];
                 }
               }
             });
  return diff;
}

Values MaxPoolForward(const graph::MaxPool& pool, SampleShape shape, const Values& src) {
  Values dst;
  for (const std::int64_t winner : Winners(pool, shape, src)) dst.push_back(src[winner]);
  return dst;
}

Gradients MaxPoolBackward(const graph::MaxPool& pool, SampleShape shape, const Values& src,
                          const Values& diff_dst) {
  Gradients diff{.src = Values(src.size())};
  const std::vector<std::int64_t> winners = Winners(pool, shape, src);
  for (std::size_t i = 0; i < winners.size(); ++i) diff.src[winners[i]] += diff_dst[i];
  return diff;
}

Values ReluForward(const Values& src) {
  Values dst;
  for (const double value : src) dst.push_back(std::max(value, 0.0));
  return dst;
}

Gradients ReluBackward(const Values& src, const Values& diff_dst) {
  Gradients diff{.src = diff_dst};
  for (std::size_t i = 0; i < src.size(); ++i) {
    if (!(src[i] > 0)) diff.src[i] = 0;
  }
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

Values DenseForward(const Values& src, const Values& weights, const Values& bias) {
  Values dst = bias;
  for (std::size_t i = 0; i < src.size(); ++i) {
    for (std::size_t u = 0; u < bias.size(); ++u) dst[u] += src[i] * weights[i * bias.size() + u];
  }
  return dst;
}

Gradients DenseBackward(const Values& src, const Values& weights, const Values& diff_dst) {
  const std::size_t units = diff_dst.size();
  Gradients diff{.src = Values(src.size()), .weights = Values(weights.size()), .bias = diff_dst};
  for (std::size_t i = 0; i < src.size(); ++i) {
    for (std::size_t u = 0; u < units; ++u) {
      diff.src[i] += diff_dst[u] * weights[i * units + u];
      diff.weights[i * units + u] = diff_dst[u] * src[i];
    }
  }
  return diff;
}

double SoftmaxLoss(const Values& logits, std::int32_t label, double scale, Values& diff_logits) {
  const double largest = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (const double logit : logits) sum += std::exp(logit - largest);
  diff_logits.clear();
  for (const double logit : logits) diff_logits.push_back(scale * std::exp(logit - largest) / sum);
  diff_logits[label] -= scale;
  return std::log(sum) - (logits[label] - largest);
}

}  // namespace netsmith::engine::reference
