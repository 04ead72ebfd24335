#pragma once

#include <cstdint>
#include <vector>

#include "netsmith/engine/kernels/tile_transform.h"
#include "netsmith/engine/ops/conv_algorithm.h"

namespace netsmith::engine {

/// The form of a convolution's weights at the points of a tile scheme: a matrix for each point,
/// kernel row and piece.
///
/// A kernel longer than the scheme's taps is cut into pieces as long as a tile's outputs, so that
/// the next piece reads the tile that follows.
///
/// Shapes   a real point [kh][pieces][ic][oc]; a complex one [kh][pieces][2 ic][2 oc], which holds
///          [[Wr Wi], [-Wi Wr]], W being the conjugate of the kernel's transform
class TransformedForm {
 public:
  TransformedForm(const ConvShape& shape, const kernels::TileScheme& scheme);

  std::int64_t taps() const { return taps_; }
  std::int64_t pieces() const { return pieces_; }  // of a kernel row
  int num_points() const;                          // a complex one counts once
  int components(int point) const { return scheme_.fourier() && point >= 2 ? 2 : 1; }
  /// Floats of all points, before a point, and of a point.
  std::int64_t size() const { return offset(num_points()); }
  std::int64_t offset(int point) const;
  std::int64_t size_at(int point) const;

 private:
  ConvShape shape_;
  kernels::TileScheme scheme_;
  std::int64_t taps_, pieces_;
};

/// G of a Toom-Cook scheme, [points][taps]: the kernel's value at each point over
/// Π (point - other points).
std::vector<float> ToomCookMatrix(const kernels::TileScheme& scheme);

/// The map from weights to that form, G w, and back.
class TransformedWeights {
 public:
  TransformedWeights(const ConvShape& shape, const kernels::TileScheme& scheme);

  const TransformedForm& form() const { return form_; }
  /// From [kh][kw][ic][oc].
  void Pack(const float* weights, float* packed) const;
  /// The transposed map, for gradients.
  void Unpack(const float* gradient, float* diff_weights) const;

 private:
  /// The transform at some points, and the quarter of their matrices that it makes up.
  struct Term {
    int first_point = 0, points = 0;
    int row = 0, column = 0;    // 1: the second half
    std::vector<float> matrix;  // [points][taps]
  };

  void MakeFourierTerms(int n);
  template <typename Visit>
  void ForEachPiece(Visit visit) const;

  ConvShape shape_;
  TransformedForm form_;
  std::vector<Term> terms_;
};

}  // namespace netsmith::engine
