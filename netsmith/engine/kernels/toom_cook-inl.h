// Toom-Cook transforms of tiles; part of tile_transform.cc and tile_transform_2d.cc, for each
// instruction set.
#if defined(NETSMITH_ENGINE_KERNELS_TOOM_COOK_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef NETSMITH_ENGINE_KERNELS_TOOM_COOK_INL_H_
#undef NETSMITH_ENGINE_KERNELS_TOOM_COOK_INL_H_
#else
#define NETSMITH_ENGINE_KERNELS_TOOM_COOK_INL_H_
#endif

#include <hwy/highway.h>

#include "netsmith/engine/kernels/toom_cook_points.h"
#include "netsmith/engine/kernels/vector-inl.h"

HWY_BEFORE_NAMESPACE();
namespace netsmith::engine::kernels::HWY_NAMESPACE {
/// Slots: value at 0; at +a and -a for each pair of points; at infinity.
///
/// A polynomial's values at ±a are the sum and the difference of its even and odd terms, so a pair
/// costs little more than one point.
template <int kPoints>
struct ToomCook {
  static constexpr int kPairs = kPoints / 2 - 1;

  /// Rows of Bᵀ are the coefficients of Π (x - p) over the other finite points p.
  template <typename Image, typename Points>
  static HWY_INLINE void Sources(const Image& image, const Points& points) {
    const Tag d;
    Vector x[kPoints];
#pragma GCC unroll 8
    for (int j = 0; j < kPoints; ++j) x[j] = image.Load(j);
    constexpr auto all = kToomCookProducts<kPairs>.all;  // Π (x² - a²)
    Vector zero = hn::Mul(hn::Set(d, all[0]), x[0]);
    Vector infinity = hn::Mul(hn::Set(d, all[0]), x[1]);
#pragma GCC unroll 4
    for (int i = 1; i <= kPairs; ++i) {
      zero = hn::MulAdd(hn::Set(d, all[i]), x[2 * i], zero);
      infinity = hn::MulAdd(hn::Set(d, all[i]), x[2 * i + 1], infinity);
    }
    points.Store(0, zero);
    points.Store(kPoints - 1, infinity);
#pragma GCC unroll 4
    for (int a = 0; a < kPairs; ++a) {
      const auto& others = kToomCookProducts<kPairs>.without[a];
      Vector even = hn::Mul(hn::Set(d, others[0]), x[2]);
      Vector odd = hn::Mul(hn::Set(d, others[0]), x[1]);
#pragma GCC unroll 4
      for (int i = 1; i < kPairs; ++i) {
        even = hn::MulAdd(hn::Set(d, others[i]), x[2 * i + 2], even);
        odd = hn::MulAdd(hn::Set(d, others[i]), x[2 * i + 1], odd);
      }
      const Vector at = hn::Set(d, kToomCookPoints[a]);
      points.Store(1 + 2 * a, hn::MulAdd(at, odd, even));
      points.Store(2 + 2 * a, hn::NegMulAdd(at, odd, even));
    }
  }

  /// A: values of the polynomial with the gradients as coefficients.
  template <typename Image, typename Points>
  static HWY_INLINE void Gradients(const Image& image, int outputs, const Points& points) {
    const Tag d;
    points.Store(0, image.Load(0));
    points.Store(kPoints - 1, image.Load(outputs - 1));
    Vector even[kPairs], odd[kPairs];
#pragma GCC unroll 4
    for (int a = 0; a < kPairs; ++a) {
      even[a] = image.Load(0);
      odd[a] = hn::Zero(d);
    }
    const auto add = [&](int i, Vector(&sums)[kPairs]) HWY_ATTR {
      const Vector y = image.Load(i);
#pragma GCC unroll 4
      for (int a = 0; a < kPairs; ++a) {
        sums[a] = hn::MulAdd(hn::Set(d, kToomCookPowers[a][i]), y, sums[a]);
      }
    };
    for (int i = 1; i < outputs; i += 2) {
      add(i, odd);
      if (i + 1 < outputs) add(i + 1, even);
    }
#pragma GCC unroll 4
    for (int a = 0; a < kPairs; ++a) {
      points.Store(1 + 2 * a, hn::Add(even[a], odd[a]));
      points.Store(2 + 2 * a, hn::Sub(even[a], odd[a]));
    }
  }

  /// Aᵀ: y[i] = Σ_p p^i · value at p; infinity has the highest power alone.
  template <typename Points, typename Image>
  static HWY_INLINE void Outputs(const Points& points, int outputs, const Image& image) {
    const Tag d;
    Vector sum[kPairs], difference[kPairs];
#pragma GCC unroll 4
    for (int a = 0; a < kPairs; ++a) {
      const Vector plus = points.Load(1 + 2 * a), minus = points.Load(2 + 2 * a);
      sum[a] = hn::Add(plus, minus);
      difference[a] = hn::Sub(plus, minus);
    }
    const auto store = [&](int i, const Vector(&terms)[kPairs]) HWY_ATTR {
      Vector y = i == 0 ? points.Load(0) : hn::Zero(d);
#pragma GCC unroll 4
      for (int a = 0; a < kPairs; ++a) {
        y = hn::MulAdd(hn::Set(d, kToomCookPowers[a][i]), terms[a], y);
      }
      if (i + 1 == outputs) y = hn::Add(y, points.Load(kPoints - 1));
      image.Store(i, y);
    };
    for (int i = 0; i < outputs; i += 2) {
      store(i, sum);
      if (i + 1 < outputs) store(i + 1, difference);
    }
  }
};

}  // namespace netsmith::engine::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
