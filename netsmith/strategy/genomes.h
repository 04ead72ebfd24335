#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>

#include "netsmith/base/random.h"
#include "netsmith/space/search_space.h"

/// What strategies do with genomes.
namespace netsmith::strategy {

/// Errors   InvalidArgument naming `who`: no decisions, or one without options.
void CheckDecisions(const std::string& who, std::span<const space::Decision> decisions);

/// Whether a genome may be proposed: its network is valid and within the limits that are known
/// before it is built. Null: any may.
using Allowed = std::function<bool(const space::Genome&)>;

inline bool MayPropose(const Allowed& allowed, const space::Genome& genome) {
  return allowed == nullptr || allowed(genome);
}

/// How often a strategy draws before it proposes what is not allowed: limits that hardly any genome
/// keeps are the evaluator's to report.
inline constexpr int kMaxDraws = 200;

/// The first genome that `draw()` gives and that is allowed, or the last of kMaxDraws.
template <typename Draw>
space::Genome DrawAllowed(const Allowed& allowed, Draw draw) {
  space::Genome genome = draw();
  for (int i = 1; i < kMaxDraws && !MayPropose(allowed, genome); ++i) genome = draw();
  return genome;
}

/// The same genome but for one decision, uniform among those that have a choice, which takes
/// another of its options. Without such a decision, the same genome.
space::Genome Mutate(std::span<const space::Decision> decisions, space::Genome genome,
                     base::Generator& generator);

/// `reward`, or 0 for NaN and infinity.
double FiniteReward(double reward);

struct GenomeHash {
  std::size_t operator()(const space::Genome& genome) const;
};

}  // namespace netsmith::strategy
