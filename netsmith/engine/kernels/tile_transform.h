#pragma once

#include <cstdint>

namespace netsmith::engine::kernels {

/// A one-dimensional convolution of tiles by fewer multiplications. With `taps` = points - outputs
/// + 1, a tile of `points` neighbouring positions x and a kernel w give `outputs` positions
///
///   y[i] = Σ_j w[j] · x[i + j]  =  (Aᵀ [(G w) ⊙ (Bᵀ x)])[i]
///
/// where ⊙ multiplies point by point. Over many channels each point is a matrix product of its own,
/// and the linear maps G, Bᵀ, Aᵀ cost little beside it.
///
/// Toom-Cook  4, 6 or 8 real points: values of polynomials at 0, ±1, ±2, ±1/2, and at infinity
/// Fourier    16, 32 or 64 points: the 0th and the last coefficient of a real Fourier transform,
/// which
///            are real, then the others between them, complex
///
/// Source   Winograd 1980, Arithmetic complexity of computations; Lavin & Gray 2016,
///          arXiv:1509.09308; Mathieu et al. 2014, arXiv:1312.5851. Differs: along rows only
///          (tile_transform_2d.h: both ways); kernel rows, pieces of long kernels and channels are
///          summed in the product.
struct TileScheme {
  enum class Kind { kToomCook, kFourier };

  Kind kind = Kind::kToomCook;
  int points = 8;
  int outputs = 6;

  int taps() const { return points - outputs + 1; }
  bool fourier() const { return kind == Kind::kFourier; }
  bool operator==(const TileScheme&) const = default;
};

/// Rows of an image, channels last, cut into tiles that begin `outputs` positions apart.
struct TileGrid {
  std::int64_t rows = 1;
  std::int64_t tiles = 1;  // a row
  std::int64_t channels = 1;
  std::int64_t width = 0;       // positions of a row from the first tile's first; more are zeros
  std::int64_t row_stride = 0;  // floats

  /// Floats of all tiles at all points. Points follow one another; a real point is [row][tile]
  /// [channel], a complex one [row][tile][re, im][channel].
  std::int64_t points_size(const TileScheme& scheme) const {
    return rows * tiles * channels * scheme.points;
  }
};

/// points = Bᵀ x: each tile reads `points` positions of the image.
void TransformSources(const TileScheme& scheme, const TileGrid& grid, const float* image,
                      float* points);
/// points = A dy: each tile reads its `outputs` positions.
void TransformGradients(const TileScheme& scheme, const TileGrid& grid, const float* image,
                        float* points);
/// image = Aᵀ points + bias, then ReLU if asked; bias may be null. `point_tiles` >= tiles: tiles of
/// a row in `points`.
void TransformOutputs(const TileScheme& scheme, const TileGrid& grid, std::int64_t point_tiles,
                      const float* points, const float* bias, bool relu, float* image);

}  // namespace netsmith::engine::kernels
