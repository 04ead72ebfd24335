#include "netsmith/engine/kernels/pool.h"

#include <algorithm>
#include <cstddef>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "netsmith/engine/kernels/pool.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace netsmith::engine::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Tag = hn::CappedTag<float, 16>;
using V = hn::Vec<Tag>;

/// Calls body(x, first column, end column, first channel, load, store) for each output position and
/// vector of channels; load and store touch real channels only.
template <class Body>
void ForEachWindow(const PoolRow& pool, Body body) {
  const Tag d;
  const std::int64_t lanes = hn::MaxLanes(d);
  for (std::int64_t x = 0; x < pool.dst_width; ++x) {
    const std::int64_t start = x * pool.stride - pool.before;
    const std::int64_t first = std::max<std::int64_t>(start, 0);
    const std::int64_t end = std::min(start + pool.window, pool.src_width);
    std::int64_t c = 0;
    for (; c + lanes <= pool.channels; c += lanes) {
      body(
          x, first, end, c, [&](const float* p) { return hn::LoadU(d, p + c); },
          [&](V v, float* p) { hn::StoreU(v, d, p + c); });
    }
    if (c == pool.channels) continue;
    const auto real = hn::FirstN(d, static_cast<std::size_t>(pool.channels - c));
    body(
        x, first, end, c, [&](const float* p) { return hn::MaskedLoad(real, d, p + c); },
        [&](V v, float* p) { hn::BlendedStore(v, real, d, p + c); });
  }
}

/// The maximum of a window, and among its elements, counted row by row, the first that has it.
template <class Load>
V Maximum(const PoolRow& pool, const float* src, std::int64_t first, std::int64_t end, Load load) {
  V best = load(src + first * pool.channels);
  for (std::int64_t r = 0; r < pool.rows; ++r) {
    const float* row = src + r * pool.row_stride;
    for (std::int64_t q = first; q < end; ++q) {
      // Not Max(), which takes one operand for NaN: like this the first is kept.
      const V value = load(row + q * pool.channels);
      best = hn::IfThenElse(hn::Gt(value, best), value, best);
    }
  }
  return best;
}

void MaxRow(const PoolRow& pool, const float* src, float* dst) {
  ForEachWindow(pool, [&](std::int64_t x, std::int64_t first, std::int64_t end, std::int64_t,
                          auto load, auto store) {
    store(Maximum(pool, src, first, end, load), dst + x * pool.channels);
  });
}

void MaxRowBackward(const PoolRow& pool, const float* src, const float* diff_dst, float* diff_src,
                    std::int64_t diff_row_stride) {
  ForEachWindow(pool, [&](std::int64_t x, std::int64_t first, std::int64_t end, std::int64_t,
                          auto load, auto store) {
    const V best = Maximum(pool, src, first, end, load);
    V left = load(diff_dst + x * pool.channels);  // what no element took yet
    for (std::int64_t r = 0; r < pool.rows; ++r) {
      for (std::int64_t q = first; q < end; ++q) {
        const V value = load(src + r * pool.row_stride + q * pool.channels);
        float* const to = diff_src + r * diff_row_stride + q * pool.channels;
        const auto wins = hn::Eq(value, best);
        store(hn::Add(load(to), hn::IfThenElseZero(wins, left)), to);
        left = hn::IfThenZeroElse(wins, left);
      }
    }
  });
}

void AvgRow(const PoolRow& pool, const float* src, float* dst) {
  const Tag d;
  ForEachWindow(pool, [&](std::int64_t x, std::int64_t first, std::int64_t end, std::int64_t,
                          auto load, auto store) {
    V sum = hn::Zero(d);
    for (std::int64_t r = 0; r < pool.rows; ++r) {
      const float* row = src + r * pool.row_stride;
      for (std::int64_t q = first; q < end; ++q) sum = hn::Add(sum, load(row + q * pool.channels));
    }
    const auto count = static_cast<float>(pool.rows * (end - first));
    store(hn::Mul(sum, hn::Set(d, 1.0f / count)), dst + x * pool.channels);
  });
}

void AvgRowBackward(const PoolRow& pool, const float* diff_dst, float* diff_src,
                    std::int64_t diff_row_stride) {
  const Tag d;
  ForEachWindow(pool, [&](std::int64_t x, std::int64_t first, std::int64_t end, std::int64_t,
                          auto load, auto store) {
    const auto count = static_cast<float>(pool.rows * (end - first));
    const V share = hn::Mul(load(diff_dst + x * pool.channels), hn::Set(d, 1.0f / count));
    for (std::int64_t r = 0; r < pool.rows; ++r) {
      for (std::int64_t q = first; q < end; ++q) {
        float* const to = diff_src + r * diff_row_stride + q * pool.channels;
        store(hn::Add(load(to), share), to);
      }
    }
  });
}

}  // namespace netsmith::engine::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace netsmith::engine::kernels {

HWY_EXPORT(MaxRow);
HWY_EXPORT(MaxRowBackward);
HWY_EXPORT(AvgRow);
HWY_EXPORT(AvgRowBackward);

void MaxPoolRow(const PoolRow& pool, const float* src, float* dst) {
  HWY_DYNAMIC_DISPATCH(MaxRow)(pool, src, dst);
}

void MaxPoolRowBackward(const PoolRow& pool, const float* src, const float* diff_dst,
                        float* diff_src, std::int64_t diff_row_stride) {
  HWY_DYNAMIC_DISPATCH(MaxRowBackward)(pool, src, diff_dst, diff_src, diff_row_stride);
}

void AvgPoolRow(const PoolRow& pool, const float* src, float* dst) {
  HWY_DYNAMIC_DISPATCH(AvgRow)(pool, src, dst);
}

void AvgPoolRowBackward(const PoolRow& pool, const float* diff_dst, float* diff_src,
                        std::int64_t diff_row_stride) {
  HWY_DYNAMIC_DISPATCH(AvgRowBackward)(pool, diff_dst, diff_src, diff_row_stride);
}

}  // namespace netsmith::engine::kernels
#endif
