#pragma once

#include <cstdint>

#include "netsmith/engine/kernels/prefetch.h"
#include "netsmith/engine/kernels/tile_sink.h"

namespace netsmith::engine::kernels {

/// Rows of B that stay in the second-level cache while all rows of A pass: 1024 rows of four
/// 64-byte vectors are 256 KiB.
inline constexpr std::int64_t kMaxDepth = 1024;

/// One matrix product over strided views, the work-horse of convolutions, dense layers and their
/// gradients:
///
///   C[i, j] = start[i, j] + Σ_block Σ_l A[i, block, l] · B[block, l, j]      (then ReLU, if asked)
///
/// Rows of A may overlap: the windows of a convolution over channels-last data are such rows, so
/// nothing is copied. Columns of B and C are contiguous. Strides are counted in elements.
///
/// B, and C where it is accumulated, may be read up to one vector beyond the end of a row; C is
/// written within its n columns only.
template <typename A, typename B>
struct Product {
  std::int64_t m = 0;       // rows of A and C
  std::int64_t n = 0;       // columns of B and C
  std::int64_t k = 0;       // columns of A, rows of B, within a block
  std::int64_t blocks = 1;  // how many such products are summed

  const A* a = nullptr;
  std::int64_t a_row = 0;
  std::int64_t a_col = 1;
  std::int64_t a_block = 0;
  const B* b = nullptr;
  std::int64_t b_row = 0;
  std::int64_t b_block = 0;
  float* c = nullptr;
  std::int64_t c_row = 0;

  const float* bias = nullptr;  // [n]: start of every row, instead of 0
  bool accumulate = false;      // start from what C holds; not together with bias
  bool relu = false;
  /// Takes C in place of memory, in whole vectors: then k · blocks is at most kMaxDepth. `position`
  /// is C's first row to it.
  TileSink* sink = nullptr;
  std::int64_t position = 0;
  Prefetcher* prefetcher = nullptr;  // set as the product begins
};

}  // namespace netsmith::engine::kernels
