#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "netsmith/space/search_space.h"
#include "netsmith/strategy/surrogate/gaussian_process.h"
#include "netsmith/strategy/surrogate/kernel.h"

namespace netsmith::strategy::surrogate {

/// What is believed of a genome's reward, on the scale of normal quantiles of ranks.
struct Belief {
  double mean = 0;
  double sd = 1;
};

/// Gaussian processes with different kernels over the same observations; each has a say by its
/// evidence. So one set of options serves spaces whose options are ordered and spaces whose are
/// not, and whether or not it matters where an option stands.
class Ensemble {
 public:
  /// `kernels` is not empty; `noise` is the variance of a reward's quantile.
  Ensemble(const std::vector<space::Decision>& decisions, std::span<const KernelOptions> kernels,
           double noise);

  std::size_t num_observed() const { return rewards_.size(); }
  std::size_t num_candidates() const { return candidates_.size(); }
  const space::Genome& candidate(std::size_t index) const { return candidates_[index].genome; }

  void Observe(const space::Genome& genome, double reward);
  /// A genome whose reward is on its way: it lowers the variances around it (Desautels et al.
  /// 2014).
  void Expect(const space::Genome& genome);
  /// To be called before the next Observe.
  void ForgetExpected();
  void AddCandidates(std::span<const space::Genome> genomes);
  /// The last candidate takes the place of the removed one.
  void RemoveCandidate(std::size_t index);

  /// Fits all members to what was observed; to be called before Predict when that has changed.
  void Fit();
  Belief Predict(std::size_t candidate) const;
  /// The members' say, which sums to 1.
  const std::vector<double>& weights() const { return weights_; }

 private:
  struct Member {
    Kernel kernel;
    GaussianProcess process;
  };
  void Append(const space::Genome& genome);

  PointMaker make_point_;
  std::vector<Member> members_;
  std::vector<double> weights_;
  std::vector<Point> observed_;  // with what is expected behind
  std::vector<double> rewards_;
  std::vector<Point> candidates_;
};

}  // namespace netsmith::strategy::surrogate
