#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "netsmith/base/random.h"
#include "netsmith/space/search_space.h"

/// What strategies do with genomes.
namespace netsmith::strategy {

/// Errors   InvalidArgument naming `who`: no decisions, or one without options.
void CheckDecisions(const std::string& who, std::span<const space::Decision> decisions);

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
