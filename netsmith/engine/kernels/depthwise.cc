#include "netsmith/engine/kernels/depthwise.h"

#include <algorithm>
#include <cstddef>
#include <type_traits>

#include "netsmith/engine/kernels/prefetch.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "netsmith/engine/kernels/depthwise.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace netsmith::engine::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Tag = hn::CappedTag<float, 16>;
using V = hn::Vec<Tag>;

/// Loads and stores a vector of channels, all of whose lanes are real.
struct WholeVector {
  V Load(const float* p) const { return hn::LoadU(Tag(), p); }
  void Store(V v, float* p) const { hn::StoreU(v, Tag(), p); }
};
/// The same for the last channels, fewer than a vector has lanes.
struct PartialVector {
  hn::Mask<Tag> real;
  V Load(const float* p) const { return hn::MaskedLoad(real, Tag(), p); }
  void Store(V v, float* p) const { hn::BlendedStore(v, real, Tag(), p); }
};

/// Calls body(first channel, access) for each vector of channels.
template <class Body>
void ForEachVector(std::int64_t channels, Body body) {
  const Tag d;
  const std::int64_t lanes = hn::MaxLanes(d);
  std::int64_t c = 0;
  for (; c + lanes <= channels; c += lanes) body(c, WholeVector());
  if (c < channels) {
    body(c, PartialVector{hn::FirstN(d, static_cast<std::size_t>(channels - c))});
  }
}

/// kPositions outputs side by side, so that a weight is loaded once for all of them.
template <int kPositions, class Access>
void Outputs(const DepthwiseRow& row, Access access, const float* src, const float* weights,
             V start, bool relu, float* dst) {
  V sum[kPositions];
  for (int i = 0; i < kPositions; ++i) sum[i] = start;
  for (std::int64_t h = 0; h < row.kh; ++h) {
    for (std::int64_t w = 0; w < row.kw; ++w) {
      const V weight = access.Load(weights + (h * row.kw + w) * row.channels);
      const float* from = src + h * row.src_row + w * row.src_tap;
#pragma GCC unroll 8
      for (int i = 0; i < kPositions; ++i) {
        sum[i] = hn::MulAdd(access.Load(from + i * row.src_step), weight, sum[i]);
      }
    }
  }
  for (int i = 0; i < kPositions; ++i) {
    const V value = relu ? hn::IfThenZeroElse(hn::Lt(sum[i], hn::Zero(Tag())), sum[i]) : sum[i];
    access.Store(value, dst + i * row.dst_step);
  }
}

/// The same for 3×3, with the weights in registers.
template <int kPositions, class Access>
void Outputs3x3(const DepthwiseRow& row, Access access, const float* src, const V (&weights)[9],
                V start, bool relu, float* dst) {
  V sum[kPositions];
#pragma GCC unroll 8
  for (int i = 0; i < kPositions; ++i) sum[i] = start;
#pragma GCC unroll 3
  for (int h = 0; h < 3; ++h) {
#pragma GCC unroll 3
    for (int w = 0; w < 3; ++w) {
      const float* from = src + h * row.src_row + w * row.src_tap;
#pragma GCC unroll 8
      for (int i = 0; i < kPositions; ++i, from += row.src_step) {
        sum[i] = hn::MulAdd(access.Load(from), weights[3 * h + w], sum[i]);
      }
    }
  }
#pragma GCC unroll 8
  for (int i = 0; i < kPositions; ++i) {
    const V value = relu ? hn::IfThenZeroElse(hn::Lt(sum[i], hn::Zero(Tag())), sum[i]) : sum[i];
    access.Store(value, dst + i * row.dst_step);
  }
}

template <class Access>
void Forward3x3(const DepthwiseRow& row, Access access, const float* src, const float* weights,
                V start, bool relu, float* dst) {
  constexpr int kPositions = 8, kFewer = 4;
  V all[9];
#pragma GCC unroll 9
  for (int tap = 0; tap < 9; ++tap) all[tap] = access.Load(weights + tap * row.channels);
  std::int64_t x = 0;
  for (; x + kPositions <= row.width; x += kPositions) {
    Outputs3x3<kPositions>(row, access, src + x * row.src_step, all, start, relu,
                           dst + x * row.dst_step);
  }
  for (; x + kFewer <= row.width; x += kFewer) {
    Outputs3x3<kFewer>(row, access, src + x * row.src_step, all, start, relu,
                       dst + x * row.dst_step);
  }
  for (; x < row.width; ++x) {
    Outputs3x3<1>(row, access, src + x * row.src_step, all, start, relu, dst + x * row.dst_step);
  }
}

