#include "netsmith/engine/ops/same_conv.h"

#include <algorithm>

#include "netsmith/engine/kernels/gemm.h"

namespace netsmith::engine {

std::int64_t ChoosePositions(std::int64_t kw, std::int64_t oc, std::int64_t width) {
  constexpr std::int64_t kMostPositions = 16;
  const std::int64_t lanes = kernels::VectorFloats();
  std::int64_t best = 1;
  double best_cost = 0;
  for (std::int64_t p = 1; p <= std::min(kMostPositions, width); ++p) {
    const std::int64_t vectors = (p * oc + lanes - 1) / lanes;
    const double cost = static_cast<double>(vectors * (kw + p - 1)) / static_cast<double>(p);
    if (p == 1 || cost < 0.95 * best_cost) {
      best = p;
      best_cost = cost;
    }
  }
  return best;
}

void SameConv::Expand(const float* weights, float* expanded) const {
  std::fill_n(expanded, expanded_size(), 0.0f);
  for (std::int64_t h = 0; h < kh; ++h) {
    for (std::int64_t w = 0; w < kw; ++w) {
      for (std::int64_t c = 0; c < ic; ++c, weights += oc) {
        for (std::int64_t s = 0; s < positions; ++s) {
          std::copy_n(weights, oc,
                      expanded + ((h * window() + w + s) * ic + c) * columns() + s * oc);
        }
      }
    }
  }
}

void SameConv::Fold(const float* expanded, float* weights) const {
  for (std::int64_t h = 0; h < kh; ++h) {
    for (std::int64_t w = 0; w < kw; ++w) {
      for (std::int64_t c = 0; c < ic; ++c, weights += oc) {
        std::fill_n(weights, oc, 0.0f);
        for (std::int64_t s = 0; s < positions; ++s) {
          const float* from = expanded + ((h * window() + w + s) * ic + c) * columns() + s * oc;
          for (std::int64_t o = 0; o < oc; ++o) weights[o] += from[o];
        }
      }
    }
  }
}

void SameConv::ExpandBias(const float* bias, float* expanded) const {
  for (std::int64_t s = 0; s < positions; ++s) std::copy_n(bias, oc, expanded + s * oc);
}

void SameConv::Forward(const Layout& src_layout, const float* src, const float* expanded,
                       const float* bias, bool relu, const Layout& dst_layout, float* dst) const {
  const std::int64_t width = dst_layout.shape.width;
  kernels::GemmArgs gemm = {.m = width / positions,
                            .n = columns(),
                            .k = window() * ic,
                            .blocks = kh,
                            .a_row = positions * ic,
                            .a_block = src_layout.row_stride(),
                            .b = expanded,
                            .b_row = columns(),
                            .b_block = expanded_row(),
                            .c_row = columns(),
                            .bias = bias,
                            .relu = relu};
  for (std::int64_t y = 0; y < dst_layout.shape.height; ++y) {
    const float* window_start = src + y * src_layout.row_stride();
    float* row = dst + dst_layout.row(y);
    gemm.a = window_start;
    gemm.c = row;
    kernels::Gemm(gemm);
    if (width % positions == 0) continue;
    // The last group overlaps the one before: what both write is the same.
    kernels::GemmArgs last = gemm;
    last.m = 1;
    last.a = window_start + (width - positions) * ic;
    last.c = row + (width - positions) * oc;
    kernels::Gemm(last);
  }
}

void SameConv::WeightsGradient(const Layout& src_layout, const float* src,
                               const Layout& diff_dst_layout, const float* diff_dst,
                               bool accumulate, float* diff_expanded) const {
  const std::int64_t width = diff_dst_layout.shape.width;
  const std::int64_t whole = width / positions * positions;
  for (std::int64_t h = 0; h < kh; ++h) {
    kernels::GemmArgs gemm = {.m = window() * ic,
                              .n = columns(),
                              .k = width / positions,
                              .blocks = diff_dst_layout.shape.height,
                              .a = src + h * src_layout.row_stride(),
                              .a_row = 1,
                              .a_col = positions * ic,
                              .a_block = src_layout.row_stride(),
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
    rest.a += whole * ic;
    rest.a_col = ic;
    rest.b += whole * oc;
    rest.b_row = oc;
    rest.accumulate = true;
    kernels::Gemm(rest);
  }
}

}  // namespace netsmith::engine
