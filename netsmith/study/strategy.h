#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "netsmith/space/search_space.h"

namespace netsmith::study {

/// A genome and its reward, told back to the strategy that asked for it, or forced on it.
struct Told {
  space::Genome genome;
  double reward = 0;  // in [0, 1]; NaN counts as 0
};

/// What asks for the next genomes and is told their rewards. It never sees a network.
///
/// Contract (tests/contract/strategy_test.cc): the state depends only on the seed and on what was
/// asked and told, in order. So a study is resumed by asking and telling its finished trials again,
/// and the number of workers and their finishing order cannot matter.
class Strategy {
 public:
  virtual ~Strategy() = default;

  /// The next generation: `count` genomes that fit the space's decisions.
  virtual std::vector<space::Genome> Ask(int count) = 0;
  /// The rewards of the generation last asked for, in trial order. A genome may differ from the one
  /// asked for (drawn uniformly instead, after too many duplicates).
  virtual void Tell(std::span<const Told> generation) = 0;
  /// Figures worth watching, by name: "entropy", "baseline", …
  virtual std::map<std::string, double> Diagnostics() const { return {}; }
};

}  // namespace netsmith::study
