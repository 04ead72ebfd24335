#include "netsmith/engine/kernels/channels.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "netsmith/base/check.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "netsmith/engine/kernels/channels.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace netsmith::engine::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// Calls body(tag, i, j) for floats i … of the data, whose constants are at j … of a pattern: whole
/// vectors first, then single floats.
template <class Body>
void ForEach(std::int64_t n, std::int64_t channels, Body body) {
  const hn::CappedTag<float, 16> d;
  const hn::CappedTag<float, 1> one;
  const std::int64_t lanes = hn::MaxLanes(d);
  const std::int64_t period = ChannelPeriod(channels);
  std::int64_t i = 0;
  for (; i + period <= n; i += period) {
    for (std::int64_t j = 0; j < period; j += lanes) body(d, i + j, j);
  }
  std::int64_t j = 0;
  for (; i + j + lanes <= n; j += lanes) body(d, i + j, j);
  for (; i + j < n; ++j) body(one, i + j, j);
}

/// Two sums a channel of terms(tag, i, j), a pair. The vectors at one place of the period are added
/// up in registers, several at once to hide the adder's latency.
template <class Terms>
void SumPairs(std::int64_t n, std::int64_t channels, float* first, float* second, Terms terms) {
  constexpr int kAtOnce = 4;
  const hn::CappedTag<float, 16> d;
  const hn::CappedTag<float, 1> one;
  using V = hn::Vec<decltype(d)>;
  const std::int64_t lanes = hn::MaxLanes(d);
  const std::int64_t period = ChannelPeriod(channels);
  const std::int64_t whole = n / period * period;
  for (std::int64_t j = 0; j < period && whole > 0; j += lanes) {
    V a[kAtOnce], b[kAtOnce];
    for (int k = 0; k < kAtOnce; ++k) a[k] = b[k] = hn::Zero(d);
    const auto add = [&](int k, std::int64_t i) {
      const auto [term_a, term_b] = terms(d, i, j);
      a[k] = hn::Add(a[k], term_a);
      b[k] = hn::Add(b[k], term_b);
    };
    std::int64_t i = j;
    for (; i + (kAtOnce - 1) * period < whole; i += kAtOnce * period) {
#pragma GCC unroll 4
      for (int k = 0; k < kAtOnce; ++k) add(k, i + k * period);
    }
    for (; i < whole; i += period) add(0, i);
    HWY_ALIGN float sum_a[16];
    HWY_ALIGN float sum_b[16];
    hn::Store(hn::Add(hn::Add(a[0], a[1]), hn::Add(a[2], a[3])), d, sum_a);
    hn::Store(hn::Add(hn::Add(b[0], b[1]), hn::Add(b[2], b[3])), d, sum_b);
    for (std::int64_t lane = 0; lane < lanes; ++lane) {
      first[(j + lane) % channels] += sum_a[lane];
      second[(j + lane) % channels] += sum_b[lane];
    }
  }
  for (std::int64_t i = whole; i < n; ++i) {
    const auto [term_a, term_b] = terms(one, i, i - whole);
    first[i % channels] += hn::GetLane(term_a);
    second[i % channels] += hn::GetLane(term_b);
  }
}

/// sums[c] += Σ term(tag, i, j)
template <class Term>
void SumTerms(std::int64_t n, std::int64_t channels, float* sums, Term term) {
  constexpr int kAtOnce = 8;
  const hn::CappedTag<float, 16> d;
  const hn::CappedTag<float, 1> one;
  using V = hn::Vec<decltype(d)>;
  const std::int64_t lanes = hn::MaxLanes(d);
  const std::int64_t period = ChannelPeriod(channels);
  const std::int64_t whole = n / period * period;
  for (std::int64_t j = 0; j < period && whole > 0; j += lanes) {
    V sum[kAtOnce];
    for (V& part : sum) part = hn::Zero(d);
    std::int64_t i = j;
    for (; i + (kAtOnce - 1) * period < whole; i += kAtOnce * period) {
#pragma GCC unroll 8
      for (int k = 0; k < kAtOnce; ++k) sum[k] = hn::Add(sum[k], term(d, i + k * period, j));
    }
    for (; i < whole; i += period) sum[0] = hn::Add(sum[0], term(d, i, j));
    for (int k = kAtOnce / 2; k > 0; k /= 2) {
      for (int other = 0; other < k; ++other) sum[other] = hn::Add(sum[other], sum[other + k]);
    }
    HWY_ALIGN float lane_sums[16];
    hn::Store(sum[0], d, lane_sums);
    for (std::int64_t lane = 0; lane < lanes; ++lane)
      sums[(j + lane) % channels] += lane_sums[lane];
  }
  for (std::int64_t i = whole; i < n; ++i) {
    sums[i % channels] += hn::GetLane(term(one, i, i - whole));
  }
}

void Sums(std::int64_t n, std::int64_t channels, const float* values, float* sums) {
  SumTerms(n, channels, sums,
           [&](auto d, std::int64_t i, std::int64_t) { return hn::LoadU(d, values + i); });
}

