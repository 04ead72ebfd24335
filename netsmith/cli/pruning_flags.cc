#include "netsmith/cli/pruning_flags.h"

#include <fmt/format.h>

#include "netsmith/base/error.h"

namespace netsmith::cli {

void PruningFlags::Declare(OptionTable& options) {
  options.Choice("pruner", &pruner, {"none", "halving", "median"},
                 "Stop children early: at rungs, but for the best of each, or below the median of "
                 "earlier batches");
  options.Integer("pruner-factor", &factor, {2, 1000},
                  "Halving: one in so many goes on at each rung, with so many times the budget");
}

search::Pruning PruningFlags::Options() const {
  using Rule = search::Pruning::Rule;
  return {.rule = pruner == "halving"  ? Rule::kHalving
                  : pruner == "median" ? Rule::kMedian
                                       : Rule::kNone,
          .factor = factor};
}

void PruningFlags::Check(const ChildFlags& child) const {
  if (!prunes()) return;
  const auto refuse = [&](const std::string& found) {
    throw base::ConfigError(fmt::format("--pruner {}: found {}", pruner, found));
  };
  if (child.RewardIsTest()) {
    refuse("--reward-split test, expected validation: children are compared on it");
  }
  if (child.folds > 1) {
    refuse(
        fmt::format("children of {} folds, whose accuracy is known at the end alone, expected "
                    "--child-folds 1",
                    child.folds));
  }
  if (child.epochs < 2) {
    refuse("children of one epoch, expected several: --child-epochs 9 --child-samples 1000, say");
  }
}

}  // namespace netsmith::cli
