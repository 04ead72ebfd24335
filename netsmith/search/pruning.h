#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "netsmith/study/objective.h"
#include "netsmith/study/trial.h"

/// Which children are stopped before their budget is spent.
///
/// A trial's standing after `step` values of its curve is the highest of them. Its rungs are
/// quantiles of the standings of trials of earlier generations, so they are known when it is asked,
/// and neither the number of workers nor who finishes first can matter.
namespace netsmith::search {

struct Pruning {
  enum class Rule {
    kNone,
    /// A rung after each 1/factor, 1/factor², … of the longest curve so far, rounded up; the best
    /// 1/factor of the trials that came there would go on.
    /// Source   Jamieson & Talwalkar 2016, arXiv:1502.07943; Li et al. 2020 (ASHA),
    ///          arXiv:1810.05934. Differs: the trials compared with are those of earlier
    ///          generations, and what was stopped is not taken up again.
    kHalving,
    /// A rung after each value but the last: the median of the trials that came there.
    /// Source   Golovin et al. 2017 (Vizier), §3.2.2. Differs: highest values, where there
    ///          averages are compared with.
    kMedian,
  };
  Rule rule = Rule::kNone;
  int factor = 3;  // kHalving: at least 2
};

/// Fewer trials than this, or than the factor, make no rung.
inline constexpr int kLeastTrialsOfARung = 5;

/// The rungs of a trial of these costs, by the trials of earlier generations: those with a curve
/// count, each network once, and with several objectives only those that cost no more by any of
/// them, so that a small network is not stopped for being worse than a large one.
/// Cost   O(trials · steps)
std::vector<study::Rung> RungsAfter(const Pruning& pruning, std::span<const study::Trial> earlier,
                                    std::span<const study::Objective> objectives = {},
                                    const study::Evaluation& costs = {});

/// Why a curve as far as this ends in a pruned trial, when its newest value is that of a rung:
/// "best value 0.4500 after step 3, the rung is 0.5000".
std::optional<std::string> BelowRung(std::span<const study::Rung> rungs,
                                     std::span<const double> curve);

}  // namespace netsmith::search
