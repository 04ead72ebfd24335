#pragma once

#include <cstddef>
#include <span>
#include <unordered_map>
#include <vector>

#include "netsmith/space/search_space.h"
#include "netsmith/strategy/genomes.h"
#include "netsmith/strategy/surrogate/ensemble.h"

namespace netsmith::strategy::surrogate {

struct ScreenOptions {
  std::size_t capacity = 400;  // candidates kept, at least 1
  double optimism = 1;         // standard deviations that are added to the mean
  double noise = 0.05;         // variance of a reward's quantile, > 0
  std::size_t memory = 400;    // observations of the surrogate, at least 4
  bool one_kernel = false;     // Hamming and counts alone, not the ensemble
};

/// Candidates under a surrogate: the one of the highest upper confidence bound is chosen next,
/// those of the lowest are dropped. No genome that was told, or chosen and not yet told, is a
/// candidate. When the surrogate's memory is full, the best quarter and the latest quarter of it
/// stay, so that a long search does not slow down. Source   Srinivas et al. 2010, arXiv:0912.3995
/// (GP-UCB)
class Screen {
 public:
  Screen(const std::vector<space::Decision>& decisions, const ScreenOptions& options);

  /// The rewards of a generation, finite; whatever was chosen before is no longer awaited.
  void Tell(std::span<const space::Genome> genomes, std::span<const double> rewards);
  /// Adds genomes that are new to it to the candidates.
  void Offer(std::span<const space::Genome> genomes);
  /// Drops candidates beyond the capacity.
  void Trim();
  /// Takes the best candidates out one after the other, each knowing that those before it are being
  /// evaluated; fewer than `count` when no more are left.
  std::vector<space::Genome> Choose(int count);

  std::size_t num_told() const { return rewards_.size(); }
  bool WasTold(const space::Genome& genome) const { return told_.contains(genome); }
  /// Share of the told rewards that this genome's lies above: measured where it was told, else
  /// expected, 1/2 for one that is neither told nor a candidate.
  double ExpectedShare(const space::Genome& genome) const;
  const Ensemble& ensemble() const { return ensemble_; }

 private:
  Ensemble NewEnsemble() const;
  void Observe(const space::Genome& genome, double reward);
  void ForgetHalf();
  void Remove(std::size_t index);
  double Bound(std::size_t index) const;
  space::Genome TakeBest();

  std::vector<space::Decision> decisions_;
  ScreenOptions options_;
  Ensemble ensemble_;
  std::unordered_map<space::Genome, std::size_t, GenomeHash> told_;    // place in shares_
  std::unordered_map<space::Genome, std::size_t, GenomeHash> places_;  // of candidates
  std::vector<space::Genome> awaited_;
  std::vector<space::Genome> genomes_;  // as told
  std::vector<double> rewards_;
  std::vector<double> shares_;         // of those, by rank
  std::vector<std::size_t> observed_;  // which of them the surrogate knows
};

}  // namespace netsmith::strategy::surrogate
