#include "netsmith/strategy/surrogate/ensemble.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "netsmith/base/check.h"
#include "netsmith/strategy/controller/scalar_math.h"
#include "netsmith/strategy/surrogate/ranks.h"

namespace netsmith::strategy::surrogate {

Ensemble::Ensemble(const std::vector<space::Decision>& decisions,
                   std::span<const KernelOptions> kernels, double noise)
    : make_point_(decisions) {
  NETSMITH_CHECK(!kernels.empty());
  for (const KernelOptions& options : kernels) {
    const Kernel kernel(decisions, options);
    members_.push_back({.kernel = kernel, .process = GaussianProcess(kernel.variance(), noise)});
  }
  weights_.assign(kernels.size(), 1.0 / static_cast<double>(kernels.size()));
}

void Ensemble::Observe(const space::Genome& genome, double reward) {
  NETSMITH_CHECK_EQ(observed_.size(), rewards_.size());
  rewards_.push_back(reward);
  Append(genome);
}

void Ensemble::Expect(const space::Genome& genome) { Append(genome); }

void Ensemble::ForgetExpected() {
  observed_.resize(rewards_.size());
  for (Member& member : members_) member.process.ForgetAfter(rewards_.size());
}

void Ensemble::Append(const space::Genome& genome) {
  const Point point = make_point_(genome);
  std::vector<double> with_observed(observed_.size());
  std::vector<double> with_candidates(candidates_.size());
  for (Member& member : members_) {
    const auto covariance = [&](const Point& other) { return member.kernel(point, other); };
    std::ranges::transform(observed_, with_observed.begin(), covariance);
    std::ranges::transform(candidates_, with_candidates.begin(), covariance);
    member.process.Observe(with_observed, with_candidates);
  }
  observed_.push_back(point);
}

void Ensemble::AddCandidates(std::span<const space::Genome> genomes) {
  const std::size_t first = candidates_.size();
  for (const space::Genome& genome : genomes) candidates_.push_back(make_point_(genome));
  std::vector<double> covariances;
  for (Member& member : members_) {
    covariances.clear();
    for (const Point& point : observed_) {
      for (std::size_t c = first; c < candidates_.size(); ++c) {
        covariances.push_back(member.kernel(point, candidates_[c]));
      }
    }
    member.process.AddCandidates(genomes.size(), covariances);
  }
}

void Ensemble::RemoveCandidate(std::size_t index) {
  if (index + 1 < candidates_.size()) candidates_[index] = std::move(candidates_.back());
  candidates_.pop_back();
  for (Member& member : members_) member.process.RemoveCandidate(index);
}

void Ensemble::Fit() {
  std::vector<double> targets = RankShares(rewards_);
  for (double& target : targets) target = NormalQuantile(target);
  for (std::size_t i = 0; i < members_.size(); ++i) weights_[i] = members_[i].process.Fit(targets);
  const double highest = *std::ranges::max_element(weights_);
  double sum = 0;
  for (double& weight : weights_) {
    weight = controller::Exp(weight - highest);
    sum += weight;
  }
  for (double& weight : weights_) weight /= sum;
}

Belief Ensemble::Predict(std::size_t candidate) const {
  double mean = 0;
  double square = 0;
  for (std::size_t i = 0; i < members_.size(); ++i) {
    const GaussianProcess& process = members_[i].process;
    const double m = process.Mean(candidate);
    mean += weights_[i] * m;
    square += weights_[i] * (process.Variance(candidate) + m * m);
  }
  return {.mean = mean, .sd = std::sqrt(std::max(0.0, square - mean * mean))};
}

}  // namespace netsmith::strategy::surrogate
