#include "netsmith/strategy/registry.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "netsmith/base/error.h"
#include "netsmith/strategy/evolution.h"
#include "netsmith/strategy/gp.h"
#include "netsmith/strategy/guided.h"
#include "netsmith/strategy/local.h"
#include "netsmith/strategy/random.h"
#include "netsmith/strategy/reinforce.h"

namespace netsmith::strategy {
namespace {

using Decisions = std::vector<space::Decision>;

struct Entry {
  const char* name;
  std::unique_ptr<study::Strategy> (*make)(const Decisions& decisions,
                                           const StrategyOptions& options, std::uint64_t seed,
                                           const Allowed& allowed);
  bool published_baseline = false;
};

std::unique_ptr<study::Strategy> MakeRandom(const Decisions& decisions, const StrategyOptions&,
                                            std::uint64_t seed, const Allowed& allowed) {
  return std::make_unique<RandomStrategy>(decisions, seed, allowed);
}

std::unique_ptr<study::Strategy> MakeReinforce(const Decisions& decisions,
                                               const StrategyOptions& options, std::uint64_t seed,
                                               const Allowed& allowed) {
  return std::make_unique<ReinforceStrategy>(decisions, options.reinforce, seed, allowed);
}

std::unique_ptr<study::Strategy> MakeGuided(const Decisions& decisions,
                                            const StrategyOptions& options, std::uint64_t seed,
                                            const Allowed& allowed) {
  return std::make_unique<GuidedStrategy>(decisions, options.guided, seed, allowed);
}

std::unique_ptr<study::Strategy> MakeEvolution(const Decisions& decisions,
                                               const StrategyOptions& options, std::uint64_t seed,
                                               const Allowed& allowed) {
  return std::make_unique<EvolutionStrategy>(decisions, options.evolution, seed, allowed);
}

std::unique_ptr<study::Strategy> MakeGp(const Decisions& decisions, const StrategyOptions& options,
                                        std::uint64_t seed, const Allowed& allowed) {
  return std::make_unique<GpStrategy>(decisions, options.gp, seed, allowed);
}

std::unique_ptr<study::Strategy> MakeLocal(const Decisions& decisions, const StrategyOptions&,
                                           std::uint64_t seed, const Allowed& allowed) {
  return std::make_unique<LocalStrategy>(decisions, seed, allowed);
}

constexpr std::array kStrategies = {
    Entry{"guided", MakeGuided}, Entry{"reinforce", MakeReinforce, true},
    Entry{"gp", MakeGp},         Entry{"evolution", MakeEvolution, true},
    Entry{"local", MakeLocal},   Entry{"random", MakeRandom, true},
};

}  // namespace

std::vector<std::string> StrategyNames() {
  std::vector<std::string> names;
  for (const Entry& strategy : kStrategies) names.emplace_back(strategy.name);
  return names;
}

bool IsPublishedBaseline(const std::string& name) {
  return std::ranges::any_of(kStrategies, [&](const Entry& strategy) {
    return name == strategy.name && strategy.published_baseline;
  });
}

std::unique_ptr<study::Strategy> MakeStrategy(const std::string& name, const Decisions& decisions,
                                              const StrategyOptions& options, std::uint64_t seed,
                                              const Allowed& allowed) {
  for (const Entry& strategy : kStrategies) {
    if (name == strategy.name) return strategy.make(decisions, options, seed, allowed);
  }
  throw base::InvalidArgument(fmt::format("unknown strategy '{}', expected one of: {}", name,
                                          fmt::join(StrategyNames(), ", ")));
}

}  // namespace netsmith::strategy
