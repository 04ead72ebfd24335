#include "netsmith/engine/ops/transform_2d_conv.h"

#include <algorithm>

#include "netsmith/base/check.h"
#include "netsmith/engine/kernels/gemm.h"
#include "netsmith/engine/ops/transformed_weights.h"

namespace netsmith::engine {
namespace {

std::int64_t Ceil(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

/// The map from a kernel of kh x kw to its points: each pair of a row of one map and one of the
/// other.
std::vector<float> KroneckerMatrix(const kernels::TileScheme2d& scheme) {
  const std::vector<float> along_rows = ToomCookMatrix(scheme.rows);
  const std::vector<float> along_columns = ToomCookMatrix(scheme.columns);
  const int kh = scheme.columns.taps(), kw = scheme.rows.taps();
  std::vector<float> matrix;
  for (int q = 0; q < scheme.columns.points; ++q) {
    for (int p = 0; p < scheme.rows.points; ++p) {
      for (int h = 0; h < kh; ++h) {
        for (int w = 0; w < kw; ++w) {
          matrix.push_back(along_rows[p * kw + w] * along_columns[q * kh + h]);
        }
      }
    }
  }
  return matrix;
}

/// Floats from one point of so many tiles to the next: an odd number of cache lines, so that a
/// tile's points do not all fall into one set of the cache.
std::int64_t PointStride(std::int64_t tiles, std::int64_t channels) {
  constexpr std::int64_t kLine = 16;
  return (Ceil(tiles * channels, kLine) | 1) * kLine;
}

/// Floats of all points of so many tiles, on both sides.
std::int64_t PointsSize(const ConvShape& shape, const kernels::TileScheme2d& scheme,
                        std::int64_t tiles) {
  return scheme.points() * (PointStride(tiles, shape.ic) + PointStride(tiles, shape.oc));
}

}  // namespace

Transform2dConv::Transform2dConv(const ConvShape& shape, const kernels::TileScheme2d& scheme)
    : shape_(shape), scheme_(scheme), cut_(CutOf(shape, scheme)), matrix_(KroneckerMatrix(scheme)) {
  NETSMITH_CHECK(shape.stride_h == 1 && shape.stride_w == 1 && shape.dilation_h == 1);
  NETSMITH_CHECK(!scheme.rows.fourier() && !scheme.columns.fourier());
  NETSMITH_CHECK(scheme.rows.taps() == shape.kw && scheme.columns.taps() == shape.kh);
}

Transform2dConv::Cut Transform2dConv::CutOf(const ConvShape& shape,
                                            const kernels::TileScheme2d& scheme) {
  constexpr std::int64_t kFloats = 128 * 1024;  // half of a second-level cache of 1 MiB
  constexpr std::int64_t kTilesOfProduct = 64;
  const std::int64_t whole = Ceil(shape.dst_height, scheme.columns.outputs);
  Cut cut = {.row_tiles = Ceil(shape.dst_width, scheme.rows.outputs), .tile_rows = whole};
  const auto fits = [&](std::int64_t tiles) { return PointsSize(shape, scheme, tiles) <= kFloats; };
  for (std::int64_t parts = 2; cut.tile_rows > 1 && !fits(cut.row_tiles * cut.tile_rows); ++parts) {
    cut.tile_rows = Ceil(whole, parts);
  }
  if (cut.tile_rows < whole) return cut;
  const std::int64_t tiles = cut.row_tiles * whole;
  while ((cut.samples + 1) * tiles <= kTilesOfProduct && fits((cut.samples + 1) * tiles)) {
    ++cut.samples;
  }
  return cut;
}

std::int64_t Transform2dConv::scratch_size() const {
  return PointsSize(shape_, scheme_, cut_.row_tiles * cut_.tile_rows);
}

std::int64_t Transform2dConv::kept_size() const {
  if (cut_.samples == 1) return 0;
  return PointsSize(shape_, scheme_, cut_.samples * cut_.row_tiles * cut_.tile_rows);
}

void Transform2dConv::Pack(const float* weights, float* packed) const {
  kernels::Gemm({.m = scheme_.points(),
                 .n = shape_.ic * shape_.oc,
                 .k = num_taps(),
                 .a = matrix_.data(),
                 .a_row = num_taps(),
                 .b = weights,
                 .b_row = shape_.ic * shape_.oc,
                 .c = packed,
                 .c_row = shape_.ic * shape_.oc});
}

void Transform2dConv::Unpack(const float* gradient, float* diff_weights) const {
  kernels::Gemm({.m = num_taps(),
                 .n = shape_.ic * shape_.oc,
                 .k = scheme_.points(),
                 .a = matrix_.data(),
                 .a_row = 1,
                 .a_col = num_taps(),
                 .b = gradient,
                 .b_row = shape_.ic * shape_.oc,
                 .c = diff_weights,
                 .c_row = shape_.ic * shape_.oc});
}

void Transform2dConv::PackBias(const float* bias, float* packed) const {
  std::copy_n(bias, shape_.oc, packed);
}

template <typename Visit>
void Transform2dConv::ForEachBand(Visit visit) const {
  const std::int64_t outputs = scheme_.columns.outputs;
  for (std::int64_t y = 0; y < shape_.dst_height; y += cut_.tile_rows * outputs) {
    const std::int64_t rows = std::min(cut_.tile_rows * outputs, shape_.dst_height - y);
    visit(Band{y, rows, Ceil(rows, outputs)});
  }
}

kernels::TileGrid2d Transform2dConv::SrcGrid(const Band& band, const Layout& layout,
                                             std::int64_t samples) const {
  const std::int64_t row_end = layout.pad_left + layout.shape.width + layout.pad_right;
  return {.tile_rows = band.tile_rows,
          .row_tiles = cut_.row_tiles,
          .channels = shape_.ic,
          .height = band.rows + shape_.kh - 1,
          .width = row_end - (layout.pad_left - shape_.pad_left),
          .row_stride = layout.row_stride(),
          .point_stride = PointStride(samples * num_tiles(band), shape_.ic)};
}

kernels::TileGrid2d Transform2dConv::DstGrid(const Band& band, const Layout& layout,
                                             std::int64_t samples) const {
  return {.tile_rows = band.tile_rows,
          .row_tiles = cut_.row_tiles,
          .channels = shape_.oc,
          .height = band.rows,
          .width = shape_.dst_width,
          .row_stride = layout.row_stride(),
          .point_stride = PointStride(samples * num_tiles(band), shape_.oc)};
}

const float* Transform2dConv::SrcCorner(const Band& band, const Layout& layout,
                                        const float* src) const {
  return src + layout.corner(shape_.pad_top, shape_.pad_left) +
         band.first_row * layout.row_stride();
}

void Transform2dConv::Forward(const Layout& src_layout, const float* src, const float* packed,
                              const float* bias, bool relu, const Layout& dst_layout, float* dst,
                              float* scratch) const {
  ForEachBand([&](const Band& band) {
    const kernels::TileGrid2d from = SrcGrid(band, src_layout, 1);
    const kernels::TileGrid2d to = DstGrid(band, dst_layout, 1);
    float* const srcs = scratch;
    float* const dsts = srcs + scheme_.points() * from.point_stride;
    kernels::TransformSources(scheme_, from, SrcCorner(band, src_layout, src), srcs);
    for (std::int64_t point = 0; point < scheme_.points(); ++point) {
      kernels::Gemm({.m = num_tiles(band),
                     .n = shape_.oc,
                     .k = shape_.ic,
                     .a = srcs + point * from.point_stride,
                     .a_row = shape_.ic,
                     .b = packed + point * shape_.ic * shape_.oc,
                     .b_row = shape_.oc,
                     .c = dsts + point * to.point_stride,
                     .c_row = shape_.oc});
    }
    kernels::TransformOutputs(scheme_, to, dsts, bias, relu, dst + dst_layout.row(band.first_row));
  });
}

void Transform2dConv::WeightsGradient(const Layout& src_layout, const float* src,
                                      const Layout& diff_dst_layout, const float* diff_dst,
                                      const GradientSum& gradient, float* scratch) const {
  const std::int64_t kept = gradient.sample % cut_.samples;  // before this one
  bool accumulate = gradient.sample >= cut_.samples;
  ForEachBand([&](const Band& band) {
    const kernels::TileGrid2d a = SrcGrid(band, src_layout, cut_.samples);
    const kernels::TileGrid2d b = DstGrid(band, diff_dst_layout, cut_.samples);
    const std::int64_t tiles = num_tiles(band);
    float* const srcs = cut_.samples > 1 ? gradient.kept : scratch;
    float* const diff_dsts = srcs + scheme_.points() * a.point_stride;
    kernels::TransformSources(scheme_, a, SrcCorner(band, src_layout, src),
                              srcs + kept * tiles * shape_.ic);
    kernels::TransformGradients(scheme_, b, diff_dst + diff_dst_layout.row(band.first_row),
                                diff_dsts + kept * tiles * shape_.oc);
    if (kept + 1 < cut_.samples && !gradient.last) return;
    for (std::int64_t point = 0; point < scheme_.points(); ++point) {
      kernels::Gemm({.m = shape_.ic,
                     .n = shape_.oc,
                     .k = (kept + 1) * tiles,
                     .a = srcs + point * a.point_stride,
                     .a_row = 1,
                     .a_col = shape_.ic,
                     .b = diff_dsts + point * b.point_stride,
                     .b_row = shape_.oc,
                     .c = gradient.sum + point * shape_.ic * shape_.oc,
                     .c_row = shape_.oc,
                     .accumulate = accumulate});
    }
    accumulate = true;
  });
}

std::vector<kernels::TileScheme2d> Transform2dConv::Schemes(const ConvShape& shape) {
  std::vector<kernels::TileScheme2d> schemes;
  if (shape.stride_h != 1 || shape.stride_w != 1 || shape.dilation_h != 1) return schemes;
  if (shape.kh == 1 || shape.kw == 1) return schemes;
  const auto along = [](std::int64_t taps) {
    std::vector<kernels::TileScheme> result;
    for (const int points : {4, 6, 8}) {
      const int outputs = points - static_cast<int>(std::min<std::int64_t>(taps, points)) + 1;
      if (outputs >= 2) result.push_back({kernels::TileScheme::Kind::kToomCook, points, outputs});
    }
    return result;
  };
  for (const kernels::TileScheme& columns : along(shape.kh)) {
    for (const kernels::TileScheme& rows : along(shape.kw)) schemes.push_back({columns, rows});
  }
  return schemes;
}

double Transform2dConv::Cost(const ConvShape& shape, const kernels::TileScheme2d& scheme,
                             ConvPass pass) {
  // For each point of a tile and vector of its channels; vector of a product; vector of weights,
  // which are too many for the first-level cache.
  constexpr double kTransform = 8.5, kProduct = 3.5, kWeights = 1;
  const std::int64_t lanes = kernels::VectorFloats();
  const std::int64_t src_vectors = Ceil(shape.ic, lanes), dst_vectors = Ceil(shape.oc, lanes);
  const std::int64_t points = scheme.points() * Ceil(shape.dst_width, scheme.rows.outputs) *
                              Ceil(shape.dst_height, scheme.columns.outputs);
  const std::int64_t weights = scheme.points() * shape.ic * shape.oc;
  const double transforms = kTransform * static_cast<double>(points * (src_vectors + dst_vectors));
  const double products = static_cast<double>(points * shape.ic * dst_vectors);
  if (pass == ConvPass::kWeightsGradient) {
    const auto samples = static_cast<double>(CutOf(shape, scheme).samples);
    return products + transforms + CostOfSum(pass, weights) / samples;
  }
  return products + transforms + kProduct * static_cast<double>(points * dst_vectors) +
         kWeights * Vectors(weights);
}

}  // namespace netsmith::engine
