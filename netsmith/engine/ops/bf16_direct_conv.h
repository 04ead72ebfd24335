#pragma once

#include <cstdint>

#include "netsmith/engine/kernels/bf16.h"
#include "netsmith/engine/layout.h"
#include "netsmith/engine/ops/conv_algorithm.h"
#include "netsmith/engine/ops/direct_conv.h"

namespace netsmith::engine {

/// DirectConv with operands rounded to bf16 and sums in f32.
///
/// A product's terms are taken in pairs. Forward, they are neighbours in a window, so a rounded
/// copy of the sample will do; in the gradient of the weights, neighbouring groups of positions, so
/// each number is written beside the one that lies a group further on.
class Bf16DirectConv final : public ConvAlgorithm {
 public:
  explicit Bf16DirectConv(const ConvShape& shape);

  /// In units of one vector multiply-add of f32: the products of one sample, and its copy.
  static double Cost(const ConvShape& shape, ConvPass pass);

  /// The weights' pairs, then room to arrange them in.
  std::int64_t packed_size() const override;
  std::int64_t packed_bias_size() const override { return direct_.packed_bias_size(); }
  std::int64_t gradient_size() const override { return direct_.gradient_size(); }
  std::int64_t scratch_size() const override;
  void Pack(const float* weights, float* packed) const override;
  void PackBias(const float* bias, float* packed) const override { direct_.PackBias(bias, packed); }
  void Forward(const Layout& src_layout, const float* src, const float* packed, const float* bias,
               bool relu, const Layout& dst_layout, float* dst, float* scratch) const override;
  bool CanHandOver() const override { return direct_.CanHandOver(); }
  void HandOver(const Layout& src_layout, const float* src, const float* packed, const float* bias,
                kernels::TileSink& sink, float* scratch) const override;
  void WeightsGradient(const Layout& src_layout, const float* src, const Layout& diff_dst_layout,
                       const float* diff_dst, const GradientSum& gradient,
                       float* scratch) const override;
  void Unpack(const float* gradient, float* diff_weights) const override {
    direct_.Unpack(gradient, diff_weights);
  }

 private:
  /// To `sink`, unless that is null: then to dst.
  void Run(const Layout& src_layout, const float* src, const float* packed, const float* bias,
           bool relu, const Layout& dst_layout, float* dst, kernels::TileSink* sink,
           float* scratch) const;
  /// Rows of the sample, and floats of each, that `rows` of the output read.
  std::int64_t src_rows(const ProductRows& rows) const;
  std::int64_t src_floats(const ProductRows& rows) const;
  /// Floats between the windows of two groups.
  std::int64_t group_step() const { return direct_.positions() * shape_.stride_w * shape_.ic; }
  std::int64_t group_pairs(const ProductRows& rows) const;
  /// Pairs of a row of the sample, and of the output's gradient, for the gradient of the weights.
  std::int64_t src_pairs(const ProductRows& rows) const;
  std::int64_t dst_pairs(const ProductRows& rows) const;
  std::int64_t window_pairs() const { return (direct_.window() * shape_.ic + 1) / 2; }
  std::int64_t scratch_size(const ProductRows& rows) const;
  void PairSource(const ProductRows& rows, const Layout& layout, const float* src,
                  kernels::Bf16Pair* pairs) const;
  void PairGradient(const ProductRows& rows, const Layout& layout, const float* diff_dst,
                    kernels::Bf16Pair* pairs) const;

  ConvShape shape_;
  DirectConv direct_;
};

}  // namespace netsmith::engine
