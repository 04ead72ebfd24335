#include "netsmith/strategy/random.h"

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "netsmith/base/check.h"

namespace netsmith::strategy {

RandomStrategy::RandomStrategy(std::vector<space::Decision> decisions, std::uint64_t seed,
                               Allowed allowed)
    : decisions_(std::move(decisions)), streams_(seed), allowed_(std::move(allowed)) {
  CheckDecisions("random search", decisions_);
}

std::vector<space::Genome> RandomStrategy::Ask(int count) {
  NETSMITH_CHECK_GE(count, 0);
  std::vector<space::Genome> generation;
  for (int i = 0; i < count; ++i) {
    base::Generator generator = streams_.For("random.genome", num_asked_++);
    generation.push_back(
        DrawAllowed(allowed_, [&] { return DrawUniformly(decisions_, generator); }));
  }
  return generation;
}

void RandomStrategy::Tell(std::span<const study::Told> /*generation*/) {}

}  // namespace netsmith::strategy
