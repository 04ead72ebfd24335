#include "netsmith/engine/ops/transformed_weights.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "netsmith/base/check.h"
#include "netsmith/engine/kernels/gemm.h"
#include "netsmith/engine/kernels/toom_cook_points.h"

namespace netsmith::engine {
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

TransformedForm::TransformedForm(const ConvShape& shape, const kernels::TileScheme& scheme)
    : shape_(shape),
      scheme_(scheme),
      taps_(shape.kw <= scheme.taps() ? shape.kw : scheme.outputs),
      pieces_((shape.kw + taps_ - 1) / taps_) {
  NETSMITH_CHECK(scheme.fourier() || shape.kw == scheme.taps());
}

int TransformedForm::num_points() const {
  return scheme_.fourier() ? scheme_.points / 2 + 1 : scheme_.points;
}

std::int64_t TransformedForm::size_at(int point) const {
  const std::int64_t c = components(point);
  return shape_.kh * pieces_ * c * shape_.ic * c * shape_.oc;
}

std::int64_t TransformedForm::offset(int point) const {
  if (!scheme_.fourier() || point <= 2) return point * size_at(0);
  return 2 * size_at(0) + (point - 2) * size_at(2);
}

TransformedWeights::TransformedWeights(const ConvShape& shape, const kernels::TileScheme& scheme)
    : shape_(shape), form_(shape, scheme) {
  if (scheme.fourier()) {
    MakeFourierTerms(scheme.points);
  } else {
    terms_.push_back({.points = scheme.points, .matrix = ToomCookMatrix(scheme)});
  }
}

void TransformedWeights::MakeFourierTerms(int n) {
  // The conjugate of the kernel's transform. Transforms of data have doubled complex coefficients.
  const auto matrix = [&](int first, int count, double scale, double phase) {
    std::vector<float> values;
    for (int k = first; k < first + count; ++k) {
      const int frequency = k < 2 ? k * n / 2 : k - 1;
      for (int j = 0; j < form_.taps(); ++j) {
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

/// Visits each kernel row's pieces: (its first element in the canonical weights, its taps, the
/// number of its matrix).
template <typename Visit>
void TransformedWeights::ForEachPiece(Visit visit) const {
  for (std::int64_t h = 0; h < shape_.kh; ++h) {
    for (std::int64_t p = 0; p < form_.pieces(); ++p) {
      const std::int64_t first = p * form_.taps();
      visit((h * shape_.kw + first) * shape_.ic * shape_.oc,
            std::min(form_.taps(), shape_.kw - first), h * form_.pieces() + p);
    }
  }
}

void TransformedWeights::Pack(const float* weights, float* packed) const {
  const std::int64_t ic = shape_.ic, oc = shape_.oc;
  ForEachPiece([&](std::int64_t first, std::int64_t taps, std::int64_t piece) {
    for (const Term& term : terms_) {
      const std::int64_t c = form_.components(term.first_point);
      kernels::GemmArgs gemm = {.m = term.points,
                                .n = oc,
                                .k = taps,
                                .a = term.matrix.data(),
                                .a_row = form_.taps(),
                                .b_row = ic * oc,
                                .c_row = form_.size_at(term.first_point)};
      for (std::int64_t i = 0; i < ic; ++i) {
        gemm.b = weights + first + i * oc;
        gemm.c = packed + form_.offset(term.first_point) +
                 ((piece * c + term.row) * ic + i) * c * oc + term.column * oc;
        kernels::Gemm(gemm);
      }
    }
  });
}

void TransformedWeights::Unpack(const float* gradient, float* diff_weights) const {
  const std::int64_t ic = shape_.ic, oc = shape_.oc;
  ForEachPiece([&](std::int64_t first, std::int64_t taps, std::int64_t piece) {
    for (const Term& term : terms_) {
      const std::int64_t c = form_.components(term.first_point);
      kernels::GemmArgs gemm = {.m = taps,
                                .n = oc,
                                .k = term.points,
                                .a = term.matrix.data(),
                                .a_row = 1,
                                .a_col = form_.taps(),
                                .b_row = form_.size_at(term.first_point),
                                .c_row = ic * oc,
                                .accumulate = &term != terms_.data()};
      for (std::int64_t i = 0; i < ic; ++i) {
        gemm.b = gradient + form_.offset(term.first_point) +
                 ((piece * c + term.row) * ic + i) * c * oc + term.column * oc;
        gemm.c = diff_weights + first + i * oc;
        kernels::Gemm(gemm);
      }
    }
  });
}

}  // namespace netsmith::engine
