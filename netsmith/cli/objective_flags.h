#pragma once

#include <string>
#include <vector>

#include "netsmith/cli/flags.h"
#include "netsmith/cli/pruning_flags.h"
#include "netsmith/study/objective.h"

namespace netsmith::cli {

/// What a study weighs against each other.
struct ObjectiveFlags {
  std::string objectives = "accuracy";
  std::vector<study::Objective> parsed = {study::Objective::kAccuracy};  // by Resolve

  void Declare(OptionTable& options);
  bool has_latency() const;
  /// Lets children be measured as the objectives want.
  /// Errors   ConfigError: no list of objectives; measured time decides, which was not allowed, or
  ///          what is pruned by a latency that nobody knows yet
  void Resolve(ChildFlags& child, const PruningFlags& pruning, bool nondeterministic);
};

}  // namespace netsmith::cli
