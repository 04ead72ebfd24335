#pragma once

#include <cstdint>

#include "netsmith/engine/layout.h"
#include "netsmith/engine/ops/conv_algorithm.h"

namespace netsmith::engine {

/// Rows of the output that a product can take as one.
struct ProductRows {
  std::int64_t count = 1;
  std::int64_t width = 0;
};
/// True when windows are single elements that follow each other.
bool IsPointwise(const ConvShape& shape);
/// Then, and when neither image has gaps between its rows, all rows are one long row.
ProductRows JoinRows(const ConvShape& shape, const Layout& src, const Layout& dst);

/// A convolution as matrix products without copying: the windows of a padded row are the
/// overlapping rows of a matrix, stride_w · ic floats apart.
///
/// Few output channels would leave most of a vector empty, so `positions` neighbours are computed
/// as one row of positions · oc columns: their common window is kw + (positions - 1) · stride_w
/// long, and the weights are repeated, shifted by one window each, between zeros. That costs
/// window / kw times the multiply-adds and fills the vectors; how many positions is decided by
/// shape and vector length alone.
class DirectConv final : public ConvAlgorithm {
 public:
  explicit DirectConv(const ConvShape& shape);

  /// In units of one vector multiply-add: the products of one sample.
  static double Cost(const ConvShape& shape, ConvPass pass);

  std::int64_t packed_size() const override { return shape_.kh * packed_row(); }
  std::int64_t packed_bias_size() const override { return columns(); }
  std::int64_t gradient_size() const override { return packed_size(); }
  std::int64_t scratch_size() const override { return 0; }
  void Pack(const float* weights, float* packed) const override;
  void PackBias(const float* bias, float* packed) const override;
  void Forward(const Layout& src_layout, const float* src, const float* packed, const float* bias,
               bool relu, const Layout& dst_layout, float* dst, float* scratch) const override;
  bool CanHandOver() const override;
  void HandOver(const Layout& src_layout, const float* src, const float* packed, const float* bias,
                kernels::TileSink& sink, float* scratch) const override;
  void WeightsGradient(const Layout& src_layout, const float* src, const Layout& diff_dst_layout,
                       const float* diff_dst, const GradientSum& gradient,
                       float* scratch) const override;
  void Unpack(const float* gradient, float* diff_weights) const override;

  /// Neighbours that are computed as one row.
  std::int64_t positions() const { return positions_; }
  /// Positions of one image row that the window of a group of positions covers.
  std::int64_t window() const { return shape_.kw + (positions_ - 1) * shape_.stride_w; }
  /// Floats of one output row of the product.
  std::int64_t columns() const { return positions_ * shape_.oc; }

 private:
  /// To `sink`, unless that is null: then to dst.
  void Run(const Layout& src_layout, const float* src, const float* packed, const float* bias,
           bool relu, const Layout& dst_layout, float* dst, kernels::TileSink* sink) const;
  /// Floats of one kernel row's packed weights: [window · ic][columns].
  std::int64_t packed_row() const { return window() * shape_.ic * columns(); }

  ConvShape shape_;
  std::int64_t positions_;
};

}  // namespace netsmith::engine
