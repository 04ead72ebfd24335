#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "netsmith/base/random.h"
#include "netsmith/space/search_space.h"
#include "netsmith/strategy/genomes.h"
#include "netsmith/study/strategy.h"

namespace netsmith::strategy {

struct EvolutionOptions {
  int population = 10;  // members alive, 1 to 100000
  int sample = 3;       // of these compete to be a parent, 1 to population
};

/// Regularized evolution: the best of a few members drawn with replacement is copied with one
/// decision changed; the copy joins the population, and the oldest member leaves it, however good.
///
/// The first `population` genomes are uniform. A generation of several genomes has its parents from
/// the population as it was told last.
///
/// Source   Real et al. 2019, arXiv:1802.01548, algorithm 1
class EvolutionStrategy : public study::Strategy {
 public:
  /// Errors   InvalidArgument: no decisions, a decision without options, an option out of range.
  EvolutionStrategy(std::vector<space::Decision> decisions, const EvolutionOptions& options,
                    std::uint64_t seed, Allowed allowed = {});

  std::vector<space::Genome> Ask(int count) override;
  void Tell(std::span<const study::Told> generation) override;
  /// "population", "population_mean": its size and mean reward.
  std::map<std::string, double> Diagnostics() const override;

 private:
  space::Genome Propose(base::Generator& generator, bool is_first) const;

  std::vector<space::Decision> decisions_;
  EvolutionOptions options_;
  base::RandomStreams streams_;
  Allowed allowed_;
  std::deque<study::Told> population_;  // oldest first
  std::uint64_t num_asked_ = 0;
};

}  // namespace netsmith::strategy
