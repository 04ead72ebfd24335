#pragma once

#include <array>
#include <cstdint>

#include "netsmith/engine/layout.h"
#include "netsmith/graph/graph.h"

namespace netsmith::engine {

/// The gradient of a depthwise convolution's input, gathered: position s of an axis was read by the
/// outputs y with y · stride + h · dilation = s + padding. Positions of one remainder by the stride
/// have kernel elements of their own, and these make up a convolution of diff_dst.
class DepthwiseSrcGradient {
 public:
  /// Axes that stride and are dilated as well are not gathered.
  static bool CanGather(const graph::Conv& conv);
  /// `before_top`, `before_left`: padding that the convolution read.
  DepthwiseSrcGradient(const graph::Conv& conv, tensor::SampleShape src, tensor::SampleShape dst,
                       std::int64_t before_top, std::int64_t before_left);

  /// With the zeros that are read around it.
  Layout diff_dst_layout() const;
  /// [kh][kw][channels] to as many floats: the elements of each pair of remainders, turned round.
  void Pack(const float* weights, float* packed) const;
  /// Row y of the gradient, without padding.
  void MakeRow(const Layout& layout, const float* diff_dst, const float* packed, std::int64_t y,
               float* row) const;

 private:
  struct Axis {
    std::int64_t kernel, stride, dilation, before, src_size, dst_size;

    std::int64_t remainder(std::int64_t s) const { return (s + before) % stride; }
    /// Kernel elements r, r + stride, …
    std::int64_t taps(std::int64_t r) const { return (kernel - r + stride - 1) / stride; }
    /// The first output that position s was read by; may lie before all of them.
    std::int64_t first(std::int64_t s) const {
      return (s + before) / stride - (taps(remainder(s)) - 1) * dilation;
    }
    std::int64_t pad_before() const;
    std::int64_t pad_after() const;
  };

  std::int64_t channels_;
  Axis rows_, columns_;
};

}  // namespace netsmith::engine
