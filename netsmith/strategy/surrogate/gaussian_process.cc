#include "netsmith/strategy/surrogate/gaussian_process.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include "netsmith/base/check.h"
#include "netsmith/strategy/controller/scalar_math.h"

namespace netsmith::strategy::surrogate {
namespace {

constexpr double kLeast = 1e-10;  // variances that rounding brought to 0 or below

}  // namespace

void GaussianProcess::Observe(std::span<const double> with_observed,
                              std::span<const double> with_candidates) {
  const std::size_t n = num_observed();
  NETSMITH_CHECK_EQ(with_observed.size(), n);
  NETSMITH_CHECK_EQ(with_candidates.size(), num_candidates());
  std::vector<double> row(n + 1);
  double rest = variance_ + noise_;
  for (std::size_t i = 0; i < n; ++i) {
    double sum = with_observed[i];
    for (std::size_t j = 0; j < i; ++j) sum -= factor_[i][j] * row[j];
    row[i] = sum / factor_[i][i];
    rest -= row[i] * row[i];
  }
  row[n] = std::sqrt(std::max(rest, kLeast));
  factor_.push_back(std::move(row));
  solved_.emplace_back(with_candidates.begin(), with_candidates.end());
  Solve(0, n);
}

/// Row `row` of L⁻¹K from its covariances, for the candidates from `first` on.
void GaussianProcess::Solve(std::size_t first, std::size_t row) {
  std::vector<double>& result = solved_[row];
  const std::vector<double>& weights = factor_[row];
  const std::size_t m = num_candidates();
  for (std::size_t j = 0; j < row; ++j) {
    const double weight = weights[j];
    const double* const known = solved_[j].data();
    for (std::size_t c = first; c < m; ++c) result[c] -= weight * known[c];
  }
  const double scale = 1 / weights[row];
  for (std::size_t c = first; c < m; ++c) {
    result[c] *= scale;
    variances_[c] -= result[c] * result[c];
  }
}

void GaussianProcess::ForgetAfter(std::size_t count) {
  while (num_observed() > count) {
    for (std::size_t c = 0; c < num_candidates(); ++c) {
      variances_[c] += solved_.back()[c] * solved_.back()[c];
    }
    solved_.pop_back();
    factor_.pop_back();
  }
}

void GaussianProcess::AddCandidates(std::size_t added, std::span<const double> with_observed) {
  NETSMITH_CHECK_EQ(with_observed.size(), added * num_observed());
  const std::size_t first = num_candidates();
  variances_.resize(first + added, variance_);
  means_.resize(first + added, 0);
  for (std::size_t i = 0; i < num_observed(); ++i) {
    const auto row = with_observed.subspan(i * added, added);
    solved_[i].insert(solved_[i].end(), row.begin(), row.end());
    Solve(first, i);
  }
  UpdateMeans(first);
}

void GaussianProcess::RemoveCandidate(std::size_t index) {
  const auto remove = [index](std::vector<double>& values) {
    values[index] = values.back();
    values.pop_back();
  };
  for (std::vector<double>& row : solved_) remove(row);
  remove(means_);
  remove(variances_);
}

double GaussianProcess::Fit(std::span<const double> targets) {
  NETSMITH_CHECK_LE(targets.size(), num_observed());
  explained_.assign(targets.begin(), targets.end());
  double log_evidence = 0;
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const std::vector<double>& row = factor_[i];
    for (std::size_t j = 0; j < i; ++j) explained_[i] -= row[j] * explained_[j];
    explained_[i] /= row[i];
    log_evidence -= explained_[i] * explained_[i] / 2 + controller::Log(row[i]);
  }
  UpdateMeans(0);
  return log_evidence;
}

void GaussianProcess::UpdateMeans(std::size_t first) {
  std::fill(means_.begin() + static_cast<std::ptrdiff_t>(first), means_.end(), 0.0);
  for (std::size_t i = 0; i < std::min(explained_.size(), num_observed()); ++i) {
    const double weight = explained_[i];
    const double* const row = solved_[i].data();
    for (std::size_t c = first; c < means_.size(); ++c) means_[c] += weight * row[c];
  }
}

double GaussianProcess::Variance(std::size_t candidate) const {
  return std::max(variances_[candidate], kLeast);
}

}  // namespace netsmith::strategy::surrogate
