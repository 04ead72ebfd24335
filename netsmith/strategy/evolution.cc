#include "netsmith/strategy/evolution.h"

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "netsmith/base/check.h"
#include "netsmith/base/error.h"

namespace netsmith::strategy {

EvolutionStrategy::EvolutionStrategy(std::vector<space::Decision> decisions,
                                     const EvolutionOptions& options, std::uint64_t seed,
                                     Allowed allowed)
    : decisions_(std::move(decisions)),
      options_(options),
      streams_(seed),
      allowed_(std::move(allowed)) {
  CheckDecisions("evolution", decisions_);
  if (options.population < 1 || options.population > 100'000) {
    throw base::InvalidArgument(
        fmt::format("evolution: population is {}, expected 1 to 100000", options.population));
  }
  if (options.sample < 1 || options.sample > options.population) {
    throw base::InvalidArgument(
        fmt::format("evolution: sample is {}, expected 1 to the population of {}", options.sample,
                    options.population));
  }
}

std::vector<space::Genome> EvolutionStrategy::Ask(int count) {
  NETSMITH_CHECK_GE(count, 0);
  std::vector<space::Genome> generation;
  for (int i = 0; i < count; ++i) {
    const std::uint64_t number = num_asked_++;
    base::Generator generator = streams_.For("evolution.genome", number);
    const bool is_first =
        number < static_cast<std::uint64_t>(options_.population) || population_.empty();
    generation.push_back(DrawAllowed(allowed_, [&] { return Propose(generator, is_first); }));
  }
  return generation;
}

space::Genome EvolutionStrategy::Propose(base::Generator& generator, bool is_first) const {
  if (is_first) return DrawUniformly(decisions_, generator);
  const study::Told* parent = nullptr;
  for (int i = 0; i < options_.sample; ++i) {
    const study::Told& member = population_[generator.Below(population_.size())];
    if (parent == nullptr || member.reward > parent->reward) parent = &member;
  }
  NETSMITH_CHECK(parent != nullptr);
  return Mutate(decisions_, parent->genome, generator);
}

void EvolutionStrategy::Tell(std::span<const study::Told> generation) {
  for (const study::Told& told : generation) {
    space::CheckGenome(decisions_, told.genome);
    population_.push_back({.genome = told.genome, .reward = FiniteReward(told.reward)});
    if (population_.size() > static_cast<std::size_t>(options_.population)) population_.pop_front();
  }
}

std::map<std::string, double> EvolutionStrategy::Diagnostics() const {
  double sum = 0;
  for (const study::Told& member : population_) sum += member.reward;
  const auto size = static_cast<double>(population_.size());
  return {{"population", size}, {"population_mean", population_.empty() ? 0 : sum / size}};
}

}  // namespace netsmith::strategy
