#pragma once

#include <cstdint>

#include "netsmith/engine/kernels/tile_transform.h"

namespace netsmith::engine::kernels {

/// The transforms of TileScheme along the columns of an image (kh) and along its rows (kw), both
/// Toom-Cook's: a kernel of 3×3 on tiles of 6×6 takes 36 multiplications for 16 outputs.
///
/// Source   Lavin & Gray 2016, arXiv:1509.09308. Differs: 4, 6 or 8 points each way for any kernel
///          that they fit.
struct TileScheme2d {
  TileScheme columns, rows;

  std::int64_t points() const { return std::int64_t{columns.points} * rows.points; }
};

/// An image, channels last, cut into tiles that begin `outputs` rows and positions apart.
struct TileGrid2d {
  std::int64_t tile_rows = 1, row_tiles = 1;
  std::int64_t channels = 1;
  std::int64_t height = 0, width = 0;  // from the first tile's first position; more are zeros
  std::int64_t row_stride = 0;         // floats
  /// Floats from one point to the next; a point is [tile row][tile][channel]. The points follow
  /// one another as [column point][row point].
  std::int64_t point_stride = 0;
};

/// points = Bᵀ x B: each tile reads `points` rows and positions of the image.
void TransformSources(const TileScheme2d& scheme, const TileGrid2d& grid, const float* image,
                      float* points);
/// points = A dy Aᵀ: each tile reads its `outputs` rows and positions.
void TransformGradients(const TileScheme2d& scheme, const TileGrid2d& grid, const float* image,
                        float* points);
/// image = Aᵀ points A + bias, then ReLU if asked; bias may be null.
void TransformOutputs(const TileScheme2d& scheme, const TileGrid2d& grid, const float* points,
                      const float* bias, bool relu, float* image);

}  // namespace netsmith::engine::kernels
