#include "netsmith/engine/ops/bf16_transform_conv.h"

#include "netsmith/engine/kernels/bf16.h"

namespace netsmith::engine {
namespace {

using kernels::Bf16;
using kernels::Bf16Pair;

/// Beyond the last pair a product may read a number, and the last vector of a row of B.
constexpr std::int64_t kSlack = 16;

}  // namespace

Bf16TransformConv::Bf16TransformConv(const ConvShape& shape, const kernels::TileScheme& scheme)
    : TransformConv(shape, scheme) {}

double Bf16TransformConv::Cost(const ConvShape& shape, const kernels::TileScheme& scheme,
                               ConvPass pass) {
  constexpr double kRound = 2, kPair = 4;  // for a vector
  const Work work = WorkOf(shape, scheme);
  const double copied = pass == ConvPass::kForward ? kRound * work.src_tiles
                                                   : kPair * (work.src_tiles + work.dst_tiles / 2);
  return work.products / 2 + CostOfTransforms(work, scheme) + scheme.points * copied +
         CostOfSum(pass, work.weights);
}

std::int64_t Bf16TransformConv::row_pairs(int point) const {
  return (pieces() * form().components(point) * shape().ic + 1) / 2;
}

std::int64_t Bf16TransformConv::num_pairs() const {
  std::int64_t pairs = 0;
  for (int point = 0; point < form().num_points(); ++point) {
    pairs += shape().kh * row_pairs(point) * form().components(point) * shape().oc;
  }
  return pairs;
}

std::int64_t Bf16TransformConv::packed_size() const {
  return num_pairs() + TransformConv::packed_size();
}

std::int64_t Bf16TransformConv::scratch_size() const {
  const std::int64_t components = form().components(form().num_points() - 1);
  const std::int64_t src_tiles_of_all = src_rows(largest()) * src_tiles(largest());
  const std::int64_t dst_tile_pairs = largest().rows * ((largest().tiles + 1) / 2);
  return TransformConv::scratch_size() +
         components * (src_tiles_of_all * shape().ic + dst_tile_pairs * shape().oc) + 2 * kSlack;
}

void Bf16TransformConv::Pack(const float* weights_of_conv, float* packed) const {
  auto* to = reinterpret_cast<Bf16Pair*>(packed);
  const float* from = packed + num_pairs();
  TransformConv::Pack(weights_of_conv, packed + num_pairs());
  for (int point = 0; point < form().num_points(); ++point) {
    const std::int64_t c = form().components(point);
    const std::int64_t rows = pieces() * c * shape().ic, columns = c * shape().oc;
    for (std::int64_t h = 0; h < shape().kh; ++h) {
      kernels::ToBf16RowPairs(rows, columns, from, to);
      from += rows * columns;
      to += row_pairs(point) * columns;
    }
  }
}

void Bf16TransformConv::Multiply(const Band& band, const float* srcs, const float* packed,
                                 float* dsts, float* spare) const {
  const std::int64_t row_tiles = src_tiles(band);
  auto* const numbers = reinterpret_cast<Bf16*>(spare);
  auto* pairs = reinterpret_cast<const Bf16Pair*>(packed);
  for (int point = 0; point < form().num_points(); ++point) {
    const std::int64_t c = form().components(point);
    const std::int64_t ic = c * shape().ic, oc = c * shape().oc;
    const std::int64_t count = src_rows(band) * row_tiles * ic;
    kernels::ToBf16(count, srcs, numbers);
    numbers[count] = 0;
    kernels::Bf16Gemm({.m = (band.rows - 1) * row_tiles + band.tiles,
                       .n = oc,
                       .k = row_pairs(point),
                       .blocks = shape().kh,
                       .a = numbers,
                       .a_row = ic,
                       .a_col = 2,
                       .a_block = shape().dilation_h * row_tiles * ic,
                       .b = pairs,
                       .b_row = oc,
                       .b_block = row_pairs(point) * oc,
                       .c = dsts,
                       .c_row = oc});
    pairs += shape().kh * row_pairs(point) * oc;
    srcs += count;
    dsts += band.rows * row_tiles * oc;
  }
}

void Bf16TransformConv::MultiplyGradients(const Band& band, const float* srcs,
                                          const float* diff_dsts, bool accumulate, float* gradient,
                                          float* spare) const {
  const std::int64_t row_tiles = src_tiles(band);
  const bool joined = pieces() == 1;  // rows of tiles have the same length on both sides
  const std::int64_t blocks = joined ? 1 : band.rows;
  const std::int64_t tiles = joined ? band.rows * band.tiles : band.tiles;
  const std::int64_t tile_pairs = (tiles + 1) / 2;
  for (int point = 0; point < form().num_points(); ++point) {
    const std::int64_t c = form().components(point);
    const std::int64_t ic = c * shape().ic, oc = c * shape().oc;
    const std::int64_t count = src_rows(band) * row_tiles * ic;
    auto* const src_pairs = reinterpret_cast<Bf16Pair*>(spare);
    Bf16Pair* const dst_pairs = src_pairs + count;
    kernels::ToBf16Pairs(count - ic, srcs, srcs + ic, src_pairs);
    kernels::ToBf16Pairs(ic, srcs + count - ic, nullptr, src_pairs + count - ic);
    for (std::int64_t block = 0; block < blocks; ++block, diff_dsts += tiles * oc) {
      kernels::ToBf16RowPairs(tiles, oc, diff_dsts, dst_pairs + block * tile_pairs * oc);
    }
    for (std::int64_t h = 0; h < shape().kh; ++h) {
      kernels::Bf16Gemm(
          {.m = pieces() * ic,
           .n = oc,
           .k = tile_pairs,
           .blocks = blocks,
           .a = reinterpret_cast<const Bf16*>(src_pairs + h * shape().dilation_h * row_tiles * ic),
           .a_row = 2,
           .a_col = 4 * ic,
           .a_block = 2 * row_tiles * ic,
           .b = dst_pairs,
           .b_row = oc,
           .b_block = tile_pairs * oc,
           .c = gradient + form().offset(point) + h * pieces() * ic * oc,
           .c_row = oc,
           .accumulate = accumulate});
    }
    srcs += count;
  }
}

}  // namespace netsmith::engine