void Forward(const DepthwiseRow& row, const float* src, const float* weights, const float* bias,
             bool relu, float* dst) {
  constexpr int kPositions = 8;
  // Weights and sums together fit the 32 registers of AVX-512.
  const bool in_registers = HWY_TARGET <= HWY_AVX3 && row.kh == 3 && row.kw == 3;
  ForEachVector(row.channels, [&](std::int64_t c, auto access) {
    const V start = bias == nullptr ? hn::Zero(Tag()) : access.Load(bias + c);
    if (in_registers) return Forward3x3(row, access, src + c, weights + c, start, relu, dst + c);
    std::int64_t x = 0;
    for (; x + kPositions <= row.width; x += kPositions) {
      Outputs<kPositions>(row, access, src + x * row.src_step + c, weights + c, start, relu,
                          dst + x * row.dst_step + c);
    }
    for (; x < row.width; ++x) {
      Outputs<1>(row, access, src + x * row.src_step + c, weights + c, start, relu,
                 dst + x * row.dst_step + c);
    }
  });
}

/// Gradients of kTaps neighbouring elements of kRows kernel rows.
template <int kRows, int kTaps, class Access>
void Taps(const DepthwiseRow& row, Access access, const float* src, const float* diff_dst,
          float* diff_weights) {
  V sum[kRows][kTaps];
  for (auto& of_row : sum) {
    for (V& of_tap : of_row) of_tap = hn::Zero(Tag());
  }
  for (std::int64_t x = 0; x < row.width; ++x) {
    const V diff = access.Load(diff_dst + x * row.channels);
#pragma GCC unroll 3
    for (int h = 0; h < kRows; ++h) {
      const float* from = src + h * row.src_row + x * row.src_step;
#pragma GCC unroll 5
      for (int w = 0; w < kTaps; ++w) {
        sum[h][w] = hn::MulAdd(access.Load(from + w * row.src_tap), diff, sum[h][w]);
      }
    }
  }
  for (int h = 0; h < kRows; ++h) {
    for (int w = 0; w < kTaps; ++w) {
      float* const to = diff_weights + (h * row.kw + w) * row.channels;
      access.Store(hn::Add(access.Load(to), sum[h][w]), to);
    }
  }
}

/// Sums of several kernel rows fit the 32 registers of AVX-512.
constexpr int kRowsAtOnce = HWY_TARGET <= HWY_AVX3 ? 3 : 1;

void Weights(const DepthwiseRow& row, const float* src, const float* diff_dst,
             float* diff_weights) {
  ForEachVector(row.channels, [&](std::int64_t c, auto access) {
    std::int64_t h = 0, w = 0;
    const auto next = [&](auto rows, auto taps) {
      Taps<decltype(rows)::value, decltype(taps)::value>(
          row, access, src + h * row.src_row + w * row.src_tap + c, diff_dst + c,
          diff_weights + (h * row.kw + w) * row.channels + c);
      w += decltype(taps)::value;
    };
    const auto next_rows = [&](auto rows) {
      w = 0;
      while (w + 5 <= row.kw) next(rows, std::integral_constant<int, 5>());
      while (w + 3 <= row.kw) next(rows, std::integral_constant<int, 3>());
      while (w < row.kw) next(rows, std::integral_constant<int, 1>());
      h += decltype(rows)::value;
    };
    while (h + kRowsAtOnce <= row.kh) next_rows(std::integral_constant<int, kRowsAtOnce>());
    while (h < row.kh) next_rows(std::integral_constant<int, 1>());
  });
}

void Weighted(std::int64_t count, std::int64_t channels, const float* src, const float* weights,
              float* dst, std::int64_t dst_step) {
  ForEachVector(channels, [&](std::int64_t c, auto access) {
    const V weight = access.Load(weights + c);
    for (std::int64_t x = 0; x < count; ++x) {
      float* const to = dst + x * dst_step + c;
      access.Store(hn::MulAdd(access.Load(src + x * channels + c), weight, access.Load(to)), to);
    }
  });
}

}  // namespace netsmith::engine::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace netsmith::engine::kernels {

HWY_EXPORT(Forward);
HWY_EXPORT(Weights);
HWY_EXPORT(Weighted);

namespace {

std::int64_t WorkOf(const DepthwiseRow& row) {
  return row.width * row.channels * row.kh * row.kw / 16;
}

}  // namespace

void DepthwiseForward(const DepthwiseRow& row, const float* src, const float* weights,
                      const float* bias, bool relu, float* dst) {
  HWY_DYNAMIC_DISPATCH(Forward)(row, src, weights, bias, relu, dst);
  ReportWork(WorkOf(row));
}

void DepthwiseWeights(const DepthwiseRow& row, const float* src, const float* diff_dst,
                      float* diff_weights) {
  HWY_DYNAMIC_DISPATCH(Weights)(row, src, diff_dst, diff_weights);
  ReportWork(WorkOf(row));
}

void AddWeighted(std::int64_t count, std::int64_t channels, const float* src, const float* weights,
                 float* dst, std::int64_t dst_step) {
  HWY_DYNAMIC_DISPATCH(Weighted)(count, channels, src, weights, dst, dst_step);
  ReportWork(count * channels / 8);
}

}  // namespace netsmith::engine::kernels
#endif
