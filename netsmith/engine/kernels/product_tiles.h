#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "netsmith/base/check.h"
#include "netsmith/engine/kernels/prefetch.h"
#include "netsmith/engine/kernels/product.h"

/// How a Product is cut into the tiles that an instruction set keeps in its registers.
namespace netsmith::engine::kernels {

inline constexpr int kMostTileVectors = 4;
inline constexpr int kMostTileRows = 16;
inline constexpr int kMostLanes = 16;

/// The tiles of one instruction set.
template <typename Args>
struct ProductTiles {
  /// `last_columns` of the last vector of columns are real.
  using Function = void (*)(const Args&, std::int64_t last_columns);

  std::int64_t lanes = 1;
  std::int64_t max_vectors = 1;                              // of columns
  std::array<std::int64_t, kMostTileVectors> max_rows = {};  // by vectors - 1
  /// [vectors - 1][rows - 1]
  std::array<std::array<Function, kMostTileRows>, kMostTileVectors> functions = {};
};

/// All columns of C, in panels of nearly equal width; all rows for one panel before the next, in
/// tiles of nearly equal height.
template <typename Args>
void RunPanels(const ProductTiles<Args>& tiles, const Args& args) {
  const std::int64_t lanes = tiles.lanes;
  alignas(64) float of_sink[kMostTileRows * kMostTileVectors * kMostLanes];
  const std::int64_t vectors = (args.n + lanes - 1) / lanes;
  const std::int64_t panels = (vectors + tiles.max_vectors - 1) / tiles.max_vectors;
  for (std::int64_t p = 0; p < panels; ++p) {
    const std::int64_t first = p * vectors / panels;
    const std::int64_t end = (p + 1) * vectors / panels;
    Args panel = args;
    panel.b += first * lanes;
    panel.c += first * lanes;
    if (panel.bias != nullptr) panel.bias += first * lanes;
    if (args.sink != nullptr) {
      panel.c = of_sink;
      panel.c_row = (end - first) * lanes;
    }
    const std::int64_t last_columns = std::min(lanes, args.n - (end - 1) * lanes);
    const auto& functions = tiles.functions[end - first - 1];
    const std::int64_t max_rows = tiles.max_rows[end - first - 1];
    const std::int64_t row_tiles = (args.m + max_rows - 1) / max_rows;
    for (std::int64_t t = 0; t < row_tiles; ++t) {
      const std::int64_t row = t * args.m / row_tiles;
      const std::int64_t rows = (t + 1) * args.m / row_tiles - row;
      functions[rows - 1](panel, last_columns);
      panel.a += rows * panel.a_row;
      if (args.sink == nullptr) {
        panel.c += rows * panel.c_row;
        continue;
      }
      args.sink->Take({.position = args.position + row,
                       .rows = rows,
                       .channel = first * lanes,
                       .channels = panel.c_row,
                       .values = of_sink,
                       .row = panel.c_row});
    }
  }
}

/// The sum's terms in parts of at most kMaxDepth, each added to what the part before left in C.
template <typename Args>
void RunProduct(const ProductTiles<Args>& tiles, const Args& args) {
  NETSMITH_CHECK(args.bias == nullptr || !args.accumulate);
  NETSMITH_CHECK_LT(0, std::min({args.m, args.n, args.k, args.blocks}));
  NETSMITH_CHECK(args.sink == nullptr ||
                 (args.k * args.blocks <= kMaxDepth && args.n % tiles.lanes == 0));
  Prefetcher* const prefetcher = ActivePrefetcher();
  const std::int64_t k_part = std::min(args.k, kMaxDepth);
  const std::int64_t block_part = std::max<std::int64_t>(1, kMaxDepth / args.k);
  for (std::int64_t block = 0; block < args.blocks; block += block_part) {
    for (std::int64_t l = 0; l < args.k; l += k_part) {
      const bool first = block == 0 && l == 0;
      const bool last = block + block_part >= args.blocks && l + k_part >= args.k;
      Args part = args;
      part.blocks = std::min(block_part, args.blocks - block);
      part.k = std::min(k_part, args.k - l);
      part.a += block * args.a_block + l * args.a_col;
      part.b += block * args.b_block + l * args.b_row;
      if (!first) {
        part.bias = nullptr;
        part.accumulate = true;
      }
      part.relu = args.relu && last;
      part.prefetcher = prefetcher;
      RunPanels(tiles, part);
    }
  }
}

/// The table's functions for kVectors vectors: Tile<rows, kVectors>::Run.
template <typename Args, template <int, int> typename Tile, int kVectors, int... kRowsMinusOne>
constexpr auto TileRow(std::integer_sequence<int, kRowsMinusOne...>) {
  return std::array<typename ProductTiles<Args>::Function, kMostTileRows>{
      &Tile<kRowsMinusOne + 1, kVectors>::Run...};
}

/// kMaxRows: the most rows for 1, 2, … vectors.
template <typename Args, template <int, int> typename Tile, int... kMaxRows>
constexpr ProductTiles<Args> MakeProductTiles(std::int64_t lanes) {
  return []<int... kVectorsMinusOne>(std::int64_t tile_lanes,
                                     std::integer_sequence<int, kVectorsMinusOne...>) {
    return ProductTiles<Args>{.lanes = tile_lanes,
                              .max_vectors = sizeof...(kMaxRows),
                              .max_rows = {kMaxRows...},
                              .functions = {TileRow<Args, Tile, kVectorsMinusOne + 1>(
                                  std::make_integer_sequence<int, kMaxRows>())...}};
  }
  (lanes, std::make_integer_sequence<int, sizeof...(kMaxRows)>());
}

}  // namespace netsmith::engine::kernels
