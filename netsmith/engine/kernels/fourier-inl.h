// Real Fourier transforms of tiles; part of tile_transform.cc, for each instruction set.
#if defined(NETSMITH_ENGINE_KERNELS_FOURIER_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef NETSMITH_ENGINE_KERNELS_FOURIER_INL_H_
#undef NETSMITH_ENGINE_KERNELS_FOURIER_INL_H_
#else
#define NETSMITH_ENGINE_KERNELS_FOURIER_INL_H_
#endif

#include <hwy/highway.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <numbers>

#include "netsmith/engine/kernels/vector-inl.h"

HWY_BEFORE_NAMESPACE();
namespace netsmith::engine::kernels::HWY_NAMESPACE {
struct Complex {
  Vector re, im;
};
HWY_INLINE Complex operator+(Complex a, Complex b) {
  return {hn::Add(a.re, b.re), hn::Add(a.im, b.im)};
}
HWY_INLINE Complex operator-(Complex a, Complex b) {
  return {hn::Sub(a.re, b.re), hn::Sub(a.im, b.im)};
}
HWY_INLINE Complex TimesMinusI(Complex a) { return {a.im, hn::Neg(a.re)}; }
HWY_INLINE Complex Times(Complex a, float cosine, float sine) {
  const Tag d;
  const Vector c = hn::Set(d, cosine), s = hn::Set(d, sine);
  return {hn::NegMulAdd(a.im, s, hn::Mul(a.re, c)), hn::MulAdd(a.re, s, hn::Mul(a.im, c))};
}

/// e^(-2πi k / n) for k < n.
template <int n>
struct Roots {
  Roots() {
    for (int k = 0; k < n; ++k) {
      const double angle = -2 * std::numbers::pi * k / n;
      cosine[k] = static_cast<float>(std::cos(angle));
      sine[k] = static_cast<float>(std::sin(angle));
    }
  }
  std::array<float, n> cosine, sine;
};
template <int n>
inline const Roots<n> kRoots;

/// Discrete Fourier transforms of a few values in registers, results in natural order.
template <int n>
HWY_INLINE void Dft(Complex* z) {
  if constexpr (n == 2) {
    const Complex a = z[0], b = z[1];
    z[0] = a + b;
    z[1] = a - b;
  } else if constexpr (n == 4) {
    const Complex a = z[0] + z[2], b = z[0] - z[2];
    const Complex c = z[1] + z[3], e = TimesMinusI(z[1] - z[3]);
    z[0] = a + c;
    z[1] = b + e;
    z[2] = a - c;
    z[3] = b - e;
  } else {
    static_assert(n == 8);
    Complex even[4] = {z[0], z[2], z[4], z[6]};
    Complex odd[4] = {z[1], z[3], z[5], z[7]};
    Dft<4>(even);
    Dft<4>(odd);
    constexpr float kHalfRoot = std::numbers::sqrt2_v<float> / 2;
    odd[1] = Times(odd[1], kHalfRoot, -kHalfRoot);
    odd[2] = TimesMinusI(odd[2]);
    odd[3] = Times(odd[3], -kHalfRoot, -kHalfRoot);
#pragma GCC unroll 4
    for (int k = 0; k < 4; ++k) {
      z[k] = even[k] + odd[k];
      z[k + 4] = even[k] - odd[k];
    }
  }
}

/// Complex values of one vector of channels, in memory.
template <int n>
struct ComplexBuffer {
  HWY_INLINE Complex Load(int i) const {
    return {hn::Load(Tag(), values + 2 * i * kLanes),
            hn::Load(Tag(), values + (2 * i + 1) * kLanes)};
  }
  HWY_INLINE void Store(int i, Complex z) {
    hn::Store(z.re, Tag(), values + 2 * i * kLanes);
    hn::Store(z.im, Tag(), values + (2 * i + 1) * kLanes);
  }
  alignas(64) float values[2 * n * kLanes];
};

/// Transform of n values that load(i) gives, as kFirst transforms of each of the columns and a
/// transform of each row of what comes out (Cooley & Tukey 1965); store(k, value) takes the k-th.
template <int n, typename Load, typename Store>
HWY_INLINE void ComplexTransform(Load load, Store store) {
  if constexpr (n == 8) {
    Complex z[8];
#pragma GCC unroll 8
    for (int i = 0; i < 8; ++i) z[i] = load(i);
    Dft<8>(z);
#pragma GCC unroll 8
    for (int k = 0; k < 8; ++k) store(k, z[k]);
  } else {
    constexpr int kFirst = n == 16 ? 4 : 8;
    constexpr int kSecond = n / kFirst;
    ComplexBuffer<n> columns;
    for (int j = 0; j < kSecond; ++j) {
      Complex z[kFirst];
#pragma GCC unroll 8
      for (int i = 0; i < kFirst; ++i) z[i] = load(kSecond * i + j);
      Dft<kFirst>(z);
      columns.Store(j * kFirst, z[0]);
#pragma GCC unroll 8
      for (int k = 1; k < kFirst; ++k) {
        columns.Store(j * kFirst + k, Times(z[k], kRoots<n>.cosine[j * k], kRoots<n>.sine[j * k]));
      }
    }
    for (int k = 0; k < kFirst; ++k) {
      Complex z[kSecond];
#pragma GCC unroll 8
      for (int j = 0; j < kSecond; ++j) z[j] = columns.Load(j * kFirst + k);
      Dft<kSecond>(z);
#pragma GCC unroll 8
      for (int m = 0; m < kSecond; ++m) store(k + kFirst * m, z[m]);
    }
  }
}

/// Slots: coefficient 0; coefficient n / 2; then real and imaginary part of coefficients 1, 2, …,
/// these doubled. (The reverse counts each of them twice, for its conjugate in the other half.)
template <int kPoints>
struct Fourier {
  static constexpr int kHalf = kPoints / 2;
  static constexpr int Re(int k) { return 2 * k; }
  static constexpr int Im(int k) { return 2 * k + 1; }

