#include "netsmith/engine/kernels/dot.h"

#include <algorithm>
#include <array>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "netsmith/engine/kernels/dot.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace netsmith::engine::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Tag = hn::CappedTag<float, 16>;
constexpr std::int64_t kLanes = hn::MaxLanes(Tag());
constexpr int kTile = HWY_TARGET <= HWY_AVX3 ? 4 : 3;

/// kRows x kColumns sums, a vector of partial sums each.
template <int kRows, int kColumns>
HWY_NOINLINE void Tile(const DotArgs& o) {
  const Tag d;
  hn::Vec<Tag> sum[kRows][kColumns];
  for (auto& row : sum) {
    for (auto& value : row) value = hn::Zero(d);
  }
  std::int64_t l = 0;
  for (; l + kLanes <= o.k; l += kLanes) {
    hn::Vec<Tag> w[kColumns];
#pragma GCC unroll 4
    for (int j = 0; j < kColumns; ++j) w[j] = hn::LoadU(d, o.weights + j * o.k + l);
#pragma GCC unroll 4
    for (int i = 0; i < kRows; ++i) {
      const auto x = hn::LoadU(d, o.src + i * o.src_row + l);
#pragma GCC unroll 4
      for (int j = 0; j < kColumns; ++j) sum[i][j] = hn::MulAdd(x, w[j], sum[i][j]);
    }
  }
  for (int i = 0; i < kRows; ++i) {
    for (int j = 0; j < kColumns; ++j) {
      float total = hn::GetLane(hn::SumOfLanes(d, sum[i][j]));
      for (std::int64_t t = l; t < o.k; ++t) {
        total += o.src[i * o.src_row + t] * o.weights[j * o.k + t];
      }
      o.dst[i * o.dst_row + j] = total + o.bias[j];
    }
  }
}

using TileFunction = void (*)(const DotArgs&);

/// kTiles[rows - 1][columns - 1]
constexpr std::array<std::array<TileFunction, 4>, 4> kTiles = {{
    {&Tile<1, 1>, &Tile<1, 2>, &Tile<1, 3>, &Tile<1, 4>},
    {&Tile<2, 1>, &Tile<2, 2>, &Tile<2, 3>, &Tile<2, 4>},
    {&Tile<3, 1>, &Tile<3, 2>, &Tile<3, 3>, &Tile<3, 4>},
    {&Tile<4, 1>, &Tile<4, 2>, &Tile<4, 3>, &Tile<4, 4>},
}};

void Products(const DotArgs& args) {
  for (std::int64_t i = 0; i < args.m; i += kTile) {
    for (std::int64_t j = 0; j < args.n; j += kTile) {
      DotArgs part = args;
      part.src += i * args.src_row;
      part.weights += j * args.k;
      part.bias += j;
      part.dst += i * args.dst_row + j;
      const auto rows = std::min<std::int64_t>(kTile, args.m - i);
      const auto columns = std::min<std::int64_t>(kTile, args.n - j);
      kTiles[rows - 1][columns - 1](part);
    }
  }
}

}  // namespace netsmith::engine::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace netsmith::engine::kernels {

HWY_EXPORT(Products);

void RowsTimesRows(const DotArgs& args) { HWY_DYNAMIC_DISPATCH(Products)(args); }

}  // namespace netsmith::engine::kernels
#endif
