#include "netsmith/strategy/gp.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "netsmith/base/check.h"
#include "netsmith/base/error.h"
#include "netsmith/strategy/surrogate/screen.h"

namespace netsmith::strategy {
namespace {

constexpr std::size_t kNumBest = 5;

void CheckAtLeast(const char* name, double found, double lowest) {
  if (found >= lowest && std::isfinite(found)) return;
  throw base::InvalidArgument(
      fmt::format("gp: {} is {}, expected at least {}", name, found, lowest));
}

}  // namespace

GpStrategy::GpStrategy(std::vector<space::Decision> decisions, const GpOptions& options,
                       std::uint64_t seed, Allowed allowed)
    : decisions_(std::move(decisions)),
      options_(options),
      streams_(seed),
      allowed_(std::move(allowed)) {
  CheckDecisions("gp", decisions_);
  CheckAtLeast("warm_up", options.warm_up, 1);
  CheckAtLeast("fresh", options.fresh, 1);
  CheckAtLeast("pool", options.pool, 1);
  CheckAtLeast("optimism", options.optimism, 0);
  screen_ = std::make_unique<surrogate::Screen>(
      decisions_, surrogate::ScreenOptions{.capacity = static_cast<std::size_t>(options.pool),
                                           .optimism = options.optimism,
                                           .one_kernel = true});
}

GpStrategy::~GpStrategy() = default;

std::vector<space::Genome> GpStrategy::Ask(int count) {
  NETSMITH_CHECK_GE(count, 0);
  base::Generator generator = streams_.For("gp.candidates", num_asks_++);
  std::vector<space::Genome> generation;
  if (screen_->num_told() >= static_cast<std::size_t>(options_.warm_up)) {
    screen_->Offer(FreshCandidates(generator));
    screen_->Trim();
    generation = screen_->Choose(count);
  }
  while (std::ssize(generation) < count) {
    generation.push_back(DrawUniform(generator));
  }
  return generation;
}

space::Genome GpStrategy::DrawUniform(base::Generator& generator) const {
  return DrawAllowed(allowed_, [&] { return DrawUniformly(decisions_, generator); });
}

std::vector<space::Genome> GpStrategy::FreshCandidates(base::Generator& generator) const {
  std::vector<space::Genome> fresh;
  for (int i = 0; i < options_.fresh; ++i) {
    if (i % 2 == 0) {
      space::Genome genome = DrawUniform(generator);
      if (MayPropose(allowed_, genome)) fresh.push_back(std::move(genome));
    } else {
      space::Genome mutant = best_[generator.Below(best_.size())].genome;
      const int steps = i % 4 == 1 ? 1 : 2;
      for (int step = 0; step < steps; ++step) {
        mutant = Mutate(decisions_, std::move(mutant), generator);
      }
      if (MayPropose(allowed_, mutant)) fresh.push_back(std::move(mutant));
    }
  }
  return fresh;
}

void GpStrategy::Tell(std::span<const study::Told> generation) {
  std::vector<space::Genome> genomes;
  std::vector<double> rewards;
  for (const study::Told& told : generation) {
    space::CheckGenome(decisions_, told.genome);
    const double reward = FiniteReward(told.reward);
    if (!screen_->WasTold(told.genome)) {
      const auto place = std::ranges::find_if(
          best_, [&](const study::Told& other) { return other.reward < reward; });
      best_.insert(place, {.genome = told.genome, .reward = reward});
      if (best_.size() > kNumBest) best_.pop_back();
    }
    genomes.push_back(told.genome);
    rewards.push_back(reward);
  }
  screen_->Tell(genomes, rewards);
}

std::map<std::string, double> GpStrategy::Diagnostics() const {
  return {{"observed", static_cast<double>(screen_->num_told())},
          {"candidates", static_cast<double>(screen_->ensemble().num_candidates())}};
}

}  // namespace netsmith::strategy