void Squares(std::int64_t n, std::int64_t channels, const float* values, const float* mean,
             float* squares) {
  SumTerms(n, channels, squares, [&](auto d, std::int64_t i, std::int64_t j) {
    const auto deviation = hn::Sub(hn::LoadU(d, values + i), hn::LoadU(d, mean + j));
    return hn::Mul(deviation, deviation);
  });
}

void Products(std::int64_t n, std::int64_t channels, const float* a, const float* b,
              float* products) {
  SumTerms(n, channels, products, [&](auto d, std::int64_t i, std::int64_t) {
    return hn::Mul(hn::LoadU(d, a + i), hn::LoadU(d, b + i));
  });
}

void Scale(std::int64_t n, std::int64_t channels, const float* src, const float* scale,
           const float* shift, bool relu, float* dst) {
  ForEach(n, channels, [&](auto d, std::int64_t i, std::int64_t j) {
    const auto value =
        hn::MulAdd(hn::LoadU(d, src + i), hn::LoadU(d, scale + j), hn::LoadU(d, shift + j));
    hn::StoreU(relu ? hn::IfThenZeroElse(hn::Lt(value, hn::Zero(d)), value) : value, d, dst + i);
  });
}

void NormGradients(std::int64_t n, std::int64_t channels, const float* src,
                   const NormConstants& norm, bool relu, float* diff, float* sums,
                   float* products) {
  SumPairs(n, channels, sums, products, [&](auto d, std::int64_t i, std::int64_t j) {
    const auto x = hn::LoadU(d, src + i);
    auto gradient = hn::LoadU(d, diff + i);
    if (relu) {
      const auto value = hn::MulAdd(x, hn::LoadU(d, norm.scale + j), hn::LoadU(d, norm.shift + j));
      gradient = hn::IfThenElseZero(hn::Gt(value, hn::Zero(d)), gradient);
      hn::StoreU(gradient, d, diff + i);
    }
    const auto deviation = hn::Sub(x, hn::LoadU(d, norm.mean + j));
    return std::make_pair(gradient, hn::Mul(gradient, deviation));
  });
}

void NormBackward(std::int64_t n, std::int64_t channels, const float* src, const NormSlopes& slopes,
                  float* diff) {
  ForEach(n, channels, [&](auto d, std::int64_t i, std::int64_t j) {
    const auto deviation = hn::Sub(hn::LoadU(d, src + i), hn::LoadU(d, slopes.mean + j));
    const auto along_src =
        hn::MulAdd(deviation, hn::LoadU(d, slopes.along_src + j), hn::LoadU(d, slopes.offset + j));
    hn::StoreU(hn::MulAdd(hn::LoadU(d, diff + i), hn::LoadU(d, slopes.along_diff + j), along_src),
               d, diff + i);
  });
}

}  // namespace netsmith::engine::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace netsmith::engine::kernels {

HWY_EXPORT(Sums);
HWY_EXPORT(Squares);
HWY_EXPORT(Products);
HWY_EXPORT(Scale);
HWY_EXPORT(NormGradients);
HWY_EXPORT(NormBackward);

std::int64_t ChannelPeriod(std::int64_t channels) {
  constexpr std::int64_t kMostLanes = 16;
  NETSMITH_CHECK_LT(0, channels);
  return channels * (kMostLanes / std::gcd(channels, kMostLanes));
}

void RepeatChannels(std::int64_t channels, const float* values, float* pattern) {
  const std::int64_t period = ChannelPeriod(channels);
  for (std::int64_t j = 0; j < period; j += channels) std::copy_n(values, channels, pattern + j);
}

void AddChannelSums(std::int64_t n, std::int64_t channels, const float* values, float* sums) {
  HWY_DYNAMIC_DISPATCH(Sums)(n, channels, values, sums);
}

void AddChannelSquares(std::int64_t n, std::int64_t channels, const float* values,
                       const float* mean, float* squares) {
  HWY_DYNAMIC_DISPATCH(Squares)(n, channels, values, mean, squares);
}

void ScaleChannels(std::int64_t n, std::int64_t channels, const float* src, const float* scale,
                   const float* shift, bool relu, float* dst) {
  HWY_DYNAMIC_DISPATCH(Scale)(n, channels, src, scale, shift, relu, dst);
}

void AddNormGradients(std::int64_t n, std::int64_t channels, const float* src,
                      const NormConstants& norm, bool relu, float* diff, float* sums,
                      float* products) {
  HWY_DYNAMIC_DISPATCH(NormGradients)
  (n, channels, src, norm, relu, diff, sums, products);
}

void ApplyNormSlopes(std::int64_t n, std::int64_t channels, const float* src,
                     const NormSlopes& slopes, float* diff) {
  HWY_DYNAMIC_DISPATCH(NormBackward)(n, channels, src, slopes, diff);
}

void AddChannelProducts(std::int64_t n, std::int64_t channels, const float* a, const float* b,
                        float* products) {
  HWY_DYNAMIC_DISPATCH(Products)(n, channels, a, b, products);
}

}  // namespace netsmith::engine::kernels
#endif
