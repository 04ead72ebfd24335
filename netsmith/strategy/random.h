#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "netsmith/base/random.h"
#include "netsmith/space/search_space.h"
#include "netsmith/strategy/genomes.h"
#include "netsmith/study/strategy.h"

namespace netsmith::strategy {

/// Every genome independent and uniform over all that are allowed: what any other strategy has to
/// beat. Bergstra & Bengio 2012 (JMLR 13).
class RandomStrategy : public study::Strategy {
 public:
  /// Errors   InvalidArgument: a decision without options.
  RandomStrategy(std::vector<space::Decision> decisions, std::uint64_t seed, Allowed allowed = {});

  std::vector<space::Genome> Ask(int count) override;
  void Tell(std::span<const study::Told> generation) override;

 private:
  std::vector<space::Decision> decisions_;
  base::RandomStreams streams_;
  Allowed allowed_;
  std::uint64_t num_asked_ = 0;
};

}  // namespace netsmith::strategy
