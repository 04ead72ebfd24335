#include "netsmith/engine/kernels/channels.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <numeric>
#include <type_traits>

#include "netsmith/base/check.h"
#include "netsmith/engine/kernels/prefetch.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "netsmith/engine/kernels/channels.cc"
#include <hwy/cache_control.h>
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

/// sums[c] += lanes of `sum`, of which the first lies at place j of the period.
template <class D>
void AddLanes(D d, hn::Vec<D> sum, std::int64_t j, std::int64_t channels, float* sums) {
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  std::int64_t c = j % channels;
  if (channels % lanes == 0) {
    hn::StoreU(hn::Add(hn::LoadU(d, sums + c), sum), d, sums + c);
    return;
  }
  HWY_ALIGN float lane_sums[16];
  hn::Store(sum, d, lane_sums);
  for (std::int64_t lane = 0; lane < lanes; ++lane) {
    sums[c] += lane_sums[lane];
    c = c + 1 == channels ? 0 : c + 1;
  }
}

template <class V, int kSums>
struct Terms {
  V of[kSums];
};

/// sums[s][c] += Σ terms.of[s], kSums sums a channel. at(tag, j) has the constants at j … of a
/// pattern, and makes the terms of floats i …. The vectors at one place of the period are added up
/// in registers, several at once to hide the adder's latency.
template <int kSums, class At>
void AddSums(std::int64_t n, std::int64_t channels, const std::array<float*, kSums>& sums, At at) {
  constexpr int kAtOnce = 8 / kSums;
  const hn::CappedTag<float, 16> d;
  const hn::CappedTag<float, 1> one;
  using V = hn::Vec<decltype(d)>;
  const std::int64_t lanes = hn::MaxLanes(d);
  const std::int64_t period = ChannelPeriod(channels);
  const std::int64_t whole = n / period * period;
  for (std::int64_t j = 0; j < period && whole > 0; j += lanes) {
    const auto terms_at = at(d, j);
    V sum[kSums][kAtOnce];
    for (auto& parts : sum) {
      for (V& part : parts) part = hn::Zero(d);
    }
    const auto add = [&](int k, std::int64_t i) {
      const Terms<V, kSums> terms = terms_at(i);
      for (int s = 0; s < kSums; ++s) sum[s][k] = hn::Add(sum[s][k], terms.of[s]);
    };
    std::int64_t i = j;
    for (; i + (kAtOnce - 1) * period < whole; i += kAtOnce * period) {
#pragma GCC unroll 8
      for (int k = 0; k < kAtOnce; ++k) add(k, i + k * period);
    }
    for (; i < whole; i += period) add(0, i);
    for (int s = 0; s < kSums; ++s) {
      for (int k = kAtOnce / 2; k > 0; k /= 2) {
        for (int other = 0; other < k; ++other) {
          sum[s][other] = hn::Add(sum[s][other], sum[s][other + k]);
        }
      }
      AddLanes(d, sum[s][0], j, channels, sums[s]);
    }
  }
  for (std::int64_t i = whole; i < n; ++i) {
    const auto terms = at(one, i - whole)(i);
    for (int s = 0; s < kSums; ++s) sums[s][i % channels] += hn::GetLane(terms.of[s]);
  }
}

void Sums(std::int64_t n, std::int64_t channels, const float* values, float* sums) {
  AddSums<1>(n, channels, {sums}, [=](auto d, std::int64_t) {
    return [=](std::int64_t i) { return Terms<hn::Vec<decltype(d)>, 1>{hn::LoadU(d, values + i)}; };
  });
}

/// Stores `value`; with `stream` past the cache, where `d` has whole vectors to store.
template <class D>
void Store(bool stream, hn::Vec<D> value, D d, float* to) {
  if constexpr (hn::MaxLanes(D()) > 1) {
    if (stream) return hn::Stream(value, d, to);
  }
  hn::StoreU(value, d, to);
}

bool IsAligned(const float* p) { return reinterpret_cast<std::uintptr_t>(p) % 64 == 0; }

void Moments(std::int64_t n, std::int64_t channels, const float* src, const float* center,
             float* sums, float* squares, bool stream, float* dst) {
  stream = stream && IsAligned(dst);
  AddSums<2>(n, channels, {sums, squares}, [=](auto d, std::int64_t j) {
    const auto middle = hn::LoadU(d, center + j);
    return [=](std::int64_t i) {
      const auto value = hn::LoadU(d, src + i);
      Store(stream, value, d, dst + i);
      const auto deviation = hn::Sub(value, middle);
      return Terms<hn::Vec<decltype(d)>, 2>{deviation, hn::Mul(deviation, deviation)};
    };
  });
}

