#include "netsmith/engine/kernels/elementwise.h"

#include <algorithm>
#include <numeric>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "netsmith/engine/kernels/elementwise.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace netsmith::engine::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Tag = hn::CappedTag<float, 16>;
using IntTag = hn::RebindToUnsigned<Tag>;
constexpr std::int64_t kLanes = hn::MaxLanes(Tag());

void Relu(std::int64_t n, const float* src, float* dst) {
  const Tag d;
  const auto zero = hn::Zero(d);
  std::int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    // Not Max(), which would hide a NaN.
    const auto x = hn::LoadU(d, src + i);
    hn::StoreU(hn::IfThenZeroElse(hn::Lt(x, zero), x), d, dst + i);
  }
  for (; i < n; ++i) dst[i] = std::max(src[i], 0.0f);
}

void ReluDiff(std::int64_t n, const float* dst, float* diff) {
  const Tag d;
  const auto zero = hn::Zero(d);
  std::int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    const auto positive = hn::Gt(hn::LoadU(d, dst + i), zero);
    hn::StoreU(hn::IfThenElseZero(positive, hn::LoadU(d, diff + i)), d, diff + i);
  }
  for (; i < n; ++i) diff[i] = dst[i] > 0 ? diff[i] : 0.0f;
}

/// Channels repeat in the same lanes after lcm(channels, lanes) floats: one row of vector sums of
/// that length is kept and folded at the end.
void ChannelSums(std::int64_t n, std::int64_t channels, const float* values, float* sums,
                 float* scratch) {
  const Tag d;
  const std::int64_t period = std::lcm(channels, kLanes);
  std::fill_n(scratch, period, 0.0f);
  std::int64_t i = 0;
  for (; i + period <= n; i += period) {
    for (std::int64_t j = 0; j < period; j += kLanes) {
      const auto sum = hn::Add(hn::LoadU(d, scratch + j), hn::LoadU(d, values + i + j));
      hn::StoreU(sum, d, scratch + j);
    }
  }
  for (std::int64_t j = 0; i + j < n; ++j) scratch[j] += values[i + j];
  for (std::int64_t j = 0; j < period; j += channels) {
    for (std::int64_t c = 0; c < channels; ++c) sums[c] += scratch[j + c];
  }
}

void AddTo(std::int64_t n, const float* values, float* sum) {
  const Tag d;
  std::int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    hn::StoreU(hn::Add(hn::LoadU(d, sum + i), hn::LoadU(d, values + i)), d, sum + i);
  }
  for (; i < n; ++i) sum[i] += values[i];
}

/// Uniform 32-bit words from indices.
template <class D, class V = hn::Vec<D>>
V Hash(D d, V index, std::uint64_t seed) {
  const auto low = hn::Set(d, static_cast<std::uint32_t>(seed));
  const auto high = hn::Set(d, static_cast<std::uint32_t>(seed >> 32));
  V x = hn::Add(index, low);
  x = hn::Mul(hn::Xor(x, hn::ShiftRight<16>(x)), hn::Set(d, 0x7feb352dU));
  x = hn::Xor(x, high);
  x = hn::Mul(hn::Xor(x, hn::ShiftRight<15>(x)), hn::Set(d, 0x846ca68bU));
  return hn::Xor(x, hn::ShiftRight<16>(x));
}

void Dropout(std::int64_t n, std::uint64_t seed, std::uint32_t threshold, float scale,
             std::int64_t first_index, const float* src, float* dst) {
  const Tag d;
  const IntTag du;
  const auto limit = hn::Set(du, threshold);
  const auto factor = hn::Set(d, scale);
  const auto next = hn::Set(du, static_cast<std::uint32_t>(kLanes));
  auto index = hn::Iota(du, static_cast<std::uint32_t>(first_index));
  std::int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes, index = hn::Add(index, next)) {
    const auto drop = hn::RebindMask(d, hn::Lt(Hash(du, index, seed), limit));
    hn::StoreU(hn::IfThenZeroElse(drop, hn::Mul(hn::LoadU(d, src + i), factor)), d, dst + i);
  }
  const hn::CappedTag<std::uint32_t, 1> one;
  for (; i < n; ++i) {
    const auto last = hn::Set(one, static_cast<std::uint32_t>(first_index + i));
    dst[i] = hn::GetLane(Hash(one, last, seed)) >= threshold ? src[i] * scale : 0.0f;
  }
}

}  // namespace netsmith::engine::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace netsmith::engine::kernels {

HWY_EXPORT(Relu);
HWY_EXPORT(ReluDiff);
HWY_EXPORT(ChannelSums);
HWY_EXPORT(AddTo);
HWY_EXPORT(Dropout);

void ReluForward(std::int64_t n, const float* src, float* dst) {
  HWY_DYNAMIC_DISPATCH(Relu)(n, src, dst);
}

void ReluBackward(std::int64_t n, const float* dst, float* diff) {
  HWY_DYNAMIC_DISPATCH(ReluDiff)(n, dst, diff);
}

void AddChannelSums(std::int64_t n, std::int64_t channels, const float* values, float* sums,
                    float* scratch) {
  HWY_DYNAMIC_DISPATCH(ChannelSums)(n, channels, values, sums, scratch);
}

void Accumulate(std::int64_t n, const float* values, float* sum) {
  HWY_DYNAMIC_DISPATCH(AddTo)(n, values, sum);
}

void ApplyDropout(std::int64_t n, const DropoutMask& mask, std::int64_t first_index,
                  const float* src, float* dst) {
  const auto threshold = static_cast<std::uint32_t>(std::min(mask.rate * 0x1p32, 0x1p32 - 1));
  const auto scale = static_cast<float>(1.0 / (1.0 - mask.rate));
  HWY_DYNAMIC_DISPATCH(Dropout)(n, mask.seed, threshold, scale, first_index, src, dst);
}

}  // namespace netsmith::engine::kernels
#endif
