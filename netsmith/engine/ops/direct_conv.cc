#include "netsmith/engine/ops/direct_conv.h"

#include <algorithm>

#include "netsmith/engine/kernels/gemm.h"

namespace netsmith::engine {
namespace {

/// Rows that a product can take as one: when windows are single elements and neither image has
/// gaps between its rows, all rows are one long row.
struct Rows {
  std::int64_t count;
  std::int64_t width;
};
Rows JoinRows(const DirectConv& conv, const Layout& src, const Layout& dst) {
  const bool pointwise = conv.kh == 1 && conv.kw == 1 && conv.stride_h == 1 && conv.stride_w == 1;
  const bool gaps = src.row_stride() != src.row_floats() || dst.row_stride() != dst.row_floats();
  if (pointwise && !gaps) return {1, dst.shape.height * dst.shape.width};
  return {dst.shape.height, dst.shape.width};
}

}  // namespace

std::int64_t ChoosePositions(std::int64_t kw, std::int64_t stride_w, std::int64_t oc,
                             std::int64_t width) {
  constexpr std::int64_t kMostPositions = 16;
  const std::int64_t lanes = kernels::VectorFloats();
  std::int64_t best = 1;
  double best_cost = 0;
  for (std::int64_t p = 1; p <= std::min(kMostPositions, width); ++p) {
    const std::int64_t vectors = (p * oc + lanes - 1) / lanes;
    const std::int64_t window = kw + (p - 1) * stride_w;
    const double cost = static_cast<double>(vectors * window) / static_cast<double>(p);
    if (p == 1 || cost < 0.95 * best_cost) {
      best = p;
      best_cost = cost;
    }
  }
  return best;
}

void DirectConv::Expand(const float* weights, float* expanded) const {
  std::fill_n(expanded, expanded_size(), 0.0f);
  for (std::int64_t h = 0; h < kh; ++h) {
    for (std::int64_t w = 0; w < kw; ++w) {
      for (std::int64_t c = 0; c < ic; ++c, weights += oc) {
        for (std::int64_t s = 0; s < positions; ++s) {
          const std::int64_t row = (h * window() + w + s * stride_w) * ic + c;
          std::copy_n(weights, oc, expanded + row * columns() + s * oc);
        }
      }
    }
  }
}

void DirectConv::Fold(const float* expanded, float* weights) const {
  for (std::int64_t h = 0; h < kh; ++h) {
    for (std::int64_t w = 0; w < kw; ++w) {
      for (std::int64_t c = 0; c < ic; ++c, weights += oc) {
        std::fill_n(weights, oc, 0.0f);
        for (std::int64_t s = 0; s < positions; ++s) {
          const std::int64_t row = (h * window() + w + s * stride_w) * ic + c;
          const float* from = expanded + row * columns() + s * oc;
          for (std::int64_t o = 0; o < oc; ++o) weights[o] += from[o];
        }
      }
    }
  }
}

void DirectConv::ExpandBias(const float* bias, float* expanded) const {
  for (std::int64_t s = 0; s < positions; ++s) std::copy_n(bias, oc, expanded + s * oc);
}

void DirectConv::Forward(const Layout& src_layout, const float* src, const float* expanded,
                         const float* bias, bool relu, const Layout& dst_layout, float* dst) const {
  const auto [rows, width] = JoinRows(*this, src_layout, dst_layout);
  kernels::GemmArgs gemm = {.m = width / positions,
                            .n = columns(),
                            .k = window() * ic,
                            .blocks = kh,
                            .a_row = positions * stride_w * ic,
                            .a_block = dilation_h * src_layout.row_stride(),
                            .b = expanded,
                            .b_row = columns(),
                            .b_block = expanded_row(),
                            .c_row = columns(),
                            .bias = bias,
                            .relu = relu};
  for (std::int64_t y = 0; y < rows; ++y) {
    const float* const windows =
        src + src_layout.corner(pad_top, pad_left) + y * stride_h * src_layout.row_stride();
    float* const row = dst + dst_layout.row(y);
    gemm.a = windows;
    gemm.c = row;
    kernels::Gemm(gemm);
    if (width % positions == 0) continue;
    // The last group overlaps the one before: what both write is the same.
    kernels::GemmArgs last = gemm;
    last.m = 1;
    last.a = windows + (width - positions) * stride_w * ic;
    last.c = row + (width - positions) * oc;
    kernels::Gemm(last);
  }
}

void DirectConv::WeightsGradient(const Layout& src_layout, const float* src,
                                 const Layout& diff_dst_layout, const float* diff_dst,
                                 bool accumulate, float* diff_expanded) const {
  const auto [rows, width] = JoinRows(*this, src_layout, diff_dst_layout);
  const std::int64_t whole = width / positions * positions;
  for (std::int64_t h = 0; h < kh; ++h) {
    kernels::GemmArgs gemm = {
        .m = window() * ic,
        .n = columns(),
        .k = width / positions,
        .blocks = rows,
        .a = src + src_layout.corner(pad_top, pad_left) + h * dilation_h * src_layout.row_stride(),
        .a_row = 1,
        .a_col = positions * stride_w * ic,
        .a_block = stride_h * src_layout.row_stride(),
        .b = diff_dst + diff_dst_layout.row(0),
        .b_row = columns(),
        .b_block = diff_dst_layout.row_stride(),
        .c = diff_expanded + h * expanded_row(),
        .c_row = columns(),
        .accumulate = accumulate};
    kernels::Gemm(gemm);
    if (whole == width) continue;
    // Positions that make up no group are added as groups of one, in the columns of the first.
    kernels::GemmArgs rest = gemm;
    rest.m = kw * ic;
    rest.n = oc;
    rest.k = width - whole;
    rest.a += whole * stride_w * ic;
    rest.a_col = stride_w * ic;
    rest.b += whole * oc;
    rest.b_row = oc;
    rest.accumulate = true;
    kernels::Gemm(rest);
  }
}

}  // namespace netsmith::engine
