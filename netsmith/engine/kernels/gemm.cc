#include "netsmith/engine/kernels/gemm.h"

#include <algorithm>
#include <array>
#include <utility>

#include "netsmith/base/check.h"

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

/// A tile keeps rows x vectors sums in registers; with the row of B and one value of A they must
/// fit the 32 registers of AVX-512 or the 16 of the others.
constexpr bool kManyRegisters = HWY_TARGET <= HWY_AVX3;
constexpr int kMaxVectors = kManyRegisters ? 4 : 2;
constexpr int MaxRows(int vectors) {
  constexpr std::array<int, 4> kMany = {14, 12, 8, 6};
  constexpr std::array<int, 4> kFew = {10, 6, 0, 0};
  return (kManyRegisters ? kMany : kFew)[vectors - 1];
}

/// Rows of B that stay in the second-level cache while all rows of A pass: 1024 rows of four
/// 64-byte vectors are 256 KiB.
constexpr std::int64_t kMaxDepth = 1024;

/// One tile: kRows x kVectors vectors of C; `last_columns` of the last vector are real.
template <int kRows, int kVectors>
HWY_NOINLINE void Tile(const GemmArgs& g, std::int64_t last_columns) {
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

using TileFunction = void (*)(const GemmArgs&, std::int64_t);

template <int kVectors, int... kRowsMinusOne>
constexpr auto TilesOf(std::integer_sequence<int, kRowsMinusOne...>) {
  return std::array<TileFunction, 16>{&Tile<kRowsMinusOne + 1, kVectors>...};
}

/// kTiles[vectors - 1][rows - 1]
template <int... kVectorsMinusOne>
constexpr auto AllTiles(std::integer_sequence<int, kVectorsMinusOne...>) {
  return std::array<std::array<TileFunction, 16>, sizeof...(kVectorsMinusOne)>{
      TilesOf<kVectorsMinusOne + 1>(
          std::make_integer_sequence<int, MaxRows(kVectorsMinusOne + 1)>())...};
}
constexpr auto kTiles = AllTiles(std::make_integer_sequence<int, kMaxVectors>());

/// All rows of C for one panel of `vectors` vectors of columns.
void Panel(GemmArgs g, int vectors, std::int64_t last_columns) {
  const auto& tiles = kTiles[vectors - 1];
  const std::int64_t max_rows = MaxRows(vectors);
  for (std::int64_t left = g.m; left > 0; left -= max_rows) {
    tiles[std::min(left, max_rows) - 1](g, last_columns);
    g.a += max_rows * g.a_row;
    g.c += max_rows * g.c_row;
  }
}

/// All columns of C, in panels of nearly equal width.
void Panels(const GemmArgs& g) {
  const std::int64_t vectors = (g.n + kLanes - 1) / kLanes;
  const std::int64_t panels = (vectors + kMaxVectors - 1) / kMaxVectors;
  for (std::int64_t p = 0; p < panels; ++p) {
    const std::int64_t first = p * vectors / panels;
    const std::int64_t end = (p + 1) * vectors / panels;
    GemmArgs panel = g;
    panel.b += first * kLanes;
    panel.c += first * kLanes;
    if (panel.bias != nullptr) panel.bias += first * kLanes;
    Panel(panel, static_cast<int>(end - first), std::min(kLanes, g.n - (end - 1) * kLanes));
  }
}

/// The sum's terms in parts of at most kMaxDepth, each added to what the part before left in C.
void SplitDepth(const GemmArgs& args) {
  const std::int64_t k_part = std::min(args.k, kMaxDepth);
  const std::int64_t block_part =
      std::max<std::int64_t>(1, kMaxDepth / std::max<std::int64_t>(1, args.k));
  for (std::int64_t block = 0; block < args.blocks; block += block_part) {
    for (std::int64_t l = 0; l < args.k; l += k_part) {
      const bool first = block == 0 && l == 0;
      const bool last = block + block_part >= args.blocks && l + k_part >= args.k;
      GemmArgs part = args;
      part.blocks = std::min(block_part, args.blocks - block);
      part.k = std::min(k_part, args.k - l);
      part.a += block * args.a_block + l * args.a_col;
      part.b += block * args.b_block + l * args.b_row;
      if (!first) {
        part.bias = nullptr;
        part.accumulate = true;
      }
      part.relu = args.relu && last;
      Panels(part);
    }
  }
}

std::int64_t CountLanes() { return kLanes; }

}  // namespace netsmith::engine::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace netsmith::engine::kernels {

HWY_EXPORT(SplitDepth);
HWY_EXPORT(CountLanes);

void Gemm(const GemmArgs& args) {
  NETSMITH_CHECK(args.bias == nullptr || !args.accumulate);
  NETSMITH_CHECK_LT(0, std::min({args.m, args.n, args.k, args.blocks}));
  HWY_DYNAMIC_DISPATCH(SplitDepth)(args);
}

std::int64_t VectorFloats() { return HWY_DYNAMIC_DISPATCH(CountLanes)(); }

}  // namespace netsmith::engine::kernels
#endif
