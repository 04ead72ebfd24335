#include "netsmith/engine/kernels/gemm.h"

#include "netsmith/engine/kernels/product_tiles.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "netsmith/engine/kernels/gemm.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace netsmith::engine::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Tag = hn::CappedTag<float, 16>;
using Vector = hn::Vec<Tag>;
constexpr std::int64_t kLanes = hn::MaxLanes(Tag());

/// One tile: kRows x kVectors vectors of C; `last_columns` of the last vector are real.
template <int kRows, int kVectors>
struct Tile {
  static HWY_NOINLINE void Run(const GemmArgs& g, std::int64_t last_columns);
};

template <int kRows, int kVectors>
void Tile<kRows, kVectors>::Run(const GemmArgs& g, std::int64_t last_columns) {
  const Tag d;
  Vector sum[kRows][kVectors];
  for (int i = 0; i < kRows; ++i) {
    for (int v = 0; v < kVectors; ++v) {
      if (g.accumulate) {
        sum[i][v] = hn::LoadU(d, g.c + i * g.c_row + v * kLanes);
      } else {
        sum[i][v] = g.bias != nullptr ? hn::LoadU(d, g.bias + v * kLanes) : hn::Zero(d);
      }
    }
  }
  const std::int64_t a_row = g.a_row, a_col = g.a_col, b_row = g.b_row;
  for (std::int64_t block = 0; block < g.blocks; ++block) {
    const float* a = g.a + block * g.a_block;
    const float* b = g.b + block * g.b_block;
    for (std::int64_t l = 0; l < g.k; ++l, a += a_col, b += b_row) {
      Vector b_vectors[kVectors];
#pragma GCC unroll 4
      for (int v = 0; v < kVectors; ++v) b_vectors[v] = hn::LoadU(d, b + v * kLanes);
#pragma GCC unroll 16
      for (int i = 0; i < kRows; ++i) {
        const Vector a_value = hn::Set(d, a[i * a_row]);
#pragma GCC unroll 4
        for (int v = 0; v < kVectors; ++v) {
          sum[i][v] = hn::MulAdd(a_value, b_vectors[v], sum[i][v]);
        }
      }
    }
  }
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

/// A tile keeps rows x vectors sums in registers; with the row of B and one value of A they must
/// fit the 32 registers of AVX-512 or the 16 of the others.
#if HWY_TARGET <= HWY_AVX3
constexpr auto kTiles = MakeProductTiles<GemmArgs, Tile, 14, 12, 8, 6>(kLanes);
#else
constexpr auto kTiles = MakeProductTiles<GemmArgs, Tile, 10, 6>(kLanes);
#endif

void RunTiles(const GemmArgs& args) { RunProduct(kTiles, args); }

std::int64_t CountLanes() { return kLanes; }

}  // namespace netsmith::engine::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace netsmith::engine::kernels {

HWY_EXPORT(RunTiles);
HWY_EXPORT(CountLanes);

void Gemm(const GemmArgs& args) { HWY_DYNAMIC_DISPATCH(RunTiles)(args); }

std::int64_t VectorFloats() { return HWY_DYNAMIC_DISPATCH(CountLanes)(); }

}  // namespace netsmith::engine::kernels
#endif
