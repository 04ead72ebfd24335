#pragma once

#include <cstdint>
#include <vector>

#include "netsmith/engine/kernels/tile_transform.h"
#include "netsmith/engine/ops/conv_algorithm.h"
#include "netsmith/engine/ops/transformed_weights.h"

namespace netsmith::engine {

/// A convolution of stride 1 by fewer multiplications: rows are cut into tiles, tiles transformed
/// (kernels/tile_transform.h), and at each point tiles are convolved with the transformed kernel by
/// one matrix product, in which rows of windows overlap as in DirectConv.
///
/// Kernel rows and pieces are summed in the product. A complex point is a real product with twice
/// the channels: [re im] · [[Wr Wi], [-Wi Wr]].
class TransformConv : public ConvAlgorithm {
 public:
  /// Strides are 1.
  TransformConv(const ConvShape& shape, const kernels::TileScheme& scheme);

  /// The schemes that can take this convolution, whole kernel rows or pieces of them; none where a
  /// stride is not 1.
  static std::vector<kernels::TileScheme> Schemes(const ConvShape& shape);
  /// In units of one vector multiply-add: the products of a sample's tiles, and their transforms.
  static double Cost(const ConvShape& shape, const kernels::TileScheme& scheme, ConvPass pass);

  std::int64_t packed_size() const override { return form().size(); }
  std::int64_t packed_bias_size() const override { return shape_.oc; }
  std::int64_t gradient_size() const override { return form().size(); }
  std::int64_t scratch_size() const override;
  void Pack(const float* weights, float* packed) const override { weights_.Pack(weights, packed); }
  void PackBias(const float* bias, float* packed) const override;
  void Forward(const Layout& src_layout, const float* src, const float* packed, const float* bias,
               bool relu, const Layout& dst_layout, float* dst, float* scratch) const override;
  void WeightsGradient(const Layout& src_layout, const float* src, const Layout& diff_dst_layout,
                       const float* diff_dst, const GradientSum& gradient,
                       float* scratch) const override;
  void Unpack(const float* gradient, float* diff_weights) const override {
    weights_.Unpack(gradient, diff_weights);
  }

 protected:
  /// A part of the output that is transformed at a time, to stay in the cache: whole rows of an
  /// image, or tiles of a signal.
  struct Band {
    std::int64_t first_row = 0, rows = 0;
    std::int64_t first_tile = 0, tiles = 0;
  };
  /// What Cost adds up: multiply-adds of the products, vectors of channels of tiles, and floats of
  /// the weights.
  struct Work {
    double products = 0, src_tiles = 0, dst_tiles = 0;
    std::int64_t weights = 0;
  };
  static Work WorkOf(const ConvShape& shape, const kernels::TileScheme& scheme);
  static double CostOfTransforms(const Work& work, const kernels::TileScheme& scheme);

  std::int64_t src_tiles(const Band& band) const { return band.tiles + pieces_ - 1; }
  std::int64_t src_rows(const Band& band) const {
    return band.rows + (shape_.kh - 1) * shape_.dilation_h;
  }
  const Band& largest() const { return largest_; }
  std::int64_t pieces() const { return pieces_; }
  const ConvShape& shape() const { return shape_; }
  const TransformedForm& form() const { return weights_.form(); }

  /// dsts = srcs convolved with the weights, and the gradient of the weights, at each point.
  /// `spare`: what a derived class has added to the scratch.
  virtual void Multiply(const Band& band, const float* srcs, const float* packed, float* dsts,
                        float* spare) const;
  virtual void MultiplyGradients(const Band& band, const float* srcs, const float* diff_dsts,
                                 bool accumulate, float* gradient, float* spare) const;

 private:
  std::int64_t srcs_size(const Band& band) const;
  std::int64_t dsts_size(const Band& band) const;

  template <typename Visit>
  void ForEachBand(Visit visit) const;
  void TransformBand(const Band& band, const Layout& layout, const float* src, float* points) const;

  ConvShape shape_;
  kernels::TileScheme scheme_;
  TransformedWeights weights_;
  std::int64_t pieces_, tiles_;  // of a row: kernel and output
  Band largest_;
};

}  // namespace netsmith::engine
