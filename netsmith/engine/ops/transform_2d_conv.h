#pragma once

#include <cstdint>
#include <vector>

#include "netsmith/engine/kernels/tile_transform_2d.h"
#include "netsmith/engine/ops/conv_algorithm.h"

namespace netsmith::engine {

/// A convolution of stride 1 over an image by fewer multiplications yet than TransformConv's: tiles
/// are transformed along rows and columns (kernels/tile_transform_2d.h), and at each point all
/// tiles are multiplied with the transformed kernel by one matrix product.
///
/// Shapes   weights and their gradient [points][ic][oc]
class Transform2dConv : public ConvAlgorithm {
 public:
  /// Strides and dilation are 1.
  Transform2dConv(const ConvShape& shape, const kernels::TileScheme2d& scheme);

  /// The schemes that can take this convolution.
  static std::vector<kernels::TileScheme2d> Schemes(const ConvShape& shape);
  /// In units of one vector multiply-add.
  static double Cost(const ConvShape& shape, const kernels::TileScheme2d& scheme, ConvPass pass);

  std::int64_t packed_size() const override { return weights_size(); }
  std::int64_t packed_bias_size() const override { return shape_.oc; }
  std::int64_t gradient_size() const override { return weights_size(); }
  std::int64_t scratch_size() const override;
  std::int64_t kept_size() const override;
  void Pack(const float* weights, float* packed) const override;
  void PackBias(const float* bias, float* packed) const override;
  void Forward(const Layout& src_layout, const float* src, const float* packed, const float* bias,
               bool relu, const Layout& dst_layout, float* dst, float* scratch) const override;
  void WeightsGradient(const Layout& src_layout, const float* src, const Layout& diff_dst_layout,
                       const float* diff_dst, const GradientSum& gradient,
                       float* scratch) const override;
  void Unpack(const float* gradient, float* diff_weights) const override;

 private:
  struct Cut {
    std::int64_t row_tiles = 1;  // tiles of a row
    /// Rows of tiles that are transformed at a time, to stay in the cache.
    std::int64_t tile_rows = 1;
    /// Samples whose tiles are kept until the gradient takes them together: a product over few
    /// tiles would mostly load and store its sum.
    std::int64_t samples = 1;
  };
  struct Band {
    std::int64_t first_row = 0, rows = 0;  // of the output
    std::int64_t tile_rows = 0;
  };

  static Cut CutOf(const ConvShape& shape, const kernels::TileScheme2d& scheme);

  std::int64_t weights_size() const { return scheme_.points() * shape_.ic * shape_.oc; }
  std::int64_t num_taps() const { return shape_.kh * shape_.kw; }
  std::int64_t num_tiles(const Band& band) const { return band.tile_rows * cut_.row_tiles; }
  template <typename Visit>
  void ForEachBand(Visit visit) const;
  kernels::TileGrid2d SrcGrid(const Band& band, const Layout& layout, std::int64_t samples) const;
  kernels::TileGrid2d DstGrid(const Band& band, const Layout& layout, std::int64_t samples) const;
  const float* SrcCorner(const Band& band, const Layout& layout, const float* src) const;

  ConvShape shape_;
  kernels::TileScheme2d scheme_;
  Cut cut_;
  std::vector<float> matrix_;  // [points][taps]
};

}  // namespace netsmith::engine
