#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "netsmith/space/search_space.h"
#include "netsmith/strategy/controller/options.h"
#include "netsmith/study/strategy.h"

namespace netsmith::strategy {

/// The options of all strategies; each reads its own.
struct StrategyOptions {
  controller::ReinforceOptions reinforce;
};

/// The names MakeStrategy knows.
std::vector<std::string> StrategyNames();

/// Errors   InvalidArgument: an unknown name, listing the known ones; decisions or options that the
///          strategy does not accept.
std::unique_ptr<study::Strategy> MakeStrategy(const std::string& name,
                                              const std::vector<space::Decision>& decisions,
                                              const StrategyOptions& options, std::uint64_t seed);

}  // namespace netsmith::strategy