void Products(std::int64_t n, std::int64_t channels, const float* a, const float* b,
              float* products) {
  AddSums<1>(n, channels, {products}, [=](auto d, std::int64_t) {
    return [=](std::int64_t i) {
      return Terms<hn::Vec<decltype(d)>, 1>{hn::Mul(hn::LoadU(d, a + i), hn::LoadU(d, b + i))};
    };
  });
}

/// Calls body(vectors, floats, c) for a few positions at a time, so that they stay in the
/// first-level cache, and up to four vectors of channels from channel c on. `channels` are whole
/// vectors.
template <class Body>
void ForEachBlock(std::int64_t n, std::int64_t channels, Body body) {
  constexpr std::int64_t kBlockFloats = 4096;
  const std::int64_t lanes = hn::MaxLanes(hn::CappedTag<float, 16>());
  const std::int64_t block = std::max<std::int64_t>(1, kBlockFloats / channels) * channels;
  for (std::int64_t first = 0; first < n; first += block) {
    const std::int64_t end = std::min(n, first + block);
    std::int64_t c = 0;
    for (; c + 4 * lanes <= channels; c += 4 * lanes) {
      body(std::integral_constant<int, 4>(), first + c, end);
    }
    for (; c + 2 * lanes <= channels; c += 2 * lanes) {
      body(std::integral_constant<int, 2>(), first + c, end);
    }
    for (; c < channels; c += lanes) body(std::integral_constant<int, 1>(), first + c, end);
  }
}

bool AreWholeVectors(std::int64_t channels) {
  return channels % hn::MaxLanes(hn::CappedTag<float, 16>()) == 0;
}

/// kVectors vectors of channels of the positions in [first, end), with their constants in
/// registers.
template <int kVectors, bool kRelu>
void ScaleBlock(std::int64_t first, std::int64_t end, std::int64_t channels, const float* src,
                const float* scale, const float* shift, float* dst) {
  const hn::CappedTag<float, 16> d;
  const std::int64_t lanes = hn::MaxLanes(d);
  hn::Vec<decltype(d)> scales[kVectors], shifts[kVectors];
#pragma GCC unroll 4
  for (int v = 0; v < kVectors; ++v) {
    scales[v] = hn::LoadU(d, scale + v * lanes);
    shifts[v] = hn::LoadU(d, shift + v * lanes);
  }
  for (std::int64_t i = first; i < end; i += channels) {
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) {
      const auto value = hn::MulAdd(hn::LoadU(d, src + i + v * lanes), scales[v], shifts[v]);
      hn::StoreU(kRelu ? hn::IfThenZeroElse(hn::Lt(value, hn::Zero(d)), value) : value, d,
                 dst + i + v * lanes);
    }
  }
}

void Scale(std::int64_t n, std::int64_t channels, const float* src, const float* scale,
           const float* shift, bool relu, float* dst) {
  if (AreWholeVectors(channels)) {
    return ForEachBlock(n, channels, [=](auto vectors, std::int64_t first, std::int64_t end) {
      constexpr int kVectors = decltype(vectors)::value;
      const std::int64_t c = first % channels;
      const auto scale_block = relu ? ScaleBlock<kVectors, true> : ScaleBlock<kVectors, false>;
      scale_block(first, end, channels, src, scale + c, shift + c, dst);
    });
  }
  ForEach(n, channels, [&](auto d, std::int64_t i, std::int64_t j) {
    const auto value =
        hn::MulAdd(hn::LoadU(d, src + i), hn::LoadU(d, scale + j), hn::LoadU(d, shift + j));
    hn::StoreU(relu ? hn::IfThenZeroElse(hn::Lt(value, hn::Zero(d)), value) : value, d, dst + i);
  });
}

void NormGradients(std::int64_t n, std::int64_t channels, const float* src,
                   const NormConstants& norm, bool relu, const float* diff_dst, float* sums,
                   float* products, bool stream, float* diff_src) {
  stream = stream && IsAligned(diff_src);
  AddSums<2>(n, channels, {sums, products}, [=](auto d, std::int64_t j) {
    const auto scale = hn::LoadU(d, norm.scale + j), shift = hn::LoadU(d, norm.shift + j);
    const auto mean = hn::LoadU(d, norm.mean + j);
    return [=](std::int64_t i) {
      const auto x = hn::LoadU(d, src + i);
      auto diff = hn::LoadU(d, diff_dst + i);
      if (relu) {
        const auto positive = hn::Gt(hn::MulAdd(x, scale, shift), hn::Zero(d));
        diff = hn::IfThenElseZero(positive, diff);
      }
      Store(stream, diff, d, diff_src + i);
      return Terms<hn::Vec<decltype(d)>, 2>{diff, hn::Mul(diff, hn::Sub(x, mean))};
    };
  });
}

