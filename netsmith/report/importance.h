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

struct Importance {
  std::string decision;
  /// Share of the rewards' variance that this decision explains alone, in [0, 1].
  double share = 0;
  std::vector<OptionGroup> groups;  // those that were chosen, in the order of the options
};

/// How much each decision matters, by the complete trials, each network once; in the order of the
/// decisions. Empty when fewer than 8 trials are complete, or all rewards are equal.
///
///   share = max(0, 1 - (1 - B/V) · (n - 1)/(n - k))
///
/// V: sum of squares of the n rewards around their mean; B: the same of the k groups' means, each
/// weighted by its trials. The factor takes away what k groups explain by chance. Options are put
/// into at most 8 groups of neighbours with about as many trials each.
///
/// Source   the main effects of a functional ANOVA (Hutter, Hoos & Leyton-Brown 2014), by the
///          epsilon squared of Kelley 1935. Differs: from the trials themselves, not from a model
///          of them. A strategy that learns does not choose independently, so decisions that it
///          changes together share their effects.
std::vector<Importance> DecisionImportance(std::span<const space::Decision> decisions,
                                           std::span<const study::Trial> trials);

}  // namespace netsmith::report
