#pragma once

#include <cstdint>

#include "netsmith/engine/layout.h"

namespace netsmith::engine {

/// A convolution as matrix products without copying: the windows of a padded row are the
/// overlapping rows of a matrix, stride_w · ic floats apart. One group, kernel elements side by
/// side; general_conv.h has the rest.
///
/// Few output channels would leave most of a vector empty, so `positions` neighbours are computed
/// as one row of positions · oc columns: their common window is kw + (positions - 1) · stride_w
/// long, and the weights are repeated, shifted by one window each, between zeros. That costs
/// window() / kw times the multiply-adds and fills the vectors; ChoosePositions weighs the two by
/// shape and vector length alone.
struct DirectConv {
  std::int64_t kh = 1, kw = 1, ic = 1, oc = 1;
  std::int64_t stride_h = 1, stride_w = 1;
  std::int64_t dilation_h = 1;
  std::int64_t pad_top = 0, pad_left = 0;
  std::int64_t positions = 1;

  /// Positions of one image row that the window of a group covers.
  std::int64_t window() const { return kw + (positions - 1) * stride_w; }
  /// Floats of one output row of the product.
  std::int64_t columns() const { return positions * oc; }
  /// Floats of one kernel row's expanded weights: [window · ic][columns].
  std::int64_t expanded_row() const { return window() * ic * columns(); }
  std::int64_t expanded_size() const { return kh * expanded_row(); }

  /// Expanded weights from [kh][kw][ic][oc].
  void Expand(const float* weights, float* expanded) const;
  /// The transposed use, for gradients:
  /// weights[h][w][c][o] = Σ_s expanded[h][w + s · stride_w][c][s][o].
  void Fold(const float* expanded, float* weights) const;
  /// `bias` [oc] repeated to [columns].
  void ExpandBias(const float* bias, float* expanded) const;

  /// dst = conv(src) + bias. `src` has at least this padding; `bias` is expanded, or null.
  void Forward(const Layout& src_layout, const float* src, const float* expanded, const float* bias,
               bool relu, const Layout& dst_layout, float* dst) const;

  /// The expanded weights' gradient, added to `diff_expanded` or, with `accumulate` false, put
  /// there.
  void WeightsGradient(const Layout& src_layout, const float* src, const Layout& diff_dst_layout,
                       const float* diff_dst, bool accumulate, float* diff_expanded) const;
};

/// How many neighbours to compute as one for rows of `width` output positions.
std::int64_t ChoosePositions(std::int64_t kw, std::int64_t stride_w, std::int64_t oc,
                             std::int64_t width);

}  // namespace netsmith::engine
