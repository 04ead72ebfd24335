#include "netsmith/engine/ops/direct_conv.h"

#include <algorithm>
#include <array>

#include "netsmith/engine/kernels/gemm.h"

namespace netsmith::engine {
namespace {

/// Multiply-adds of vectors that an output position takes for a kernel row and an input channel,
/// when `positions` of them are computed as one.
double CostOf(const ConvShape& conv, std::int64_t positions) {
  const std::int64_t lanes = kernels::VectorFloats();
  const std::int64_t vectors = (positions * conv.oc + lanes - 1) / lanes;
  const std::int64_t window = conv.kw + (positions - 1) * conv.stride_w;
  return static_cast<double>(vectors * window) / static_cast<double>(positions);
}

std::int64_t ChoosePositions(const ConvShape& conv) {
  constexpr std::int64_t kMostPositions = 16;
  std::int64_t best = 1;
  for (std::int64_t p = 2; p <= std::min(kMostPositions, conv.dst_width); ++p) {
    if (CostOf(conv, p) < 0.95 * CostOf(conv, best)) best = p;
  }
  return best;
}

}  // namespace

bool IsPointwise(const ConvShape& shape) {
  return shape.kh == 1 && shape.kw == 1 && shape.stride_h == 1 && shape.stride_w == 1;
}

ProductRows JoinRows(const ConvShape& shape, const Layout& src, const Layout& dst) {
  const bool gaps = src.row_stride() != src.row_floats() || dst.row_stride() != dst.row_floats();
  if (IsPointwise(shape) && !gaps) return {1, dst.shape.height * dst.shape.width};
  return {dst.shape.height, dst.shape.width};
}

DirectConv::DirectConv(const ConvShape& shape)
    : shape_(shape), positions_(ChoosePositions(shape)) {}

double DirectConv::Cost(const ConvShape& shape, ConvPass pass) {
  return CostOf(shape, ChoosePositions(shape)) *
             static_cast<double>(shape.kh * shape.ic * shape.dst_height * shape.dst_width) +
         CostOfSum(pass, DirectConv(shape).gradient_size());
}

void DirectConv::Pack(const float* weights, float* packed) const {
  const auto [kh, kw, ic, oc] = std::array{shape_.kh, shape_.kw, shape_.ic, shape_.oc};
  std::fill_n(packed, packed_size(), 0.0f);
  for (std::int64_t h = 0; h < kh; ++h) {
    for (std::int64_t w = 0; w < kw; ++w) {
      for (std::int64_t c = 0; c < ic; ++c, weights += oc) {
        for (std::int64_t s = 0; s < positions_; ++s) {
          const std::int64_t row = (h * window() + w + s * shape_.stride_w) * ic + c;
          std::copy_n(weights, oc, packed + row * columns() + s * oc);
        }
      }
    }
  }
}

void DirectConv::Unpack(const float* gradient, float* diff_weights) const {
  const auto [kh, kw, ic, oc] = std::array{shape_.kh, shape_.kw, shape_.ic, shape_.oc};
  for (std::int64_t h = 0; h < kh; ++h) {
    for (std::int64_t w = 0; w < kw; ++w) {
      for (std::int64_t c = 0; c < ic; ++c, diff_weights += oc) {
        std::fill_n(diff_weights, oc, 0.0f);
        for (std::int64_t s = 0; s < positions_; ++s) {
          const std::int64_t row = (h * window() + w + s * shape_.stride_w) * ic + c;
          const float* from = gradient + row * columns() + s * oc;
          for (std::int64_t o = 0; o < oc; ++o) diff_weights[o] += from[o];
        }
      }
    }
  }
}

void DirectConv::PackBias(const float* bias, float* packed) const {
  for (std::int64_t s = 0; s < positions_; ++s)
    std::copy_n(bias, shape_.oc, packed + s * shape_.oc);
}

void DirectConv::Forward(const Layout& src_layout, const float* src, const float* packed,
                         const float* bias, bool relu, const Layout& dst_layout, float* dst,
                         float* /*scratch*/) const {
  Run(src_layout, src, packed, bias, relu, dst_layout, dst, nullptr);
}

bool DirectConv::CanHandOver() const {
  return positions_ == 1 && shape_.kh * shape_.kw * shape_.ic <= kernels::kMaxDepth;
}

void DirectConv::HandOver(const Layout& src_layout, const float* src, const float* packed,
                          const float* bias, kernels::TileSink& sink, float* /*scratch*/) const {
  const Layout dst = {{shape_.dst_height, shape_.dst_width, shape_.oc}};
  Run(src_layout, src, packed, bias, false, dst, nullptr, &sink);
}

void DirectConv::Run(const Layout& src_layout, const float* src, const float* packed,
                     const float* bias, bool relu, const Layout& dst_layout, float* dst,
                     kernels::TileSink* sink) const {
  const auto [rows, width] = JoinRows(shape_, src_layout, dst_layout);
  kernels::GemmArgs gemm = {.m = width / positions_,
                            .n = columns(),
                            .k = window() * shape_.ic,
                            .blocks = shape_.kh,
                            .a_row = positions_ * shape_.stride_w * shape_.ic,
                            .a_block = shape_.dilation_h * src_layout.row_stride(),
                            .b = packed,
                            .b_row = columns(),
                            .b_block = packed_row(),
                            .c_row = columns(),
                            .bias = bias,
                            .relu = relu,
                            .sink = sink};
  for (std::int64_t y = 0; y < rows; ++y) {
    const float* const windows = src + src_layout.corner(shape_.pad_top, shape_.pad_left) +
                                 y * shape_.stride_h * src_layout.row_stride();
    float* const row = sink == nullptr ? dst + dst_layout.row(y) : nullptr;
    gemm.a = windows;
    gemm.c = row;
    gemm.position = y * width;
    kernels::Gemm(gemm);
    if (width % positions_ == 0) continue;
    // The last group overlaps the one before: what both write is the same.
    kernels::GemmArgs last = gemm;
    last.m = 1;
    last.a = windows + (width - positions_) * shape_.stride_w * shape_.ic;
    last.c = row + (width - positions_) * shape_.oc;
    kernels::Gemm(last);
  }
}

void DirectConv::WeightsGradient(const Layout& src_layout, const float* src,
                                 const Layout& diff_dst_layout, const float* diff_dst,
                                 const GradientSum& gradient, float* /*scratch*/) const {
  const auto [rows, width] = JoinRows(shape_, src_layout, diff_dst_layout);
  const std::int64_t whole = width / positions_ * positions_;
  for (std::int64_t h = 0; h < shape_.kh; ++h) {
    kernels::GemmArgs gemm = {.m = window() * shape_.ic,
                              .n = columns(),
                              .k = width / positions_,
                              .blocks = rows,
                              .a = src + src_layout.corner(shape_.pad_top, shape_.pad_left) +
                                   h * shape_.dilation_h * src_layout.row_stride(),
                              .a_row = 1,
                              .a_col = positions_ * shape_.stride_w * shape_.ic,
                              .a_block = shape_.stride_h * src_layout.row_stride(),
                              .b = diff_dst + diff_dst_layout.row(0),
                              .b_row = columns(),
                              .b_block = diff_dst_layout.row_stride(),
                              .c = gradient.sum + h * packed_row(),
                              .c_row = columns(),
                              .accumulate = gradient.sample > 0};
    kernels::Gemm(gemm);
    if (whole == width) continue;
    // Positions that make up no group are added as groups of one, in the columns of the first.
    kernels::GemmArgs rest = gemm;
    rest.m = shape_.kw * shape_.ic;
    rest.n = shape_.oc;
    rest.k = width - whole;
    rest.a += whole * shape_.stride_w * shape_.ic;
    rest.a_col = shape_.stride_w * shape_.ic;
    rest.b += whole * shape_.oc;
    rest.b_row = shape_.oc;
    rest.accumulate = true;
    kernels::Gemm(rest);
  }
}

}  // namespace netsmith::engine
