#include "netsmith/strategy/guided.h"

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
                               std::uint64_t seed, Allowed allowed)
    : decisions_(std::move(decisions)),
      options_(options),
      controller_(decisions_, options.controller, seed),
      allowed_(std::move(allowed)) {
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
      const auto proposals = WithoutRefused(controller_.Propose(options_.proposals));
      screen_->Offer(proposals);
      ImagineEpisodes(proposals);
      screen_->Trim();
    }
    generation = screen_->Choose(count);
  }
  while (std::ssize(generation) < count) generation.push_back(ProposeAllowed());
  return generation;
}

std::vector<space::Genome> GuidedStrategy::WithoutRefused(std::vector<space::Genome> proposals) {
  const auto refused = std::stable_partition(
      proposals.begin(), proposals.end(),
      [&](const space::Genome& genome) { return MayPropose(allowed_, genome); });
  refused_.insert(refused_.end(), refused, proposals.end());
  proposals.erase(refused, proposals.end());
  return proposals;
}

space::Genome GuidedStrategy::ProposeAllowed() {
  std::vector<space::Genome> drawn = controller_.Propose(1);
  for (int i = 1; i < kMaxDraws && !MayPropose(allowed_, drawn.front()); ++i) {
    refused_.push_back(std::move(drawn.front()));
    drawn = controller_.Propose(1);
  }
  return std::move(drawn.front());
}

void GuidedStrategy::ImagineEpisodes(const std::vector<space::Genome>& proposals) {
  std::vector<space::Genome> episodes = proposals;
  episodes.insert(episodes.end(), last_told_.begin(), last_told_.end());
  last_told_.clear();
  std::vector<double> rewards;
  rewards.reserve(episodes.size() + refused_.size());
  for (const space::Genome& genome : episodes) rewards.push_back(screen_->ExpectedShare(genome));
  episodes.insert(episodes.end(), refused_.begin(), refused_.end());
  refused_.clear();
  rewards.resize(episodes.size(), 0);
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
