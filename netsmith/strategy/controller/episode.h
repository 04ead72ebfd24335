#pragma once

#include <optional>
#include <vector>

#include "netsmith/space/search_space.h"

namespace netsmith::strategy::controller {

/// One action, from what the policy read to what came of it.
struct Episode {
  std::vector<double> state;  // values of the previous action
  space::Genome action;
  double reward = 0;                         // finite
  std::optional<double> log_behaviour = {};  // log b(action) when it was drawn; none: as now
  bool replaced = false;  // evaluated in place of what was proposed: drawn uniformly
};

}  // namespace netsmith::strategy::controller
