#include "netsmith/engine/ops/general_conv.h"

#include <algorithm>

#include "netsmith/engine/kernels/gemm.h"

namespace netsmith::engine {

TapRange RangeOfTap(std::int64_t offset, std::int64_t stride, std::int64_t src_size,
                    std::int64_t dst_size) {
  const std::int64_t first = offset >= 0 ? 0 : (-offset + stride - 1) / stride;
  const std::int64_t end = offset >= src_size ? 0 : (src_size - 1 - offset) / stride + 1;
  return {first, std::max(first, std::min(end, dst_size))};
}

void GeneralConv::Forward(const Layout& src_layout, const float* src_data, const float* weights,
                          const float* bias, bool relu, const Layout& dst_layout,
                          float* dst_data) const {
  for (std::int64_t y = 0; y < dst.height; ++y) {
    const float* const windows = src_data + src_layout.corner(pad_top, pad_left) +
                                 y * conv.stride_height * src_layout.row_stride();
    for (std::int64_t g = 0; g < conv.groups; ++g) {
      for (std::int64_t h = 0; h < conv.kernel_height; ++h) {
        const bool first = h == 0;
        kernels::Gemm({.m = dst.width,
                       .n = oc(),
                       .k = ic(),
                       .blocks = conv.kernel_width,
                       .a = windows + h * conv.dilation_height * src_layout.row_stride() + g * ic(),
                       .a_row = conv.stride_width * src.channels,
                       .a_block = conv.dilation_width * src.channels,
                       .b = weights + h * conv.kernel_width * tap_size() + g * oc(),
                       .b_row = dst.channels,
                       .b_block = tap_size(),
                       .c = dst_data + dst_layout.row(y) + g * oc(),
                       .c_row = dst.channels,
                       .bias = first && bias != nullptr ? bias + g * oc() : nullptr,
                       .accumulate = !first,
                       .relu = relu && h + 1 == conv.kernel_height});
      }
    }
  }
}

void GeneralConv::Transpose(const float* weights, float* transposed) const {
  for (std::int64_t tap = 0; tap < conv.kernel_height * conv.kernel_width; ++tap) {
    for (std::int64_t g = 0; g < conv.groups; ++g) {
      for (std::int64_t o = 0; o < oc(); ++o) {
        for (std::int64_t c = 0; c < ic(); ++c) {
          *transposed++ = weights[tap * tap_size() + c * dst.channels + g * oc() + o];
        }
      }
    }
  }
}

void GeneralConv::SrcGradient(const Layout& diff_dst_layout, const float* diff_dst,
                              const float* transposed, const Layout& diff_src_layout,
                              float* diff_src) const {
  std::fill_n(diff_src, diff_src_layout.size(), 0.0f);
  for (std::int64_t h = 0; h < conv.kernel_height; ++h) {
    const std::int64_t top = h * conv.dilation_height - pad_top;
    const TapRange rows = RangeOfTap(top, conv.stride_height, src.height, dst.height);
    for (std::int64_t w = 0; w < conv.kernel_width; ++w) {
      const std::int64_t left = w * conv.dilation_width - pad_left;
      const TapRange columns = RangeOfTap(left, conv.stride_width, src.width, dst.width);
      if (columns.first == columns.end) continue;
      const float* const tap = transposed + (h * conv.kernel_width + w) * tap_size();
      for (std::int64_t y = rows.first; y < rows.end; ++y) {
        const std::int64_t sy = y * conv.stride_height + top;
        const std::int64_t sx = columns.first * conv.stride_width + left;
        for (std::int64_t g = 0; g < conv.groups; ++g) {
          kernels::Gemm(
              {.m = columns.end - columns.first,
               .n = ic(),
               .k = oc(),
               .a = diff_dst + diff_dst_layout.row(y) + columns.first * dst.channels + g * oc(),
               .a_row = dst.channels,
               .b = tap + g * oc() * ic(),
               .b_row = ic(),
               .c = diff_src + diff_src_layout.row(sy) + sx * src.channels + g * ic(),
               .c_row = conv.stride_width * src.channels,
               .accumulate = true});
        }
      }
    }
  }
}

void GeneralConv::WeightsGradient(const Layout& src_layout, const float* src_data,
                                  const Layout& diff_dst_layout, const float* diff_dst,
                                  bool accumulate, float* diff_weights) const {
  for (std::int64_t h = 0; h < conv.kernel_height; ++h) {
    for (std::int64_t w = 0; w < conv.kernel_width; ++w) {
      const float* const elements = src_data + src_layout.corner(pad_top, pad_left) +
                                    h * conv.dilation_height * src_layout.row_stride() +
                                    w * conv.dilation_width * src.channels;
      for (std::int64_t g = 0; g < conv.groups; ++g) {
        kernels::Gemm({.m = ic(),
                       .n = oc(),
                       .k = dst.width,
                       .blocks = dst.height,
                       .a = elements + g * ic(),
                       .a_row = 1,
                       .a_col = conv.stride_width * src.channels,
                       .a_block = conv.stride_height * src_layout.row_stride(),
                       .b = diff_dst + diff_dst_layout.row(0) + g * oc(),
                       .b_row = dst.channels,
                       .b_block = diff_dst_layout.row_stride(),
                       .c = diff_weights + (h * conv.kernel_width + w) * tap_size() + g * oc(),
                       .c_row = dst.channels,
                       .accumulate = accumulate});
      }
    }
  }
}

}  // namespace netsmith::engine
