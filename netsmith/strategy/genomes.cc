#include "netsmith/strategy/genomes.h"

#include <fmt/format.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "netsmith/base/error.h"

namespace netsmith::strategy {

void CheckDecisions(const std::string& who, std::span<const space::Decision> decisions) {
  if (decisions.empty()) {
    throw base::InvalidArgument(fmt::format("{}: the space has no decisions", who));
  }
  for (const space::Decision& decision : decisions) {
    if (!decision.options.empty()) continue;
    throw base::InvalidArgument(fmt::format("{}: {} has no options", who, decision.name));
  }
}

space::Genome Mutate(std::span<const space::Decision> decisions, space::Genome genome,
                     base::Generator& generator) {
  std::vector<std::size_t> open;
  for (std::size_t d = 0; d < decisions.size(); ++d) {
    if (decisions[d].options.size() > 1) open.push_back(d);
  }
  if (open.empty()) return genome;
  const std::size_t d = open[generator.Below(open.size())];
  const auto other = static_cast<int>(generator.Below(decisions[d].options.size() - 1));
  genome[d] = other < genome[d] ? other : other + 1;
  return genome;
}

double FiniteReward(double reward) { return std::isfinite(reward) ? reward : 0; }

std::size_t GenomeHash::operator()(const space::Genome& genome) const {
  std::uint64_t hash = 0x9E3779B97F4A7C15ULL;
  for (const int option : genome) {
    hash = (hash ^ static_cast<std::uint64_t>(option)) * 0xBF58476D1CE4E5B9ULL;
    hash ^= hash >> 29;
  }
  return hash;
}

}  // namespace netsmith::strategy