template <int kVectors>
void SlopesBlock(std::int64_t first, std::int64_t end, std::int64_t channels, const float* src,
                 const float* diff_dst, const NormSlopes& slopes, float* diff_src) {
  const hn::CappedTag<float, 16> d;
  using V = hn::Vec<decltype(d)>;
  const std::int64_t lanes = hn::MaxLanes(d), c = first % channels;
  V along_diff[kVectors], along_src[kVectors], mean[kVectors], offset[kVectors];
#pragma GCC unroll 4
  for (int v = 0; v < kVectors; ++v) {
    along_diff[v] = hn::LoadU(d, slopes.along_diff + c + v * lanes);
    along_src[v] = hn::LoadU(d, slopes.along_src + c + v * lanes);
    mean[v] = hn::LoadU(d, slopes.mean + c + v * lanes);
    offset[v] = hn::LoadU(d, slopes.offset + c + v * lanes);
  }
  for (std::int64_t i = first; i < end; i += channels) {
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) {
      const V deviation = hn::Sub(hn::LoadU(d, src + i + v * lanes), mean[v]);
      const V along = hn::MulAdd(deviation, along_src[v], offset[v]);
      const V diff = hn::LoadU(d, diff_dst + i + v * lanes);
      hn::StoreU(hn::MulAdd(diff, along_diff[v], along), d, diff_src + i + v * lanes);
    }
  }
}

void NormBackward(std::int64_t n, std::int64_t channels, const float* src, const float* diff_dst,
                  const NormSlopes& slopes, float* diff_src) {
  if (AreWholeVectors(channels)) {
    return ForEachBlock(n, channels, [&](auto vectors, std::int64_t first, std::int64_t end) {
      SlopesBlock<decltype(vectors)::value>(first, end, channels, src, diff_dst, slopes, diff_src);
    });
  }
  ForEach(n, channels, [&](auto d, std::int64_t i, std::int64_t j) {
    const auto deviation = hn::Sub(hn::LoadU(d, src + i), hn::LoadU(d, slopes.mean + j));
    const auto along_src =
        hn::MulAdd(deviation, hn::LoadU(d, slopes.along_src + j), hn::LoadU(d, slopes.offset + j));
    const auto diff = hn::LoadU(d, diff_dst + i);
    hn::StoreU(hn::MulAdd(diff, hn::LoadU(d, slopes.along_diff + j), along_src), d, diff_src + i);
  });
}

}  // namespace netsmith::engine::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace netsmith::engine::kernels {

HWY_EXPORT(Sums);
HWY_EXPORT(Moments);
HWY_EXPORT(Products);
HWY_EXPORT(Scale);
HWY_EXPORT(NormGradients);
HWY_EXPORT(NormBackward);

namespace {

/// What a pass of a norm takes: three operations a vector.
constexpr std::int64_t kFloatsOfWork = 5;

}  // namespace

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

void CopyAndMeasure(std::int64_t n, std::int64_t channels, const float* src, const float* center,
                    float* sums, float* squares, bool stream, float* dst) {
  HWY_DYNAMIC_DISPATCH(Moments)(n, channels, src, center, sums, squares, stream, dst);
  ReportWork(n / kFloatsOfWork);
}

void ScaleChannels(std::int64_t n, std::int64_t channels, const float* src, const float* scale,
                   const float* shift, bool relu, float* dst) {
  HWY_DYNAMIC_DISPATCH(Scale)(n, channels, src, scale, shift, relu, dst);
  ReportWork(n / kFloatsOfWork);
}

void AddNormGradients(std::int64_t n, std::int64_t channels, const float* src,
                      const NormConstants& norm, bool relu, const float* diff_dst, float* sums,
                      float* products, bool stream, float* diff_src) {
  HWY_DYNAMIC_DISPATCH(NormGradients)
  (n, channels, src, norm, relu, diff_dst, sums, products, stream, diff_src);
  ReportWork(n / kFloatsOfWork);
}

void ApplyNormSlopes(std::int64_t n, std::int64_t channels, const float* src, const float* diff_dst,
                     const NormSlopes& slopes, float* diff_src) {
  HWY_DYNAMIC_DISPATCH(NormBackward)(n, channels, src, diff_dst, slopes, diff_src);
  ReportWork(n / kFloatsOfWork);
}

void FlushStreams() { hwy::FlushStream(); }

void AddChannelProducts(std::int64_t n, std::int64_t channels, const float* a, const float* b,
                        float* products) {
  HWY_DYNAMIC_DISPATCH(Products)(n, channels, a, b, products);
}

}  // namespace netsmith::engine::kernels
#endif
