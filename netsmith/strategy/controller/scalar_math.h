#pragma once

#include <bit>
#include <cstdint>

/// exp, log, tanh and the logistic function from additions, multiplications and divisions only.
/// The C library picks its own by the processor (with or without fused multiply-add), so its last
/// bit differs between machines; a search must not. Exp and Log are within 3 units in the last
/// place of the true value, Tanh and Sigmoid within 5; without branches.
namespace netsmith::strategy::controller {

/// e^x; 0 below -708, and at most e^709. Rational approximation of Cephes (Moshier 1992), exp.c.
inline double Exp(double x) {
  constexpr double kLog2E = 1.4426950408889634073599;
  constexpr double kLn2High = 6.93145751953125e-1;
  constexpr double kLn2Low = 1.42860682030941723212e-6;
  constexpr double kRound = 0x1.8p52;  // adding it leaves the nearest integer in the low bits
  const double bounded = x > 709.0 ? 709.0 : (x < -708.0 ? -708.0 : x);
  const double shifted = bounded * kLog2E + kRound;
  const double n = shifted - kRound;
  const double r = (bounded - n * kLn2High) - n * kLn2Low;
  const double rr = r * r;
  const double p = r * ((1.26177193074810590878e-4 * rr + 3.02994407707441961300e-2) * rr + 1.0);
  const double q = ((3.00198505138664455042e-6 * rr + 2.52448340349684104192e-3) * rr +
                    2.27265548208155028766e-1) *
                       rr +
                   2.0;
  const std::uint64_t exponent = (std::bit_cast<std::uint64_t>(shifted) + 1023) << 52;
  const double power = std::bit_cast<double>(exponent);  // 2^n
  return x < -708.0 ? 0.0 : (1.0 + 2.0 * (p / (q - p))) * power;
}

/// Natural logarithm of a positive normal number: e·ln 2 + 2 artanh((m-1)/(m+1)), x = m·2^e.
inline double Log(double x) {
  constexpr double kLn2High = 6.93145751953125e-1;
  constexpr double kLn2Low = 1.42860682030941723212e-6;
  constexpr std::uint64_t kRootHalf = 0x3FE6A09E667F3BCDULL;  // the bits of sqrt(1/2)
  const std::uint64_t offset = std::bit_cast<std::uint64_t>(x) - kRootHalf;
  const auto e = static_cast<double>(static_cast<std::int64_t>(offset) >> 52);
  const double m = std::bit_cast<double>((offset & 0x000FFFFFFFFFFFFFULL) + kRootHalf);
  const double s = (m - 1.0) / (m + 1.0);  // |s| < 0.172
  const double ss = s * s;
  double tail = 0;  // ss/3 + ss^2/5 + …: the first omitted term is below 2^-60
  for (int k = 23; k >= 3; k -= 2) tail = (tail + 1.0 / k) * ss;
  return e * kLn2High + (e * kLn2Low + 2.0 * s * tail + 2.0 * s);
}

/// Near zero the rational approximation of Cephes, tanh.c; elsewhere 1 - 2/(e^2|x| + 1).
inline double Tanh(double x) {
  const double z = x * x;
  const double p =
      (-9.64399179425052238628e-1 * z - 9.92877231001918586564e1) * z - 1.61468768441708447952e3;
  const double q = ((z + 1.12811678491632931402e2) * z + 2.23548839060100448583e3) * z +
                   4.84406305325125486048e3;
  const double magnitude = x < 0 ? -x : x;
  const double far = 1.0 - 2.0 / (Exp(2.0 * magnitude) + 1.0);
  const double signed_far = x < 0 ? -far : far;
  return magnitude < 0.625 ? x + x * (z * p / q) : signed_far;
}

/// 1 / (1 + e^-x).
inline double Sigmoid(double x) { return 1.0 / (1.0 + Exp(-x)); }

}  // namespace netsmith::strategy::controller
