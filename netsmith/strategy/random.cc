#include "netsmith/strategy/random.h"

#include <fmt/format.h>

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "netsmith/base/check.h"
#include "netsmith/base/error.h"

namespace netsmith::strategy {

RandomStrategy::RandomStrategy(std::vector<space::Decision> decisions, std::uint64_t seed)
    : decisions_(std::move(decisions)), streams_(seed) {
  for (const space::Decision& decision : decisions_) {
    if (!decision.options.empty()) continue;
    throw base::InvalidArgument(fmt::format("random search: {} has no options", decision.name));
  }
}

std::vector<space::Genome> RandomStrategy::Ask(int count) {
  NETSMITH_CHECK_GE(count, 0);
  std::vector<space::Genome> generation;
  for (int i = 0; i < count; ++i) {
    base::Generator generator = streams_.For("random.genome", num_asked_++);
    space::Genome& genome = generation.emplace_back();
    for (const space::Decision& decision : decisions_) {
      genome.push_back(static_cast<int>(generator.Below(decision.options.size())));
    }
  }
  return generation;
}

void RandomStrategy::Tell(std::span<const study::Told> /*generation*/) {}

}  // namespace netsmith::strategy
