#pragma once

#include <cstdint>

#include "netsmith/engine/ops/transform_conv.h"

namespace netsmith::engine {

/// TransformConv whose points are rounded to bf16 before their products, with sums in f32; the
/// transforms themselves are f32. The error beside an f32 convolution, as a root of mean squares:
/// direct 0.22 % of the output, Fourier the same, Toom-Cook of 4, 6, 8 points 0.25, 0.65, 0.85 %.
///
/// Pairs of a product's terms are neighbouring channels forward, and in the gradient of the weights
/// neighbouring tiles, so each number is written beside the same channel's of the next tile.
class Bf16TransformConv final : public TransformConv {
 public:
  Bf16TransformConv(const ConvShape& shape, const kernels::TileScheme& scheme);

  /// In units of one vector multiply-add of f32: TransformConv's, and the rounded copies.
  static double Cost(const ConvShape& shape, const kernels::TileScheme& scheme, ConvPass pass);

  /// The weights' pairs, point by point, then room to transform them in.
  std::int64_t packed_size() const override;
  std::int64_t scratch_size() const override;
  void Pack(const float* weights, float* packed) const override;

 private:
  void Multiply(const Band& band, const float* srcs, const float* packed, float* dsts,
                float* spare) const override;
  void MultiplyGradients(const Band& band, const float* srcs, const float* diff_dsts,
                         bool accumulate, float* gradient, float* spare) const override;
  /// Pairs of rows of one point's matrix, kernel row by kernel row.
  std::int64_t row_pairs(int point) const;
  /// Pairs of all points.
  std::int64_t num_pairs() const;
};

}  // namespace netsmith::engine
