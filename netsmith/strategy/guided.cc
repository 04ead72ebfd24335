#include "netsmith/strategy/guided.h"

#include <fmt/format.h>

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
#include "netsmith/strategy/genomes.h"
#include "netsmith/strategy/reinforce.h"
#include "netsmith/strategy/surrogate/screen.h"

namespace netsmith::strategy {
namespace {

void CheckAtLeast(const char* name, double found, double lowest) {
  if (found >= lowest && std::isfinite(found)) return;
  throw base::InvalidArgument(
      fmt::format("guided: {} is {}, expected at least {}", name, found, lowest));
}

}  // namespace

GuidedStrategy::GuidedStrategy(std::vector<space::Decision> decisions, const GuidedOptions& options,
                               std::uint64_t seed)
    : decisions_(std::move(decisions)),
      options_(options),
      controller_(decisions_, options.controller, seed) {
  CheckAtLeast("warm_up", options.warm_up, 1);
  CheckAtLeast("proposals", options.proposals, 1);
  CheckAtLeast("pool", options.pool, 1);
  CheckAtLeast("optimism", options.optimism, 0);
  screen_ = std::make_unique<surrogate::Screen>(
      decisions_, surrogate::ScreenOptions{.capacity = static_cast<std::size_t>(options.pool),
                                           .optimism = options.optimism});
}

GuidedStrategy::~GuidedStrategy() = default;

std::vector<space::Genome> GuidedStrategy::Ask(int count) {
  NETSMITH_CHECK_GE(count, 0);
  std::vector<space::Genome> generation;
  if (screen_->num_told() >= static_cast<std::size_t>(options_.warm_up)) {
    for (int i = 0; i < count; ++i) {
      const std::vector<space::Genome> proposals = controller_.Propose(options_.proposals);
      screen_->Offer(proposals);
      ImagineEpisodes(proposals);
      screen_->Trim();
    }
    generation = screen_->Choose(count);
  }
  const int missing = count - static_cast<int>(generation.size());
  for (space::Genome& genome : controller_.Propose(missing)) {
    generation.push_back(std::move(genome));
  }
  return generation;
}

void GuidedStrategy::ImagineEpisodes(const std::vector<space::Genome>& proposals) {
  std::vector<space::Genome> episodes = proposals;
  episodes.insert(episodes.end(), last_told_.begin(), last_told_.end());
  last_told_.clear();
  std::vector<double> rewards;
  rewards.reserve(episodes.size());
  for (const space::Genome& genome : episodes) rewards.push_back(screen_->ExpectedShare(genome));
  controller_.TrainOn(episodes, rewards);
}

void GuidedStrategy::Tell(std::span<const study::Told> generation) {
  std::vector<space::Genome> genomes;
  std::vector<double> rewards;
  for (const study::Told& told : generation) {
    space::CheckGenome(decisions_, told.genome);
    genomes.push_back(told.genome);
    rewards.push_back(FiniteReward(told.reward));
  }
  screen_->Tell(genomes, rewards);
  last_told_ = std::move(genomes);
}

std::map<std::string, double> GuidedStrategy::Diagnostics() const {
  std::map<std::string, double> figures = PolicyDiagnostics(decisions_, controller_);
  figures["observed"] = static_cast<double>(screen_->num_told());
  figures["candidates"] = static_cast<double>(screen_->ensemble().num_candidates());
  const std::vector<double>& weights = screen_->ensemble().weights();
  for (std::size_t i = 0; i < weights.size(); ++i)
    figures[fmt::format("weight/{}", i)] = weights[i];
  return figures;
}

}  // namespace netsmith::strategy