  /// Pairs of neighbours taken as complex numbers make up a transform of half the length, from
  /// which the real one follows by symmetry.
  template <typename Image, typename Points>
  static HWY_INLINE void Sources(const Image& image, const Points& points) {
    ComplexBuffer<kHalf> z;
    ComplexTransform<kHalf>(
        [&](int i) {
          return Complex{image.Load(2 * i), image.Load(2 * i + 1)};
        },
        [&](int k, Complex value) { z.Store(k, value); });
    const Complex zero = z.Load(0);
    points.Store(0, hn::Add(zero.re, zero.im));
    points.Store(1, hn::Sub(zero.re, zero.im));
    for (int k = 1; k <= kHalf / 2; ++k) {
      const Complex a = z.Load(k), b = z.Load(kHalf - k);
      const Complex even = {hn::Add(a.re, b.re), hn::Sub(a.im, b.im)};
      const Complex odd = {hn::Add(a.im, b.im), hn::Sub(b.re, a.re)};
      const Complex turned = Times(odd, kRoots<kPoints>.cosine[k], kRoots<kPoints>.sine[k]);
      points.Store(Re(k), hn::Add(even.re, turned.re));
      points.Store(Im(k), hn::Add(even.im, turned.im));
      if (k == kHalf - k) continue;
      points.Store(Re(kHalf - k), hn::Sub(even.re, turned.re));
      points.Store(Im(kHalf - k), hn::Sub(turned.im, even.im));
    }
  }

  template <typename Image, typename Points>
  static HWY_INLINE void Gradients(const Image& image, int /*outputs*/, const Points& points) {
    Sources(image, points);
  }

  /// y[j] = c₀ + (-1)^j c_n/2 + 2 Σ_k Re(c_k e^(2πi jk / n)), the first `outputs` of them.
  template <typename Points, typename Image>
  static HWY_INLINE void Outputs(const Points& points, int outputs, const Image& image) {
    ComplexBuffer<kHalf> z;
    const Vector first = points.Load(0), last = points.Load(1);
    z.Store(0, {hn::Add(first, last), hn::Sub(first, last)});
    for (int k = 1; k <= kHalf / 2; ++k) {
      const Complex a = {points.Load(Re(k)), points.Load(Im(k))};
      const Complex b = {points.Load(Re(kHalf - k)), points.Load(Im(kHalf - k))};
      const Complex even = {hn::Add(a.re, b.re), hn::Sub(a.im, b.im)};
      const Complex difference = {hn::Sub(a.re, b.re), hn::Add(a.im, b.im)};
      // times i · e^(2πi k / n); the table has that root's conjugate
      const Complex odd = Times(difference, kRoots<kPoints>.sine[k], kRoots<kPoints>.cosine[k]);
      z.Store(k, even + odd);
      if (k == kHalf - k) continue;
      z.Store(kHalf - k, {hn::Sub(even.re, odd.re), hn::Sub(odd.im, even.im)});
    }
    // The reverse transform is the forward one with real and imaginary parts exchanged.
    ComplexTransform<kHalf>(
        [&](int i) {
          const Complex value = z.Load(i);
          return Complex{value.im, value.re};
        },
        [&](int k, Complex value) {
          if (2 * k < outputs) image.Store(2 * k, value.im);
          if (2 * k + 1 < outputs) image.Store(2 * k + 1, value.re);
        });
  }
};

}  // namespace netsmith::engine::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
