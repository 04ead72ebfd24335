#include "netsmith/strategy/registry.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "netsmith/base/error.h"
#include "netsmith/strategy/random.h"
#include "netsmith/strategy/reinforce.h"

namespace netsmith::strategy {
namespace {

using Decisions = std::vector<space::Decision>;

struct Entry {
  const char* name;
  std::unique_ptr<study::Strategy> (*make)(const Decisions& decisions,
                                           const StrategyOptions& options, std::uint64_t seed);
};

std::unique_ptr<study::Strategy> MakeRandom(const Decisions& decisions, const StrategyOptions&,
                                            std::uint64_t seed) {
  return std::make_unique<RandomStrategy>(decisions, seed);
}

std::unique_ptr<study::Strategy> MakeReinforce(const Decisions& decisions,
                                               const StrategyOptions& options, std::uint64_t seed) {
  return std::make_unique<ReinforceStrategy>(decisions, options.reinforce, seed);
}

constexpr std::array kStrategies = {Entry{"reinforce", MakeReinforce}, Entry{"random", MakeRandom}};

}  // namespace

std::vector<std::string> StrategyNames() {
  std::vector<std::string> names;
  for (const Entry& strategy : kStrategies) names.emplace_back(strategy.name);
  return names;
}

std::unique_ptr<study::Strategy> MakeStrategy(const std::string& name, const Decisions& decisions,
                                              const StrategyOptions& options, std::uint64_t seed) {
  for (const Entry& strategy : kStrategies) {
    if (name == strategy.name) return strategy.make(decisions, options, seed);
  }
  throw base::InvalidArgument(fmt::format("unknown strategy '{}', expected one of: {}", name,
                                          fmt::join(StrategyNames(), ", ")));
}

}  // namespace netsmith::strategy
