#include "netsmith/engine/kernels/gemm.h"

#include "netsmith/engine/kernels/product_tiles.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "netsmith/engine/kernels/gemm.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

// Included once for each instruction set.
#include "netsmith/engine/kernels/tile_sums-inl.h"

HWY_BEFORE_NAMESPACE();
namespace netsmith::engine::kernels::HWY_NAMESPACE {
/// One tile: kRows x kVectors vectors of C; `last_columns` of the last vector are real.
template <int kRows, int kVectors>
struct Tile {
  static HWY_NOINLINE void Run(const GemmArgs& g, std::int64_t last_columns);
};

template <int kRows, int kVectors>
void Tile<kRows, kVectors>::Run(const GemmArgs& g, std::int64_t last_columns) {
  const Tag d;
  Vector sum[kRows][kVectors];
  LoadSums(g, sum);
  const std::int64_t a_row = g.a_row, a_col = g.a_col, b_row = g.b_row;
  for (std::int64_t block = 0; block < g.blocks; ++block) {
    const float* a = g.a + block * g.a_block;
    const float* b = g.b + block * g.b_block;
    for (std::int64_t left = g.k, steps = 0; left > 0; left -= steps) {
      steps = StepsToReport(g.prefetcher, left);
      for (std::int64_t l = 0; l < steps; ++l, a += a_col, b += b_row) {
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
      if (g.prefetcher != nullptr) g.prefetcher->Report(kRows * kVectors * steps);
    }
  }
  StoreSums(g, sum, last_columns);
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
