#include "netsmith/engine/ops/transform_conv.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "netsmith/base/check.h"
#include "netsmith/engine/kernels/gemm.h"
#include "netsmith/engine/kernels/toom_cook_points.h"

namespace netsmith::engine {
namespace {

std::int64_t Ceil(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

/// Loads, stores and additions for a tile and a vector of channels.
double CostOfTransform(const kernels::TileScheme& scheme) {
  if (!scheme.fourier()) return 8.5 * scheme.points;
  return scheme.points == 16 ? 135 : scheme.points == 32 ? 470 : 1160;
}

/// Kernel elements of a piece.
std::int64_t PieceTaps(const ConvShape& shape, const kernels::TileScheme& scheme) {
  return shape.kw <= scheme.taps() ? shape.kw : scheme.outputs;
}

/// G of a Toom-Cook scheme: the kernel's value at each point over Π (point - other points).
std::vector<float> ToomCookMatrix(const kernels::TileScheme& scheme) {
  const int finite = scheme.points - 1, taps = scheme.taps();
  std::vector<double> points(finite, 0.0);
  for (int p = 1; p < finite; ++p) {
    points[p] = kernels::kToomCookPoints[(p - 1) / 2] * (p % 2 == 1 ? 1.0 : -1.0);
  }
  std::vector<float> matrix(static_cast<std::size_t>(scheme.points) * taps, 0.0f);
  for (int p = 0; p < finite; ++p) {
    double scale = 1;
    for (int q = 0; q < finite; ++q) {
      if (q != p) scale /= points[p] - points[q];
    }
    for (int j = 0; j < taps; ++j) {
      matrix[p * taps + j] = static_cast<float>(scale * std::pow(points[p], j));
    }
  }
  matrix.back() = 1;
  return matrix;
}

}  // namespace

TransformConv::TransformConv(const ConvShape& shape, const kernels::TileScheme& scheme)
    : shape_(shape),
      scheme_(scheme),
      taps_(PieceTaps(shape, scheme)),
      pieces_(Ceil(shape.kw, taps_)),
      tiles_(Ceil(shape.dst_width, scheme.outputs)) {
  NETSMITH_CHECK(shape.stride_h == 1 && shape.stride_w == 1);
  NETSMITH_CHECK(scheme.fourier() || shape.kw == scheme.taps());
  // Half of a second-level cache of 1 MiB, for both sides' points. Matrices that are larger than
  // that are not worth passing several times.
  const std::int64_t band_floats = std::max<std::int64_t>(128 * 1024, packed_size());
  largest_ = {.rows = shape.dst_height, .tiles = tiles_};
  std::int64_t& part = shape.dst_height > 1 ? largest_.rows : largest_.tiles;
  const std::int64_t whole = part;
  for (std::int64_t parts = 2; part > 1; ++parts) {
    if (srcs_size(largest_) + dsts_size(largest_) <= band_floats) break;
    part = Ceil(whole, parts);
  }
  MakeTerms();
}

void TransformConv::MakeTerms() {
  if (!scheme_.fourier()) {
    terms_.push_back({.points = scheme_.points, .matrix = ToomCookMatrix(scheme_)});
    return;
  }
  // The conjugate of the kernel's transform. Transforms of data have doubled complex coefficients.
  const int n = scheme_.points;
  const auto matrix = [&](int first, int count, double scale, double phase) {
    std::vector<float> values;
    for (int k = first; k < first + count; ++k) {
      const int frequency = k < 2 ? k * n / 2 : k - 1;
      for (int j = 0; j < taps_; ++j) {
        const double angle = 2 * std::numbers::pi * (frequency * j % n) / n;
        values.push_back(static_cast<float>(scale * std::cos(angle - phase)));
      }
    }
    return values;
  };
  constexpr double kCosine = 0, kSine = std::numbers::pi / 2;
  const int complex = n / 2 - 1;
  const double scale = 1.0 / (2 * n);
  terms_.push_back({.points = 2, .matrix = matrix(0, 2, 1.0 / n, kCosine)});
  const auto add = [&](int row, int column, double sign, double phase) {
    terms_.push_back({2, complex, row, column, matrix(2, complex, sign * scale, phase)});
  };
  add(0, 0, 1, kCosine);
  add(1, 1, 1, kCosine);
  add(0, 1, 1, kSine);
  add(1, 0, -1, kSine);
}

int TransformConv::num_points() const {
  return scheme_.fourier() ? scheme_.points / 2 + 1 : scheme_.points;
}

std::int64_t TransformConv::matrices_size(int point) const {
  const std::int64_t c = components(point);
  return shape_.kh * pieces_ * c * shape_.ic * c * shape_.oc;
}

std::int64_t TransformConv::matrices_offset(int point) const {
  if (!scheme_.fourier() || point <= 2) return point * matrices_size(0);
  return 2 * matrices_size(0) + (point - 2) * matrices_size(2);
}

std::int64_t TransformConv::packed_size() const { return matrices_offset(num_points()); }

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

/// Visits each kernel row's pieces: (its first element in the canonical weights, its taps, the
/// number of its matrix).
template <typename Visit>
void TransformConv::ForEachPiece(Visit visit) const {
  for (std::int64_t h = 0; h < shape_.kh; ++h) {
    for (std::int64_t p = 0; p < pieces_; ++p) {
      const std::int64_t first = p * taps_;
      visit((h * shape_.kw + first) * shape_.ic * shape_.oc, std::min(taps_, shape_.kw - first),
            h * pieces_ + p);
    }
  }
}

void TransformConv::Pack(const float* weights, float* packed) const {
  const std::int64_t ic = shape_.ic, oc = shape_.oc;
  ForEachPiece([&](std::int64_t first, std::int64_t taps, std::int64_t piece) {
    for (const Term& term : terms_) {
      const std::int64_t c = components(term.first_point);
      kernels::GemmArgs gemm = {.m = term.points,
                                .n = oc,
                                .k = taps,
                                .a = term.matrix.data(),
                                .a_row = taps_,
                                .b_row = ic * oc,
                                .c_row = matrices_size(term.first_point)};
      for (std::int64_t i = 0; i < ic; ++i) {
        gemm.b = weights + first + i * oc;
        gemm.c = packed + matrices_offset(term.first_point) +
                 ((piece * c + term.row) * ic + i) * c * oc + term.column * oc;
        kernels::Gemm(gemm);
      }
    }
  });
}

void TransformConv::PackBias(const float* bias, float* packed) const {
  std::copy_n(bias, shape_.oc, packed);
}

void TransformConv::Unpack(float* gradient, float* diff_weights) const {
  const std::int64_t ic = shape_.ic, oc = shape_.oc;
  ForEachPiece([&](std::int64_t first, std::int64_t taps, std::int64_t piece) {
    for (const Term& term : terms_) {
      const std::int64_t c = components(term.first_point);
      kernels::GemmArgs gemm = {.m = taps,
                                .n = oc,
                                .k = term.points,
                                .a = term.matrix.data(),
                                .a_row = 1,
                                .a_col = taps_,
                                .b_row = matrices_size(term.first_point),
                                .c_row = ic * oc,
                                .accumulate = &term != terms_.data()};
      for (std::int64_t i = 0; i < ic; ++i) {
        gemm.b = gradient + matrices_offset(term.first_point) +
                 ((piece * c + term.row) * ic + i) * c * oc + term.column * oc;
        gemm.c = diff_weights + first + i * oc;
        kernels::Gemm(gemm);
      }
    }
  });
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
    Multiply(band, srcs, packed, dsts);
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
void TransformConv::Multiply(const Band& band, const float* srcs, const float* packed,
                             float* dsts) const {
  const std::int64_t row_tiles = src_tiles(band);
  for (int point = 0; point < num_points(); ++point) {
    const std::int64_t c = components(point);
    const std::int64_t ic = c * shape_.ic, oc = c * shape_.oc;
    kernels::Gemm({.m = (band.rows - 1) * row_tiles + band.tiles,
                   .n = oc,
                   .k = pieces_ * ic,
                   .blocks = shape_.kh,
                   .a = srcs,
                   .a_row = ic,
                   .a_block = shape_.dilation_h * row_tiles * ic,
                   .b = packed + matrices_offset(point),
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
                                    bool accumulate, float* gradient, float* scratch) const {
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
    MultiplyGradients(band, srcs, diff_dsts, accumulate, gradient);
    accumulate = true;
  });
}

void TransformConv::MultiplyGradients(const Band& band, const float* srcs, const float* diff_dsts,
                                      bool accumulate, float* gradient) const {
  const std::int64_t row_tiles = src_tiles(band);
  const bool joined = pieces_ == 1;  // rows of tiles have the same length on both sides
  for (int point = 0; point < num_points(); ++point) {
    const std::int64_t c = components(point);
    const std::int64_t ic = c * shape_.ic, oc = c * shape_.oc;
    float* const to = gradient + matrices_offset(point);
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

double TransformConv::Cost(const ConvShape& shape, const kernels::TileScheme& scheme,
                           ConvPass pass) {
  const std::int64_t lanes = kernels::VectorFloats();
  const std::int64_t pieces = Ceil(shape.kw, PieceTaps(shape, scheme));
  const std::int64_t tiles = Ceil(shape.dst_width, scheme.outputs);
  const std::int64_t row_tiles = shape.dst_height > 1 ? tiles + pieces - 1 : tiles;
  const std::int64_t taps = shape.kh * pieces, num_tiles = shape.dst_height * row_tiles;
  const std::int64_t complex = scheme.fourier() ? scheme.points / 2 - 1 : 0;
  const std::int64_t real = scheme.fourier() ? 2 : scheme.points;
  const std::int64_t products =
      real * Ceil(shape.oc, lanes) * shape.ic * taps * num_tiles +
      complex * Ceil(2 * shape.oc, lanes) * 2 * shape.ic * taps * num_tiles;
  const std::int64_t transforms =
      (shape.dst_height + shape.kh - 1) * (tiles + pieces - 1) * Ceil(shape.ic, lanes) +
      shape.dst_height * tiles * Ceil(shape.oc, lanes);
  return static_cast<double>(products) + CostOfTransform(scheme) * static_cast<double>(transforms) +
         CostOfSum(pass, (real + 4 * complex) * taps * shape.ic * shape.oc);
}

}  // namespace netsmith::engine
