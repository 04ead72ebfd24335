#include "netsmith/engine/ops/transform_2d_conv.h"

#include <algorithm>

#include "netsmith/base/check.h"
#include "netsmith/engine/kernels/gemm.h"
#include "netsmith/engine/ops/transformed_weights.h"

namespace netsmith::engine {
namespace {

/// Floats that a product may read behind its matrices.
constexpr std::int64_t kSlack = 16;

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

/// Floats from one point's matrix to the next one's: an odd number of cache lines, so that an
/// element's points do not all fall into one set of the cache.
std::int64_t PointStride(std::int64_t floats) {
  constexpr std::int64_t kLine = 16;
  return (Ceil(floats, kLine) | 1) * kLine;
}

/// Floats of all points of so many tiles, on both sides.
std::int64_t PointsSize(const ConvShape& shape, const kernels::TileScheme2d& scheme,
                        std::int64_t tiles) {
  return scheme.points() * (PointStride(tiles * shape.ic) + PointStride(tiles * shape.oc));
}

}  // namespace

Transform2dConv::Transform2dConv(const ConvShape& shape, const kernels::TileScheme2d& scheme,
                                 std::int64_t group)
    : shape_(shape),
      scheme_(scheme),
      cut_(CutOf(shape, scheme, group)),
      matrix_(KroneckerMatrix(scheme)) {
  NETSMITH_CHECK(shape.stride_h == 1 && shape.stride_w == 1 && shape.dilation_h == 1);
  for (const kernels::TileScheme& along : {scheme.rows, scheme.columns}) {
    NETSMITH_CHECK(!along.fourier());
    NETSMITH_CHECK(along.points == 4 || along.points == 6 || along.points == 8);
  }
  NETSMITH_CHECK(scheme.rows.taps() == shape.kw && scheme.columns.taps() == shape.kh);
}

std::int64_t Transform2dConv::Cut::bands() const {
  return Ceil(tile_rows, band_tile_rows) * Ceil(row_tiles, band_row_tiles);
}

Transform2dConv::Cut Transform2dConv::CutOf(const ConvShape& shape,
                                            const kernels::TileScheme2d& scheme,
                                            std::int64_t group) {
  // Half of a second-level cache of 1 MiB, and what is kept by one op of several. Weights that are
  // larger are not worth passing several times.
  const std::int64_t weights = scheme.points() * shape.ic * shape.oc;
  const std::int64_t most_of_band = std::max<std::int64_t>(128 * 1024, weights);
  const std::int64_t most_kept = std::max<std::int64_t>(512 * 1024, weights);
  constexpr std::int64_t kTilesOfProduct = 64;
  Cut cut = {.tile_rows = Ceil(shape.dst_height, scheme.columns.outputs),
             .row_tiles = Ceil(shape.dst_width, scheme.rows.outputs)};
  const auto size = [&](std::int64_t samples) {
    return PointsSize(shape, scheme, samples * cut.band_tiles());
  };
  cut.band_tile_rows = cut.tile_rows;
  cut.band_row_tiles = cut.row_tiles;
  for (std::int64_t parts = 2; cut.band_tile_rows > 1 && size(1) > most_of_band; ++parts) {
    cut.band_tile_rows = Ceil(cut.tile_rows, parts);
  }
  for (std::int64_t parts = 2; cut.band_row_tiles > 1 && size(1) > most_of_band; ++parts) {
    cut.band_row_tiles = Ceil(cut.row_tiles, parts);
  }
  if (cut.bands() > 1) return cut;
  while (cut.samples < group && (cut.samples + 1) * cut.band_tiles() <= kTilesOfProduct &&
         size(cut.samples + 1) <= most_kept) {
    ++cut.samples;
  }
  return cut;
}

std::int64_t Transform2dConv::weights_stride() const { return PointStride(shape_.ic * shape_.oc); }

std::int64_t Transform2dConv::scratch_size() const {
  return PointsSize(shape_, scheme_, cut_.band_tiles()) + kSlack;
}

std::int64_t Transform2dConv::kept_size() const {
  const std::int64_t tiles = cut_.samples > 1 ? cut_.samples * cut_.band_tiles() : 0;
  return weights_size() + (tiles > 0 ? PointsSize(shape_, scheme_, tiles) : 0) + kSlack;
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
                 .c_row = weights_stride()});
}

void Transform2dConv::Unpack(const float* gradient, float* diff_weights) const {
  std::copy_n(gradient, shape_.weights_size(), diff_weights);
}

void Transform2dConv::PackBias(const float* bias, float* packed) const {
  std::copy_n(bias, shape_.oc, packed);
}

template <typename Visit>
void Transform2dConv::ForEachBand(Visit visit) const {
  for (std::int64_t y = 0; y < cut_.tile_rows; y += cut_.band_tile_rows) {
    for (std::int64_t x = 0; x < cut_.row_tiles; x += cut_.band_row_tiles) {
      visit(Band{.first_row = y * scheme_.columns.outputs,
                 .first_position = x * scheme_.rows.outputs,
                 .tile_rows = std::min(cut_.band_tile_rows, cut_.tile_rows - y),
                 .row_tiles = std::min(cut_.band_row_tiles, cut_.row_tiles - x)});
    }
  }
}

kernels::TileGrid2d Transform2dConv::SrcGrid(const Band& band, const Layout& layout,
                                             std::int64_t samples) const {
  const std::int64_t row_end = layout.pad_left + layout.shape.width + layout.pad_right;
  return {.tile_rows = band.tile_rows,
          .row_tiles = band.row_tiles,
          .channels = shape_.ic,
          .height = shape_.dst_height + shape_.kh - 1 - band.first_row,
          .width = row_end - (layout.pad_left - shape_.pad_left) - band.first_position,
          .row_stride = layout.row_stride(),
          .point_stride = PointStride(samples * band.tiles() * shape_.ic)};
}

