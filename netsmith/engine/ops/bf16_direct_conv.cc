#include "netsmith/engine/ops/bf16_direct_conv.h"

#include <algorithm>

namespace netsmith::engine {
namespace {

using kernels::Bf16;
using kernels::Bf16Pair;

/// Beyond the last pair a product may read a number, and the last vector of a row of B.
constexpr std::int64_t kSlack = 16;

/// `count` pairs of two rows that end after `first_count` and `second_count`; then zeros.
void PairRows(std::int64_t count, const float* first, std::int64_t first_count, const float* second,
              std::int64_t second_count, Bf16Pair* to) {
  first_count = std::clamp<std::int64_t>(first_count, 0, count);
  second_count = std::clamp<std::int64_t>(second_count, 0, first_count);
  kernels::ToBf16Pairs(second_count, first, second, to);
  kernels::ToBf16Pairs(first_count - second_count, first + second_count, nullptr,
                       to + second_count);
  std::fill(to + first_count, to + count, 0);
}

}  // namespace

Bf16DirectConv::Bf16DirectConv(const ConvShape& shape) : shape_(shape), direct_(shape) {}

double Bf16DirectConv::Cost(const ConvShape& shape, ConvPass pass) {
  constexpr double kRound = 2, kPair = 4;  // for a vector
  const Bf16DirectConv conv(shape);
  const ProductRows rows = {shape.dst_height, shape.dst_width};
  const double sum = CostOfSum(pass, conv.gradient_size());
  const double products = (DirectConv::Cost(shape, pass) - sum) / 2;
  if (pass == ConvPass::kForward) {
    return products + kRound * Vectors(conv.src_rows(rows) * conv.src_floats(rows));
  }
  return products + sum +
         kPair * Vectors(conv.src_rows(rows) * conv.src_pairs(rows) +
                         rows.count * conv.dst_pairs(rows));
}

std::int64_t Bf16DirectConv::src_rows(const ProductRows& rows) const {
  return (rows.count - 1) * shape_.stride_h + (shape_.kh - 1) * shape_.dilation_h + 1;
}

std::int64_t Bf16DirectConv::src_floats(const ProductRows& rows) const {
  return ((rows.width - 1) * shape_.stride_w + shape_.kw) * shape_.ic;
}

std::int64_t Bf16DirectConv::group_pairs(const ProductRows& rows) const {
  return (rows.width + 2 * direct_.positions() - 1) / (2 * direct_.positions());
}

std::int64_t Bf16DirectConv::src_pairs(const ProductRows& rows) const {
  return 2 * (group_pairs(rows) - 1) * group_step() + direct_.window() * shape_.ic;
}

std::int64_t Bf16DirectConv::dst_pairs(const ProductRows& rows) const {
  return group_pairs(rows) * direct_.columns();
}

std::int64_t Bf16DirectConv::packed_size() const {
  return shape_.kh * window_pairs() * direct_.columns() + direct_.packed_size();
}

std::int64_t Bf16DirectConv::scratch_size(const ProductRows& rows) const {
  const std::int64_t numbers = src_rows(rows) * src_floats(rows);
  const std::int64_t pairs = src_rows(rows) * src_pairs(rows) + rows.count * dst_pairs(rows);
  return std::max(numbers / 2, pairs) + kSlack;
}

std::int64_t Bf16DirectConv::scratch_size() const {
  const ProductRows apart = {shape_.dst_height, shape_.dst_width};
  if (!IsPointwise(shape_)) return scratch_size(apart);
  return std::max(scratch_size(apart),
                  scratch_size(ProductRows{1, shape_.dst_height * shape_.dst_width}));
}

void Bf16DirectConv::Pack(const float* weights, float* packed) const {
  const std::int64_t columns = direct_.columns(), rows = direct_.window() * shape_.ic;
  auto* to = reinterpret_cast<Bf16Pair*>(packed);
  float* const arranged = packed + shape_.kh * window_pairs() * columns;
  direct_.Pack(weights, arranged);
  for (std::int64_t h = 0; h < shape_.kh; ++h, to += window_pairs() * columns) {
    kernels::ToBf16RowPairs(rows, columns, arranged + h * rows * columns, to);
  }
}

void Bf16DirectConv::Forward(const Layout& src_layout, const float* src, const float* packed,
                             const float* bias, bool relu, const Layout& dst_layout, float* dst,
                             float* scratch) const {
  Run(src_layout, src, packed, bias, relu, dst_layout, dst, nullptr, scratch);
}

void Bf16DirectConv::HandOver(const Layout& src_layout, const float* src, const float* packed,
                              const float* bias, kernels::TileSink& sink, float* scratch) const {
  const Layout dst = {{shape_.dst_height, shape_.dst_width, shape_.oc}};
  Run(src_layout, src, packed, bias, false, dst, nullptr, &sink, scratch);
}

void Bf16DirectConv::Run(const Layout& src_layout, const float* src, const float* packed,
                         const float* bias, bool relu, const Layout& dst_layout, float* dst,
                         kernels::TileSink* sink, float* scratch) const {
  const ProductRows rows = JoinRows(shape_, src_layout, dst_layout);
  const std::int64_t positions = direct_.positions(), floats = src_floats(rows);
  auto* const numbers = reinterpret_cast<Bf16*>(scratch);
  for (std::int64_t y = 0; y < src_rows(rows); ++y) {
    kernels::ToBf16(
        floats,
        src + src_layout.corner(shape_.pad_top, shape_.pad_left) + y * src_layout.row_stride(),
        numbers + y * floats);
  }
  numbers[src_rows(rows) * floats] = 0;
  const kernels::Bf16GemmArgs of_all_rows = {.n = direct_.columns(),
                                             .k = window_pairs(),
                                             .blocks = shape_.kh,
                                             .a_row = group_step(),
                                             .a_col = 2,
                                             .a_block = shape_.dilation_h * floats,
                                             .b = reinterpret_cast<const Bf16Pair*>(packed),
                                             .b_row = direct_.columns(),
                                             .b_block = window_pairs() * direct_.columns(),
                                             .c_row = direct_.columns(),
                                             .bias = bias,
                                             .relu = relu,
                                             .sink = sink};
  for (std::int64_t y = 0; y < rows.count; ++y) {
    const auto multiply = [&](std::int64_t first, std::int64_t groups) {
      kernels::Bf16GemmArgs gemm = of_all_rows;
      gemm.m = groups;
      gemm.a = numbers + y * shape_.stride_h * floats + first * shape_.stride_w * shape_.ic;
      gemm.position = y * rows.width + first;
      if (sink == nullptr) gemm.c = dst + dst_layout.row(y) + first * shape_.oc;
      kernels::Bf16Gemm(gemm);
    };
    multiply(0, rows.width / positions);
    // The last group overlaps the one before: what both write is the same.
    if (rows.width % positions != 0) multiply(rows.width - positions, 1);
  }
}

/// pairs[y][i] = (x[i], x[i + a group's step])
void Bf16DirectConv::PairSource(const ProductRows& rows, const Layout& layout, const float* src,
                                Bf16Pair* pairs) const {
  const std::int64_t floats = src_floats(rows), step = group_step();
  const float* from = src + layout.corner(shape_.pad_top, shape_.pad_left);
  for (std::int64_t y = 0; y < src_rows(rows); ++y) {
    PairRows(src_pairs(rows), from, floats, from + step, floats - step, pairs);
    from += layout.row_stride();
    pairs += src_pairs(rows);
  }
}

/// pairs[y][l][column] = groups 2l and 2l + 1 of the row; what is beyond its end is zero.
void Bf16DirectConv::PairGradient(const ProductRows& rows, const Layout& layout,
                                  const float* diff_dst, Bf16Pair* pairs) const {
  const std::int64_t columns = direct_.columns();
  for (std::int64_t y = 0; y < rows.count; ++y) {
    const float* from = diff_dst + layout.row(y);
    const std::int64_t groups = rows.width / direct_.positions() / 2 * 2;
    kernels::ToBf16RowPairs(groups, columns, from, pairs);
    const std::int64_t left = rows.width * shape_.oc - groups * columns;
    from += groups * columns;
    if (left > 0) {
      PairRows(columns, from, left, from + columns, left - columns, pairs + groups / 2 * columns);
    }
    pairs += dst_pairs(rows);
  }
}

void Bf16DirectConv::WeightsGradient(const Layout& src_layout, const float* src,
                                     const Layout& diff_dst_layout, const float* diff_dst,
                                     const GradientSum& gradient, float* scratch) const {
  const ProductRows rows = JoinRows(shape_, src_layout, diff_dst_layout);
  const std::int64_t columns = direct_.columns(), window = direct_.window() * shape_.ic;
  auto* const srcs = reinterpret_cast<Bf16Pair*>(scratch);
  Bf16Pair* const diff_dsts = srcs + src_rows(rows) * src_pairs(rows);
  PairSource(rows, src_layout, src, srcs);
  PairGradient(rows, diff_dst_layout, diff_dst, diff_dsts);
  for (std::int64_t h = 0; h < shape_.kh; ++h) {
    kernels::Bf16Gemm(
        {.m = window,
         .n = columns,
         .k = group_pairs(rows),
         .blocks = rows.count,
         .a = reinterpret_cast<const Bf16*>(srcs + h * shape_.dilation_h * src_pairs(rows)),
         .a_row = 2,
         .a_col = 4 * group_step(),
         .a_block = 2 * shape_.stride_h * src_pairs(rows),
         .b = diff_dsts,
         .b_row = columns,
         .b_block = dst_pairs(rows),
         .c = gradient.sum + h * window * columns,
         .c_row = columns,
         .accumulate = gradient.sample > 0});
  }
}

}  // namespace netsmith::engine
