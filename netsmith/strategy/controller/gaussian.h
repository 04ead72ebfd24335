#pragma once

namespace netsmith::strategy::controller {

/// The logarithm of the probability that a Gaussian falls in an interval, and its derivative by
/// the Gaussian's mean.
struct LogMass {
  double value = 0;
  double derivative = 0;
};

///   log P(lower < x <= upper),  x ~ N(mean, sigma^2)
///
/// `lower` < `upper`; either may be infinite. Accurate to about 1e-12 relative however far in a
/// tail the interval lies: there it is taken from the ratio of Mills instead of a difference of
/// nearly equal probabilities.
LogMass GaussianLogMass(double mean, double sigma, double lower, double upper);

}  // namespace netsmith::strategy::controller
