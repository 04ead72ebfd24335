#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "netsmith/base/random.h"
#include "netsmith/space/search_space.h"
#include "netsmith/strategy/genomes.h"
#include "netsmith/study/strategy.h"

namespace netsmith::strategy {

namespace surrogate {
class Screen;
}

struct GpOptions {
  int warm_up = 20;       // uniform genomes before the process is asked, at least 1
  int fresh = 64;         // candidates added for each generation, half uniform, half near the best
  int pool = 600;         // candidates kept, at least 1
  double optimism = 1.0;  // standard deviations above the mean, at least 0
};

/// A Gaussian process on genomes: the next is the candidate with the highest upper confidence
/// bound.
///
/// Kernel: exponential in the Hamming distance, plus exponential in the difference of option counts
/// (surrogate/kernel.h). Rewards are normal quantiles of their ranks. Candidates are uniform
/// genomes and mutants of the five best, kept from generation to generation.
///
/// Cost   O(pool · n) for each genome told, O(fresh · n²) for each generation
/// Source Srinivas et al. 2010, arXiv:0912.3995; batches: Desautels et al. 2014, JMLR 15
class GpStrategy : public study::Strategy {
 public:
  /// Errors   InvalidArgument: no decisions, a decision without options, an option out of range.
  GpStrategy(std::vector<space::Decision> decisions, const GpOptions& options, std::uint64_t seed,
             Allowed allowed = {});
  ~GpStrategy() override;

  std::vector<space::Genome> Ask(int count) override;
  void Tell(std::span<const study::Told> generation) override;
  /// "observed", "candidates": how many.
  std::map<std::string, double> Diagnostics() const override;

 private:
  space::Genome DrawUniform(base::Generator& generator) const;
  std::vector<space::Genome> FreshCandidates(base::Generator& generator) const;

  std::vector<space::Decision> decisions_;
  GpOptions options_;
  base::RandomStreams streams_;
  Allowed allowed_;
  std::unique_ptr<surrogate::Screen> screen_;
  std::vector<study::Told> best_;  // the five best, best first
  std::uint64_t num_asks_ = 0;
};

}  // namespace netsmith::strategy
