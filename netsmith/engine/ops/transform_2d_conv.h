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
/// Shapes   weights [points][ic][oc]; so is their gradient until a group's last sample, then it is
///          transformed back: sums of all groups at all points would be too much for the cache
class Transform2dConv : public ConvAlgorithm {
 public:
  /// Strides and dilation are 1; the scheme is one of Schemes(). `group`: as in ConvUse.
  Transform2dConv(const ConvShape& shape, const kernels::TileScheme2d& scheme, std::int64_t group);

  /// The schemes that can take this convolution.
  static std::vector<kernels::TileScheme2d> Schemes(const ConvShape& shape);
  /// In units of one vector multiply-add.
  static double Cost(const ConvShape& shape, const kernels::TileScheme2d& scheme, ConvPass pass,
                     std::int64_t group);

  std::int64_t packed_size() const override { return weights_size(); }
  std::int64_t packed_bias_size() const override { return shape_.oc; }
  std::int64_t gradient_size() const override { return shape_.weights_size(); }
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
  /// How an image is cut into tiles and these into bands, which are transformed at a time, to stay
  /// in the cache: rows of tiles, or a part of a row.
  struct Cut {
    std::int64_t tile_rows = 1, row_tiles = 1;            // of the image
    std::int64_t band_tile_rows = 1, band_row_tiles = 1;  // of the largest band
    /// Samples of one band whose tiles are kept until the gradient takes them together: a product
    /// over few tiles would mostly load and store its sum.
    std::int64_t samples = 1;

    std::int64_t band_tiles() const { return band_tile_rows * band_row_tiles; }
    std::int64_t bands() const;
  };
  /// Of the output.
  struct Band {
    std::int64_t first_row = 0, first_position = 0;
    std::int64_t tile_rows = 0, row_tiles = 0;

    std::int64_t tiles() const { return tile_rows * row_tiles; }
  };

  static Cut CutOf(const ConvShape& shape, const kernels::TileScheme2d& scheme, std::int64_t group);

  /// Floats from one point of the weights to the next, and of all points.
  std::int64_t weights_stride() const;
  std::int64_t weights_size() const { return scheme_.points() * weights_stride(); }
  std::int64_t num_taps() const { return shape_.kh * shape_.kw; }
  template <typename Visit>
  void ForEachBand(Visit visit) const;
  /// The tiles of a band, with room for those of so many samples at each point.
  kernels::TileGrid2d SrcGrid(const Band& band, const Layout& layout, std::int64_t samples) const;
  kernels::TileGrid2d DstGrid(const Band& band, const Layout& layout, std::int64_t samples) const;
  std::int64_t SrcCorner(const Band& band, const Layout& layout) const;
  std::int64_t DstCorner(const Band& band, const Layout& layout) const;

  ConvShape shape_;
  kernels::TileScheme2d scheme_;
  Cut cut_;
  std::vector<float> matrix_;  // [points][taps]
};

}  // namespace netsmith::engine
