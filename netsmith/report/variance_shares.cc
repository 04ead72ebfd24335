#include "netsmith/report/variance_shares.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include "netsmith/base/random.h"

namespace netsmith::report {
namespace {

constexpr int kOrders = 32;  // half of them drawn, each beside its reverse
/// Less of a column's own square than this is rounding: the columns before it determine it.
constexpr double kSmallestPivot = 1e-9;

/// The normal equations of a fit by indicators of every level but the first, around the means.
class Fit {
 public:
  Fit(std::span<const Factor> factors, std::span<const double> values);

  /// How much of the values' sum of squares each factor explains after those before it in `order`,
  /// and by how many columns that no earlier ones determine: added to the lists.
  void AddInOrder(std::span<const std::size_t> order, std::vector<double>& squares,
                  std::vector<double>& columns) const;
  double total() const { return total_; }

 private:
  double& Gram(std::size_t i, std::size_t j) { return gram_[i * size_ + j]; }
  void CountTogether(const Factor& a, std::size_t first_a, const Factor& b, std::size_t first_b);

  std::size_t size_ = 0;            // columns
  std::vector<std::size_t> first_;  // column of each factor, and the end
  std::vector<double> gram_;        // [size_][size_]
  std::vector<double> moments_;     // columns with values
  double total_ = 0;                // sum of squares of the values
};

Fit::Fit(std::span<const Factor> factors, std::span<const double> values) : first_{0} {
  for (const Factor& factor : factors) {
    size_ += static_cast<std::size_t>(std::max(factor.num_levels - 1, 0));
    first_.push_back(size_);
  }
  const auto n = static_cast<double>(values.size());
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / n;
  gram_.resize(size_ * size_);
  moments_.resize(size_);
  for (const double value : values) total_ += (value - mean) * (value - mean);
  for (std::size_t f = 0; f < factors.size(); ++f) {
    for (std::size_t g = 0; g <= f; ++g) {
      CountTogether(factors[f], first_[f], factors[g], first_[g]);
    }
    for (std::size_t i = 0; i < values.size(); ++i) {
      const int level = factors[f].levels[i];
      if (level > 0) moments_[first_[f] + static_cast<std::size_t>(level) - 1] += values[i] - mean;
    }
  }
  std::vector<double> counts(size_);
  for (std::size_t i = 0; i < size_; ++i) counts[i] = Gram(i, i);
  for (std::size_t i = 0; i < size_; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      Gram(i, j) -= counts[i] * counts[j] / n;
      Gram(j, i) = Gram(i, j);
    }
  }
}

/// Into the lower half of the Gram matrix.
void Fit::CountTogether(const Factor& a, std::size_t first_a, const Factor& b,
                        std::size_t first_b) {
  for (std::size_t i = 0; i < a.levels.size(); ++i) {
    if (a.levels[i] == 0 || b.levels[i] == 0) continue;
    ++Gram(first_a + static_cast<std::size_t>(a.levels[i]) - 1,
           first_b + static_cast<std::size_t>(b.levels[i]) - 1);
  }
}

/// Gaussian elimination, column after column: what is left of a column and of the values is what
/// the columns before do not explain.
void Fit::AddInOrder(std::span<const std::size_t> order, std::vector<double>& squares,
                     std::vector<double>& columns) const {
  std::vector<std::size_t> places;
  std::vector<std::size_t> owner;
  for (const std::size_t factor : order) {
    for (std::size_t c = first_[factor]; c < first_[factor + 1]; ++c) {
      places.push_back(c);
      owner.push_back(factor);
    }
  }
  std::vector<double> left(size_ * size_);
  std::vector<double> moments(size_);
  for (std::size_t i = 0; i < size_; ++i) {
    moments[i] = moments_[places[i]];
    for (std::size_t j = 0; j < size_; ++j)
      left[i * size_ + j] = gram_[places[i] * size_ + places[j]];
  }
  for (std::size_t c = 0; c < size_; ++c) {
    const double pivot = left[c * size_ + c];
    if (pivot <= kSmallestPivot * gram_[places[c] * size_ + places[c]]) continue;
    squares[owner[c]] += moments[c] * moments[c] / pivot;
    columns[owner[c]] += 1;
    for (std::size_t i = c + 1; i < size_; ++i) {
      const double factor = left[i * size_ + c] / pivot;
      if (factor == 0) continue;
      moments[i] -= factor * moments[c];
      for (std::size_t j = c + 1; j < size_; ++j) {
        left[i * size_ + j] -= factor * left[c * size_ + j];
      }
    }
  }
}

}  // namespace

std::vector<double> VarianceShares(std::span<const Factor> factors,
                                   std::span<const double> values) {
  const std::size_t count = factors.size();
  std::vector<double> squares(count), columns(count), shares(count);
  const Fit fit(factors, values);
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  base::Generator random(0);  // equal trials, equal shares
  for (int i = 0; i < kOrders / 2; ++i) {
    for (std::size_t last = count; last > 1; --last) {
      std::swap(order[last - 1], order[random.Below(last)]);
    }
    fit.AddInOrder(order, squares, columns);
    std::ranges::reverse(order);
    fit.AddInOrder(order, squares, columns);
  }
  const double explained = std::accumulate(squares.begin(), squares.end(), 0.0) / kOrders;
  const double num_columns = std::accumulate(columns.begin(), columns.end(), 0.0) / kOrders;
  const double freedom = static_cast<double>(values.size()) - 1 - num_columns;
  if (freedom <= 0 || !(fit.total() > 0)) return shares;
  const double by_chance = std::max(0.0, fit.total() - explained) / freedom;  // a column
  double sum = 0, sum_above_0 = 0;
  for (std::size_t f = 0; f < count; ++f) {
    const double share = (squares[f] - columns[f] * by_chance) / kOrders / fit.total();
    shares[f] = std::max(0.0, share);
    sum += share;
    sum_above_0 += shares[f];
  }
  for (double& share : shares) share = sum > 0 ? share * std::min(sum, 1.0) / sum_above_0 : 0;
  return shares;
}

}  // namespace netsmith::report
