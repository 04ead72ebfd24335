// How the tile of a product begins and ends; part of gemm.cc and bf16.cc, for each instruction set.
#if defined(NETSMITH_ENGINE_KERNELS_TILE_SUMS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef NETSMITH_ENGINE_KERNELS_TILE_SUMS_INL_H_
#undef NETSMITH_ENGINE_KERNELS_TILE_SUMS_INL_H_
#else
#define NETSMITH_ENGINE_KERNELS_TILE_SUMS_INL_H_
#endif

#include <hwy/highway.h>

#include <cstddef>
#include <cstdint>

HWY_BEFORE_NAMESPACE();
namespace netsmith::engine::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Tag = hn::CappedTag<float, 16>;
using Vector = hn::Vec<Tag>;
constexpr std::int64_t kLanes = hn::MaxLanes(Tag());

/// What the sums of a tile of a Product start from.
template <int kRows, int kVectors, typename Args>
HWY_INLINE void LoadSums(const Args& g, Vector (&sum)[kRows][kVectors]) {
  const Tag d;
  for (int i = 0; i < kRows; ++i) {
    for (int v = 0; v < kVectors; ++v) {
      if (g.accumulate) {
        sum[i][v] = hn::LoadU(d, g.c + i * g.c_row + v * kLanes);
      } else {
        sum[i][v] = g.bias != nullptr ? hn::LoadU(d, g.bias + v * kLanes) : hn::Zero(d);
      }
    }
  }
}

/// `last_columns` of the last vector are real.
template <int kRows, int kVectors, typename Args>
HWY_INLINE void StoreSums(const Args& g, const Vector (&sum)[kRows][kVectors],
                          std::int64_t last_columns) {
  const Tag d;
  const auto last = hn::FirstN(d, static_cast<std::size_t>(last_columns));
  for (int i = 0; i < kRows; ++i) {
    for (int v = 0; v < kVectors; ++v) {
      const Vector value =
          g.relu ? hn::IfThenZeroElse(hn::Lt(sum[i][v], hn::Zero(d)), sum[i][v]) : sum[i][v];
      float* const to = g.c + i * g.c_row + v * kLanes;
      if (v + 1 < kVectors || last_columns == kLanes) {
        hn::StoreU(value, d, to);
      } else {
        hn::BlendedStore(value, last, d, to);
      }
    }
  }
}

}  // namespace netsmith::engine::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
