#include "netsmith/engine/kernels/bf16.h"

#include <cstring>

#include "netsmith/engine/kernels/bf16_avx512.h"
#include "netsmith/engine/kernels/gemm.h"
#include "netsmith/engine/kernels/product_tiles.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "netsmith/engine/kernels/bf16.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

// Included once for each instruction set.
#include "netsmith/engine/kernels/tile_sums-inl.h"

HWY_BEFORE_NAMESPACE();
namespace netsmith::engine::kernels::HWY_NAMESPACE {
using Bits = hn::RebindToUnsigned<Tag>;

/// The numbers of pairs, as floats.
HWY_INLINE Vector First(hn::Vec<Bits> pairs) {
  return hn::BitCast(Tag(), hn::ShiftLeft<16>(pairs));
}
HWY_INLINE Vector Second(hn::Vec<Bits> pairs) {
  return hn::BitCast(Tag(), hn::And(pairs, hn::Set(Bits(), 0xFFFF0000U)));
}

/// One tile, as in gemm.cc; each pair takes two multiply-adds.
template <int kRows, int kVectors>
struct Tile {
  static HWY_NOINLINE void Run(const Bf16GemmArgs& g, std::int64_t last_columns);
};

template <int kRows, int kVectors>
void Tile<kRows, kVectors>::Run(const Bf16GemmArgs& g, std::int64_t last_columns) {
  Vector sum[kRows][kVectors];
  LoadSums(g, sum);
  for (std::int64_t block = 0; block < g.blocks; ++block) {
    const Bf16* a = g.a + block * g.a_block;
    const Bf16Pair* b = g.b + block * g.b_block;
    for (std::int64_t left = g.k, steps = 0; left > 0; left -= steps) {
      steps = StepsToReport(g.prefetcher, left);
      for (std::int64_t l = 0; l < steps; ++l, a += g.a_col, b += g.b_row) {
        Vector first[kVectors], second[kVectors];
        for (int v = 0; v < kVectors; ++v) {
          const auto pairs = hn::LoadU(Bits(), b + v * kLanes);
          first[v] = First(pairs);
          second[v] = Second(pairs);
        }
        for (int i = 0; i < kRows; ++i) {
          Bf16Pair pair;
          std::memcpy(&pair, a + i * g.a_row, sizeof pair);
          const auto a_pair = hn::Set(Bits(), pair);
          const Vector a_first = First(a_pair), a_second = Second(a_pair);
          for (int v = 0; v < kVectors; ++v) {
            sum[i][v] = hn::MulAdd(a_first, first[v], sum[i][v]);
            sum[i][v] = hn::MulAdd(a_second, second[v], sum[i][v]);
          }
        }
      }
      if (g.prefetcher != nullptr) g.prefetcher->Report(kRows * kVectors * steps);
    }
  }
  StoreSums(g, sum, last_columns);
}

constexpr auto kTiles = MakeProductTiles<Bf16GemmArgs, Tile, 8, 4>(kLanes);

void RunTiles(const Bf16GemmArgs& args) { RunProduct(kTiles, args); }

}  // namespace netsmith::engine::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace netsmith::engine::kernels {

HWY_EXPORT(RunTiles);

namespace {

Bf16Pair Round(float value) {
  Bf16Pair bits;
  std::memcpy(&bits, &value, sizeof bits);
  const bool nan = (bits & 0x7FFFFFFFU) > 0x7F800000U;
  return nan ? bits >> 16 | 0x40U : (bits + 0x7FFFU + (bits >> 16 & 1U)) >> 16;
}

}  // namespace

bool HasBf16Dot() {
  static const bool available = avx512_bf16::Available();
  return available && VectorFloats() == 16;
}

void ToBf16(std::int64_t count, const float* from, Bf16* to) {
  if (HasBf16Dot()) return avx512_bf16::ToBf16(count, from, to);
  for (std::int64_t i = 0; i < count; ++i) to[i] = static_cast<Bf16>(Round(from[i]));
}

void ToBf16Pairs(std::int64_t count, const float* first, const float* second, Bf16Pair* to) {
  if (HasBf16Dot()) return avx512_bf16::ToBf16Pairs(count, first, second, to);
  for (std::int64_t i = 0; i < count; ++i) {
    to[i] = Round(first[i]) | (second != nullptr ? Round(second[i]) << 16 : 0U);
  }
}

void ToBf16RowPairs(std::int64_t rows, std::int64_t columns, const float* from, Bf16Pair* to) {
  if (HasBf16Dot()) return avx512_bf16::ToBf16RowPairs(rows, columns, from, to);
  for (std::int64_t row = 0; row < rows; row += 2, from += 2 * columns, to += columns) {
    ToBf16Pairs(columns, from, row + 1 < rows ? from + columns : nullptr, to);
  }
}

void Bf16Gemm(const Bf16GemmArgs& args) {
  if (HasBf16Dot()) return avx512_bf16::Gemm(args);
  HWY_DYNAMIC_DISPATCH(RunTiles)(args);
}

}  // namespace netsmith::engine::kernels
#endif
