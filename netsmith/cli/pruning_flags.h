#pragma once

#include <string>

#include "netsmith/cli/flags.h"
#include "netsmith/search/pruning.h"

namespace netsmith::cli {

/// Which children are stopped early.
struct PruningFlags {
  std::string pruner = "none";
  int factor = search::Pruning().factor;

  void Declare(OptionTable& options);
  bool prunes() const { return pruner != "none"; }
  search::Pruning Options() const;
  /// For children that are trained here, after ChildFlags::Settle.
  /// Errors   ConfigError: nothing is known of them before their end, or the reward is none of the
  ///          figures that are compared.
  void Check(const ChildFlags& child) const;
};

}  // namespace netsmith::cli
