#include "netsmith/engine/ops/depthwise_src_gradient.h"

#include <algorithm>

#include "netsmith/engine/kernels/depthwise.h"

namespace netsmith::engine {

bool DepthwiseSrcGradient::CanGather(const graph::Conv& conv) {
  return (conv.stride_height == 1 || conv.dilation_height == 1) &&
         (conv.stride_width == 1 || conv.dilation_width == 1);
}

DepthwiseSrcGradient::DepthwiseSrcGradient(const graph::Conv& conv, tensor::SampleShape src,
                                           tensor::SampleShape dst, std::int64_t before_top,
                                           std::int64_t before_left)
    : channels_(src.channels),
      rows_{conv.kernel_height, conv.stride_height, conv.dilation_height,
            before_top,         src.height,         dst.height},
      columns_{conv.kernel_width, conv.stride_width, conv.dilation_width,
               before_left,       src.width,         dst.width} {}

std::int64_t DepthwiseSrcGradient::Axis::pad_before() const {
  std::int64_t pad = 0;
  for (std::int64_t s = 0; s < src_size; ++s) pad = std::max(pad, -first(s));
  return pad;
}

std::int64_t DepthwiseSrcGradient::Axis::pad_after() const {
  std::int64_t pad = 0;
  for (std::int64_t s = 0; s < src_size; ++s) {
    pad = std::max(pad, first(s) + (taps(remainder(s)) - 1) * dilation - (dst_size - 1));
  }
  return pad;
}

Layout DepthwiseSrcGradient::diff_dst_layout() const {
  return {{rows_.dst_size, columns_.dst_size, channels_},
          rows_.pad_before(),
          columns_.pad_before(),
          rows_.pad_after(),
          columns_.pad_after()};
}

void DepthwiseSrcGradient::Pack(const float* weights, float* packed) const {
  for (std::int64_t row = 0; row < rows_.stride; ++row) {
    for (std::int64_t column = 0; column < columns_.stride; ++column) {
      for (std::int64_t h = rows_.taps(row) - 1; h >= 0; --h) {
        for (std::int64_t w = columns_.taps(column) - 1; w >= 0; --w, packed += channels_) {
          const std::int64_t tap =
              (row + h * rows_.stride) * columns_.kernel + column + w * columns_.stride;
          std::copy_n(weights + tap * channels_, channels_, packed);
        }
      }
    }
  }
}

void DepthwiseSrcGradient::MakeRow(const Layout& layout, const float* diff_dst, const float* packed,
                                   std::int64_t y, float* row) const {
  const std::int64_t remainder = rows_.remainder(y);
  for (std::int64_t r = 0; r < remainder; ++r) {
    packed += rows_.taps(r) * columns_.kernel * channels_;
  }
  for (std::int64_t column = 0; column < columns_.stride; ++column) {
    const kernels::DepthwiseRow of_remainder = {.channels = channels_,
                                                .kh = rows_.taps(remainder),
                                                .kw = columns_.taps(column),
                                                .src_step = channels_,
                                                .src_row = rows_.dilation * layout.row_stride(),
                                                .src_tap = columns_.dilation * channels_,
                                                .dst_step = columns_.stride * channels_};
    // The first position of this remainder.
    const std::int64_t x =
        (column + columns_.stride - columns_.before % columns_.stride) % columns_.stride;
    if (x < columns_.src_size) {
      kernels::DepthwiseRow outputs = of_remainder;
      outputs.width = (columns_.src_size - x + columns_.stride - 1) / columns_.stride;
      kernels::DepthwiseForward(
          outputs, diff_dst + layout.row(rows_.first(y)) + columns_.first(x) * channels_, packed,
          nullptr, false, row + x * channels_);
    }
    packed += of_remainder.kh * of_remainder.kw * channels_;
  }
}

}  // namespace netsmith::engine
