#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace netsmith::strategy::surrogate {

/// A Gaussian process with zero mean over points that are known by their covariances alone, and the
/// candidates it is asked about. Observing one more point costs O(n) for each candidate, as the
/// rows of the Cholesky factor and of L⁻¹K are kept.
///
/// Shapes   n observations, m candidates
/// Source   Rasmussen & Williams 2006, algorithm 2.1
class GaussianProcess {
 public:
  /// `variance`: covariance of a point with itself, without `noise`, the variance of what is
  /// measured there.
  GaussianProcess(double variance, double noise) : variance_(variance), noise_(noise) {}

  std::size_t num_observed() const { return factor_.size(); }
  std::size_t num_candidates() const { return variances_.size(); }

  /// Covariances of the new point with those observed [n] and with the candidates [m].
  void Observe(std::span<const double> with_observed, std::span<const double> with_candidates);
  /// Forgets all but the first `count` observations.
  void ForgetAfter(std::size_t count);
  /// Covariances [n][added] of new candidates with the observed points, by rows.
  void AddCandidates(std::size_t added, std::span<const double> with_observed);
  /// The last candidate takes the place of the removed one.
  void RemoveCandidate(std::size_t index);

  /// Explains `targets`, one for each of the first observations; Mean then is given these alone.
  /// Returns the logarithm of their evidence, but for a constant of their number.
  double Fit(std::span<const double> targets);
  double Mean(std::size_t candidate) const { return means_[candidate]; }
  /// Given all observations, those without a target too: it does not depend on targets.
  double Variance(std::size_t candidate) const;

 private:
  void Solve(std::size_t first, std::size_t row);
  void UpdateMeans(std::size_t first);

  double variance_;
  double noise_;
  std::vector<std::vector<double>> factor_;  // L by rows; row i has i + 1 elements
  std::vector<std::vector<double>> solved_;  // L⁻¹ · covariances with candidates, [n][m]
  std::vector<double> explained_;            // L⁻¹ · targets
  std::vector<double> means_;                // [m]
  std::vector<double> variances_;            // [m]
};

}  // namespace netsmith::strategy::surrogate