kernels::TileGrid2d Transform2dConv::DstGrid(const Band& band, const Layout& layout,
                                             std::int64_t samples) const {
  return {.tile_rows = band.tile_rows,
          .row_tiles = band.row_tiles,
          .channels = shape_.oc,
          .height = shape_.dst_height - band.first_row,
          .width = shape_.dst_width - band.first_position,
          .row_stride = layout.row_stride(),
          .point_stride = PointStride(samples * band.tiles() * shape_.oc)};
}

std::int64_t Transform2dConv::SrcCorner(const Band& band, const Layout& layout) const {
  return layout.corner(shape_.pad_top, shape_.pad_left) + band.first_row * layout.row_stride() +
         band.first_position * shape_.ic;
}

std::int64_t Transform2dConv::DstCorner(const Band& band, const Layout& layout) const {
  return layout.row(band.first_row) + band.first_position * shape_.oc;
}

void Transform2dConv::Forward(const Layout& src_layout, const float* src, const float* packed,
                              const float* bias, bool relu, const Layout& dst_layout, float* dst,
                              float* scratch) const {
  ForEachBand([&](const Band& band) {
    const kernels::TileGrid2d from = SrcGrid(band, src_layout, 1);
    const kernels::TileGrid2d to = DstGrid(band, dst_layout, 1);
    float* const srcs = scratch;
    float* const dsts = srcs + scheme_.points() * from.point_stride;
    kernels::TransformSources(scheme_, from, src + SrcCorner(band, src_layout), srcs);
    for (std::int64_t point = 0; point < scheme_.points(); ++point) {
      kernels::Gemm({.m = band.tiles(),
                     .n = shape_.oc,
                     .k = shape_.ic,
                     .a = srcs + point * from.point_stride,
                     .a_row = shape_.ic,
                     .b = packed + point * weights_stride(),
                     .b_row = shape_.oc,
                     .c = dsts + point * to.point_stride,
                     .c_row = shape_.oc});
    }
    kernels::TransformOutputs(scheme_, to, dsts, bias, relu, dst + DstCorner(band, dst_layout));
  });
}

void Transform2dConv::WeightsGradient(const Layout& src_layout, const float* src,
                                      const Layout& diff_dst_layout, const float* diff_dst,
                                      const GradientSum& gradient, float* scratch) const {
  float* const sum = gradient.kept;
  const std::int64_t num_kept = gradient.sample % cut_.samples;  // samples before this one
  bool accumulate = gradient.sample >= cut_.samples;
  ForEachBand([&](const Band& band) {
    const kernels::TileGrid2d a = SrcGrid(band, src_layout, cut_.samples);
    const kernels::TileGrid2d b = DstGrid(band, diff_dst_layout, cut_.samples);
    float* const srcs = cut_.samples > 1 ? sum + weights_size() : scratch;
    float* const diff_dsts = srcs + scheme_.points() * a.point_stride;
    kernels::TransformSources(scheme_, a, src + SrcCorner(band, src_layout),
                              srcs + num_kept * band.tiles() * shape_.ic);
    kernels::TransformGradients(scheme_, b, diff_dst + DstCorner(band, diff_dst_layout),
                                diff_dsts + num_kept * band.tiles() * shape_.oc);
    if (num_kept + 1 < cut_.samples && !gradient.last) return;
    for (std::int64_t point = 0; point < scheme_.points(); ++point) {
      kernels::Gemm({.m = shape_.ic,
                     .n = shape_.oc,
                     .k = (num_kept + 1) * band.tiles(),
                     .a = srcs + point * a.point_stride,
                     .a_row = 1,
                     .a_col = shape_.ic,
                     .b = diff_dsts + point * b.point_stride,
                     .b_row = shape_.oc,
                     .c = sum + point * weights_stride(),
                     .c_row = shape_.oc,
                     .accumulate = accumulate});
    }
    accumulate = true;
  });
  if (!gradient.last) return;
  kernels::Gemm({.m = num_taps(),
                 .n = shape_.ic * shape_.oc,
                 .k = scheme_.points(),
                 .a = matrix_.data(),
                 .a_row = 1,
                 .a_col = num_taps(),
                 .b = sum,
                 .b_row = weights_stride(),
                 .c = gradient.sum,
                 .c_row = shape_.ic * shape_.oc});
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
                             ConvPass pass, std::int64_t group) {
  // For each point of a tile and vector of its channels; vector of a product; vector of weights,
  // which are too many for the first-level cache.
  constexpr double kTransform = 8.5, kProduct = 3.5, kWeights = 1;
  const Cut cut = CutOf(shape, scheme, group);
  const std::int64_t lanes = kernels::VectorFloats();
  const std::int64_t src_vectors = Ceil(shape.ic, lanes), dst_vectors = Ceil(shape.oc, lanes);
  const std::int64_t points = scheme.points() * cut.tile_rows * cut.row_tiles;
  const std::int64_t weights = scheme.points() * shape.ic * shape.oc;
  const double transforms = kTransform * static_cast<double>(points * (src_vectors + dst_vectors));
  const double products = static_cast<double>(points * shape.ic * dst_vectors);
  const double passes = static_cast<double>(cut.bands()) / static_cast<double>(cut.samples);
  if (pass == ConvPass::kWeightsGradient) {
    const double back = static_cast<double>(shape.kh * shape.kw) * Vectors(weights);
    return products + transforms + passes * CostOfSum(pass, weights) +
           back / static_cast<double>(group);
  }
  return products + transforms + kProduct * static_cast<double>(points * dst_vectors) +
         static_cast<double>(cut.bands()) * kWeights * Vectors(weights);
}

}  // namespace netsmith::engine
