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

#include "netsmith/engine/kernels/vector-inl.h"

HWY_BEFORE_NAMESPACE();
namespace netsmith::engine::kernels::HWY_NAMESPACE {
// Loops over sums are unrolled by pragma, or GCC keeps the sums in memory between them.

/// What the sums of a tile of a Product start from.
template <int kRows, int kVectors, typename Args>
HWY_INLINE void LoadSums(const Args& g, Vector (&sum)[kRows][kVectors]) {
  const Tag d;
#pragma GCC unroll 4
  for (int v = 0; v < kVectors; ++v) {
    Vector start = hn::Zero(d);
    if (g.bias != nullptr) start = hn::LoadU(d, g.bias + v * kLanes);
#pragma GCC unroll 16
    for (int i = 0; i < kRows; ++i) sum[i][v] = start;
  }
  if (!g.accumulate) return;
  const float* from = g.c;
#pragma GCC unroll 16
  for (int i = 0; i < kRows; ++i, from += g.c_row) {
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) sum[i][v] = hn::LoadU(d, from + v * kLanes);
  }
}

/// `last_columns` of the last vector are real.
template <int kRows, int kVectors, typename Args>
HWY_INLINE void StoreSums(const Args& g, Vector (&sum)[kRows][kVectors],
                          std::int64_t last_columns) {
  const Tag d;
  if (g.relu) {
#pragma GCC unroll 16
    for (int i = 0; i < kRows; ++i) {
#pragma GCC unroll 4
      for (int v = 0; v < kVectors; ++v) {
        sum[i][v] = hn::IfThenZeroElse(hn::Lt(sum[i][v], hn::Zero(d)), sum[i][v]);
      }
    }
  }
  const auto last = hn::FirstN(d, static_cast<std::size_t>(last_columns));
  float* to = g.c;
#pragma GCC unroll 16
  for (int i = 0; i < kRows; ++i, to += g.c_row) {
#pragma GCC unroll 4
    for (int v = 0; v + 1 < kVectors; ++v) hn::StoreU(sum[i][v], d, to + v * kLanes);
    hn::BlendedStore(sum[i][kVectors - 1], last, d, to + (kVectors - 1) * kLanes);
  }
}

}  // namespace netsmith::engine::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
