#pragma once

#include <cstdint>

#include "netsmith/engine/layout.h"
#include "netsmith/graph/graph.h"

namespace netsmith::engine {

/// Any convolution (groups, dilation, stride) and its gradients as matrix products, one kernel
/// element or kernel row at a time, on the canonical weights [kh][kw][ic / groups][oc]. Slower than
/// DirectConv, whose restrictions it does not have.
struct GeneralConv {
  graph::Conv conv;
  tensor::SampleShape src, dst;
  std::int64_t pad_top = 0, pad_left = 0;

  std::int64_t ic() const { return src.channels / conv.groups; }
  std::int64_t oc() const { return dst.channels / conv.groups; }
  /// Floats of one kernel element's weights, all groups.
  std::int64_t tap_size() const { return ic() * dst.channels; }
  std::int64_t weights_size() const { return conv.kernel_height * conv.kernel_width * tap_size(); }

  /// dst = conv(src) + bias, which may be null. `src` has at least this convolution's padding.
  void Forward(const Layout& src_layout, const float* src, const float* weights, const float* bias,
               bool relu, const Layout& dst_layout, float* dst) const;
  /// Each group's elements transposed, as SrcGradient takes them: [kh][kw][groups][oc][ic].
  void Transpose(const float* weights, float* transposed) const;
  /// The gradient of the input, without padding.
  void SrcGradient(const Layout& diff_dst_layout, const float* diff_dst, const float* transposed,
                   const Layout& diff_src_layout, float* diff_src) const;
  /// Added to `diff_weights` or, with `accumulate` false, put there.
  void WeightsGradient(const Layout& src_layout, const float* src, const Layout& diff_dst_layout,
                       const float* diff_dst, bool accumulate, float* diff_weights) const;
};

/// Output positions [first, end) of one axis whose kernel element `tap` lies in the image.
struct TapRange {
  std::int64_t first = 0;
  std::int64_t end = 0;
};
/// `offset`: image position of that element for output position 0.
TapRange RangeOfTap(std::int64_t offset, std::int64_t stride, std::int64_t src_size,
                    std::int64_t dst_size);

}  // namespace netsmith::engine
