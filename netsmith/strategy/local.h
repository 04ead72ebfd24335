#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "netsmith/base/random.h"
#include "netsmith/space/search_space.h"
#include "netsmith/strategy/genomes.h"
#include "netsmith/study/strategy.h"

namespace netsmith::strategy {

/// Local search: tries the neighbours of a genome, those with one decision changed, in random
/// order, and moves to the first generation's best that is better. When no neighbour is left it
/// starts again somewhere else, uniformly.
///
/// Source   White, Nolen & Savani 2021, arXiv:2005.02960, with their "query until improvement"
class LocalStrategy : public study::Strategy {
 public:
  /// Errors   InvalidArgument: no decisions, or one without options.
  LocalStrategy(std::vector<space::Decision> decisions, std::uint64_t seed, Allowed allowed = {});

  std::vector<space::Genome> Ask(int count) override;
  void Tell(std::span<const study::Told> generation) override;
  /// "starts", "neighbours": how often it began, how many are left to try.
  std::map<std::string, double> Diagnostics() const override;

 private:
  void MoveTo(const study::Told& place);

  std::vector<space::Decision> decisions_;
  base::RandomStreams streams_;
  Allowed allowed_;
  std::unordered_set<space::Genome, GenomeHash> told_;
  std::optional<study::Told> present_;           // none: at a start
  std::vector<std::pair<int, int>> neighbours_;  // decision and option, the next at the back
  std::uint64_t num_draws_ = 0;
  std::uint64_t num_moves_ = 0;
  std::uint64_t num_starts_ = 0;
};

}  // namespace netsmith::strategy
