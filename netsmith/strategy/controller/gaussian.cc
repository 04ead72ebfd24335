#include "netsmith/strategy/controller/gaussian.h"

#include <cmath>

#include "netsmith/base/check.h"
#include "netsmith/strategy/controller/scalar_math.h"

namespace netsmith::strategy::controller {
namespace {

constexpr double kLogSqrt2Pi = 0.91893853320467274178;
constexpr double kTail = 2.0;  // beyond it the continued fraction is short and exact enough

double Density(double x) { return Exp(-0.5 * x * x - kLogSqrt2Pi); }

/// P(0 < z < x) for a standard Gaussian z, negative for negative x:
/// density(x) · (x + x^3/3 + x^5/(3·5) + x^7/(3·5·7) + …), whose terms all have one sign.
double CentralMass(double x) {
  if (std::abs(x) > 8.5) return x > 0 ? 0.5 : -0.5;  // the rest is below 2^-53
  double term = x;
  double sum = 0;
  for (double k = 3; sum + term != sum; k += 2) {
    sum += term;
    term *= x * x / k;
  }
  return Density(x) * sum;
}

/// Ratio of Mills, P(z > x) / density(x) = 1/(x + 1/(x + 2/(x + 3/(x + …)))), x >= kTail; the
/// fraction's tail is below 2^-53 after 60 terms at kTail.
double MillsRatio(double x) {
  double fraction = x;
  for (int k = 60; k >= 1; --k) fraction = x + k / fraction;
  return 1.0 / fraction;
}

/// For -b <= a < b in units of sigma, derivative by a common shift of both ends to the left.
LogMass StandardLogMass(double a, double b) {
  if (a <= kTail) {
    const double mass = CentralMass(b) - CentralMass(a);
    return {Log(mass), (Density(a) - Density(b)) / mass};
  }
  const double ratio = Exp(-0.5 * (b - a) * (b + a));  // density(b) / density(a)
  const double scaled = MillsRatio(a) - (ratio > 0 ? ratio * MillsRatio(b) : 0.0);
  return {-0.5 * a * a - kLogSqrt2Pi + Log(scaled), (1.0 - ratio) / scaled};
}

}  // namespace

LogMass GaussianLogMass(double mean, double sigma, double lower, double upper) {
  NETSMITH_CHECK_LT(lower, upper);
  if (std::isinf(lower) && std::isinf(upper)) return {};
  const double a = (lower - mean) / sigma;
  const double b = (upper - mean) / sigma;
  const bool reflect = a + b < 0;
  const LogMass standard = reflect ? StandardLogMass(-b, -a) : StandardLogMass(a, b);
  return {standard.value, (reflect ? -standard.derivative : standard.derivative) / sigma};
}

}  // namespace netsmith::strategy::controller
