#pragma once

#include <array>

/// The finite points other than 0 of the Toom-Cook transforms, and what follows from them.
namespace netsmith::engine::kernels {

/// Points ±a in the order in which schemes use them: 4 points have the first pair, 8 all three.
/// Small powers of two keep the sums' sizes, and so their rounding, alike.
inline constexpr std::array<float, 3> kToomCookPoints = {1.0f, 2.0f, 0.5f};

/// Powers a^i, i < 8.
inline constexpr auto kToomCookPowers = [] {
  std::array<std::array<float, 8>, 3> powers{};
  for (std::size_t a = 0; a < powers.size(); ++a) {
    float power = 1;
    for (float& element : powers[a]) {
      element = power;
      power *= kToomCookPoints[a];
    }
  }
  return powers;
}();

/// Coefficients of polynomials in x², lowest first.
template <int kPairs>
struct ToomCookProducts {
  std::array<float, kPairs + 1> all{};                      // Π (x² - a²)
  std::array<std::array<float, kPairs>, kPairs> without{};  // without one of the pairs
};

template <int kPairs>
inline constexpr auto kToomCookProducts = [] {
  const auto multiply = [](auto& polynomial, int degree, float a) {
    for (int i = degree + 1; i > 0; --i) polynomial[i] = polynomial[i - 1] - a * a * polynomial[i];
    polynomial[0] *= -a * a;
  };
  ToomCookProducts<kPairs> products;
  products.all[0] = 1;
  for (int a = 0; a < kPairs; ++a) {
    multiply(products.all, a, kToomCookPoints[a]);
    products.without[a][0] = 1;
    int degree = 0;
    for (int b = 0; b < kPairs; ++b) {
      if (b != a) multiply(products.without[a], degree++, kToomCookPoints[b]);
    }
  }
  return products;
}();

}  // namespace netsmith::engine::kernels
