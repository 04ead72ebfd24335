#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "netsmith/space/search_space.h"
#include "netsmith/study/trial.h"

namespace netsmith::report {

/// Neighbouring options of a decision, and how trials that chose them fared.
struct OptionGroup {
  std::int64_t first = 0;  // the options from here …
  std::int64_t last = 0;   // … to here
  std::int64_t trials = 0;
  double mean_reward = 0;
};

struct DecisionImportance {
  std::string decision;
  double share = 0;                 // of the rewards' variance, in [0, 1]
  std::vector<OptionGroup> groups;  // those that were chosen, in the order of the options
};

struct Importance {
  std::int64_t networks = 0;  // different ones that have a reward
  std::int64_t needed = 0;    // how many it takes
  /// Of every decision, in their order; the shares add up to 1 at most. Empty where there are too
  /// few networks, or all rewards are equal.
  std::vector<DecisionImportance> decisions = {};
};

/// How much each decision matters, by the complete trials, each network once: its part of what all
/// decisions together explain of the rewards' variance (VarianceShares).
///
/// It takes 4 networks for each decision that has a choice, and 40 at least: then what chance alone
/// seems to explain is about a tenth of the variance, all decisions together. Options are put into
/// groups of neighbours with about as many trials each, at most 8, and as few as it takes to have 4
/// networks for each column of the fit.
///
/// Source   the main effects of a functional ANOVA (Hutter, Hoos & Leyton-Brown 2014). Differs:
/// from
///          the trials themselves, not from a model of them. A strategy that learns does not choose
///          independently, so decisions that it changes together share their effects.
Importance ImportanceOf(std::span<const space::Decision> decisions,
                        std::span<const study::Trial> trials);

}  // namespace netsmith::report
