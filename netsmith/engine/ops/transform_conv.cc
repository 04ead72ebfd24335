#include "netsmith/engine/ops/transform_conv.h"

#include <algorithm>

#include "netsmith/base/check.h"
#include "netsmith/engine/kernels/gemm.h"

namespace netsmith::engine {
namespace {

/// Loads, stores and additions for a tile and a vector of channels.
double CostOfTransform(const kernels::TileScheme& scheme) {
  if (!scheme.fourier()) return 8.5 * scheme.points;
  return scheme.points == 16 ? 135 : scheme.points == 32 ? 470 : 1160;
}

}  // namespace

TransformConv::TransformConv(const ConvShape& shape, const kernels::TileScheme& scheme)
    : shape_(shape),
      scheme_(scheme),
      weights_(shape, scheme),
      pieces_(form().pieces()),
      tiles_(Ceil(shape.dst_width, scheme.outputs)) {
  NETSMITH_CHECK(shape.stride_h == 1 && shape.stride_w == 1);
  // Half of a second-level cache of 1 MiB, for both sides' points. Matrices that are larger than
  // that are not worth passing several times.
  const std::int64_t band_floats = std::max<std::int64_t>(128 * 1024, form().size());
  largest_ = {.rows = shape.dst_height, .tiles = tiles_};
  std::int64_t& part = shape.dst_height > 1 ? largest_.rows : largest_.tiles;
  const std::int64_t whole = part;
  for (std::int64_t parts = 2; part > 1; ++parts) {
    if (srcs_size(largest_) + dsts_size(largest_) <= band_floats) break;
    part = Ceil(whole, parts);
  }
}

std::int64_t TransformConv::srcs_size(const Band& band) const {
  return src_rows(band) * src_tiles(band) * shape_.ic * scheme_.points;
}

std::int64_t TransformConv::dsts_size(const Band& band) const {
  return band.rows * src_tiles(band) * shape_.oc * scheme_.points;
}

std::int64_t TransformConv::scratch_size() const {
  // Vectors at the end may be read as a whole.
  return srcs_size(largest_) + dsts_size(largest_) + 2 * 16;
}

void TransformConv::PackBias(const float* bias, float* packed) const {
  std::copy_n(bias, shape_.oc, packed);
}

template <typename Visit>
void TransformConv::ForEachBand(Visit visit) const {
  for (std::int64_t y = 0; y < shape_.dst_height; y += largest_.rows) {
    for (std::int64_t t = 0; t < tiles_; t += largest_.tiles) {
      visit(Band{y, std::min(largest_.rows, shape_.dst_height - y), t,
                 std::min(largest_.tiles, tiles_ - t)});
    }
  }
}

void TransformConv::TransformBand(const Band& band, const Layout& layout, const float* src,
                                  float* points) const {
  const std::int64_t first = band.first_tile * scheme_.outputs;
  const std::int64_t row_end = layout.pad_left + layout.shape.width + layout.pad_right;
  const kernels::TileGrid grid = {.rows = src_rows(band),
                                  .tiles = src_tiles(band),
                                  .channels = shape_.ic,
                                  .width = row_end - (layout.pad_left - shape_.pad_left) - first,
                                  .row_stride = layout.row_stride()};
  const float* const corner = src + layout.corner(shape_.pad_top, shape_.pad_left) +
                              band.first_row * layout.row_stride() + first * shape_.ic;
  kernels::TransformSources(scheme_, grid, corner, points);
}

void TransformConv::Forward(const Layout& src_layout, const float* src, const float* packed,
                            const float* bias, bool relu, const Layout& dst_layout, float* dst,
                            float* scratch) const {
  float* const srcs = scratch;
  ForEachBand([&](const Band& band) {
    float* const dsts = scratch + srcs_size(band);
    TransformBand(band, src_layout, src, srcs);
    Multiply(band, srcs, packed, dsts, scratch + TransformConv::scratch_size());
    const std::int64_t first = band.first_tile * scheme_.outputs;
    const kernels::TileGrid grid = {.rows = band.rows,
                                    .tiles = band.tiles,
                                    .channels = shape_.oc,
                                    .width = shape_.dst_width - first,
                                    .row_stride = dst_layout.row_stride()};
    kernels::TransformOutputs(scheme_, grid, src_tiles(band), dsts, bias, relu,
                              dst + dst_layout.row(band.first_row) + first * shape_.oc);
  });
}

/// The last pieces - 1 tiles of each row but the last are computed and not used.
void TransformConv::Multiply(const Band& band, const float* srcs, const float* packed, float* dsts,
                             float* /*spare*/) const {
  const std::int64_t row_tiles = src_tiles(band);
  for (int point = 0; point < form().num_points(); ++point) {
    const std::int64_t c = form().components(point);
    const std::int64_t ic = c * shape_.ic, oc = c * shape_.oc;
    kernels::Gemm({.m = (band.rows - 1) * row_tiles + band.tiles,
                   .n = oc,
                   .k = pieces_ * ic,
                   .blocks = shape_.kh,
                   .a = srcs,
                   .a_row = ic,
                   .a_block = shape_.dilation_h * row_tiles * ic,
                   .b = packed + form().offset(point),
                   .b_row = oc,
                   .b_block = pieces_ * ic * oc,
                   .c = dsts,
                   .c_row = oc});
    srcs += src_rows(band) * row_tiles * ic;
    dsts += band.rows * row_tiles * oc;
  }
}

void TransformConv::WeightsGradient(const Layout& src_layout, const float* src,
                                    const Layout& diff_dst_layout, const float* diff_dst,
                                    const GradientSum& gradient, float* scratch) const {
  bool accumulate = gradient.sample > 0;
  ForEachBand([&](const Band& band) {
    float* const srcs = scratch;
    float* const diff_dsts = scratch + srcs_size(band);
    TransformBand(band, src_layout, src, srcs);
    const std::int64_t first = band.first_tile * scheme_.outputs;
    const kernels::TileGrid grid = {.rows = band.rows,
                                    .tiles = band.tiles,
                                    .channels = shape_.oc,
                                    .width = shape_.dst_width - first,
                                    .row_stride = diff_dst_layout.row_stride()};
    const float* const corner = diff_dst + diff_dst_layout.row(band.first_row) + first * shape_.oc;
    kernels::TransformGradients(scheme_, grid, corner, diff_dsts);
    MultiplyGradients(band, srcs, diff_dsts, accumulate, gradient.sum,
                      scratch + TransformConv::scratch_size());
    accumulate = true;
  });
}

void TransformConv::MultiplyGradients(const Band& band, const float* srcs, const float* diff_dsts,
                                      bool accumulate, float* gradient, float* /*spare*/) const {
  const std::int64_t row_tiles = src_tiles(band);
  const bool joined = pieces_ == 1;  // rows of tiles have the same length on both sides
  for (int point = 0; point < form().num_points(); ++point) {
    const std::int64_t c = form().components(point);
    const std::int64_t ic = c * shape_.ic, oc = c * shape_.oc;
    float* const to = gradient + form().offset(point);
    for (std::int64_t h = 0; h < shape_.kh; ++h) {
      kernels::Gemm({.m = pieces_ * ic,
                     .n = oc,
                     .k = joined ? band.rows * band.tiles : band.tiles,
                     .blocks = joined ? 1 : band.rows,
                     .a = srcs + h * shape_.dilation_h * row_tiles * ic,
                     .a_row = 1,
                     .a_col = ic,
                     .a_block = row_tiles * ic,
                     .b = diff_dsts,
                     .b_row = oc,
                     .b_block = band.tiles * oc,
                     .c = to + h * pieces_ * ic * oc,
                     .c_row = oc,
                     .accumulate = accumulate});
    }
    srcs += src_rows(band) * row_tiles * ic;
    diff_dsts += band.rows * band.tiles * oc;
  }
}

std::vector<kernels::TileScheme> TransformConv::Schemes(const ConvShape& shape) {
  using Kind = kernels::TileScheme::Kind;
  std::vector<kernels::TileScheme> schemes;
  if (shape.stride_h != 1 || shape.stride_w != 1 || shape.kw == 1) return schemes;
  const auto add = [&](Kind kind, int points, std::int64_t outputs) {
    if (outputs >= 2) schemes.push_back({kind, points, static_cast<int>(outputs)});
  };
  for (const int points : {4, 6, 8}) add(Kind::kToomCook, points, points - shape.kw + 1);
  for (const int points : {16, 32, 64}) {
    add(Kind::kFourier, points, points - shape.kw + 1);
    if (shape.kw > points / 2) add(Kind::kFourier, points, points / 2);
  }
  return schemes;
}

TransformConv::Work TransformConv::WorkOf(const ConvShape& shape,
                                          const kernels::TileScheme& scheme) {
  const std::int64_t lanes = kernels::VectorFloats();
  const TransformedForm form(shape, scheme);
  const std::int64_t pieces = form.pieces();
  const std::int64_t tiles = Ceil(shape.dst_width, scheme.outputs);
  const std::int64_t row_tiles = shape.dst_height > 1 ? tiles + pieces - 1 : tiles;
  const std::int64_t taps = shape.kh * pieces, num_tiles = shape.dst_height * row_tiles;
  const std::int64_t complex = scheme.fourier() ? scheme.points / 2 - 1 : 0;
  const std::int64_t real = scheme.fourier() ? 2 : scheme.points;
  const std::int64_t products =
      real * Ceil(shape.oc, lanes) * shape.ic * taps * num_tiles +
      complex * Ceil(2 * shape.oc, lanes) * 2 * shape.ic * taps * num_tiles;
  const std::int64_t src_tiles =
      (shape.dst_height + shape.kh - 1) * (tiles + pieces - 1) * Ceil(shape.ic, lanes);
  const std::int64_t dst_tiles = shape.dst_height * tiles * Ceil(shape.oc, lanes);
  return {.products = static_cast<double>(products),
          .src_tiles = static_cast<double>(src_tiles),
          .dst_tiles = static_cast<double>(dst_tiles),
          .weights = form.size()};
}

double TransformConv::CostOfTransforms(const Work& work, const kernels::TileScheme& scheme) {
  return CostOfTransform(scheme) * (work.src_tiles + work.dst_tiles);
}

double TransformConv::Cost(const ConvShape& shape, const kernels::TileScheme& scheme,
                           ConvPass pass) {
  const Work work = WorkOf(shape, scheme);
  return work.products + CostOfTransforms(work, scheme) + CostOfSum(pass, work.weights);
}

}  // namespace netsmith::engine
