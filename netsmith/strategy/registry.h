#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "netsmith/space/search_space.h"
#include "netsmith/strategy/controller/options.h"
#include "netsmith/strategy/evolution.h"
#include "netsmith/strategy/genomes.h"
#include "netsmith/strategy/gp.h"
#include "netsmith/strategy/guided.h"
#include "netsmith/study/strategy.h"

namespace netsmith::strategy {

/// The options of all strategies; each reads its own.
struct StrategyOptions {
  controller::ReinforceOptions reinforce;
  GuidedOptions guided;
  EvolutionOptions evolution;
  GpOptions gp;
};

/// The names MakeStrategy knows.
std::vector<std::string> StrategyNames();
/// Whether published figures of it on tables pay for a genome each time it is proposed.
bool IsPublishedBaseline(const std::string& name);

/// What it proposes is `allowed`, as long as it finds such genomes.
/// Errors   InvalidArgument: an unknown name, listing the known ones; decisions or options that the
///          strategy does not accept.
std::unique_ptr<study::Strategy> MakeStrategy(const std::string& name,
                                              const std::vector<space::Decision>& decisions,
                                              const StrategyOptions& options, std::uint64_t seed,
                                              const Allowed& allowed = {});

}  // namespace netsmith::strategy
