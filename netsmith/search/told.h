#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "netsmith/study/objective.h"
#include "netsmith/study/strategy.h"
#include "netsmith/study/trial.h"

namespace netsmith::search {

/// What a strategy is told of the generation trials[first…], the last of `trials`.
///
/// With one objective, the rewards. With several, how little a trial is dominated:
///
///   told = 1 - (trials that dominate it) / (trials),   trials: networks so far that have a reward,
///                                                      each once, its own generation among them
///
/// so whatever is on the Pareto front is told 1, and no weights or scales are needed. A trial
/// without a reward is told 0. Source   the rank of MOGA: Fonseca & Fleming 1993 (ICGA). Differs:
/// as a share, so that it is in
///          [0, 1] whenever it is told; without fitness sharing.
/// Cost     O(trials · generation)
std::vector<study::Told> ToldOf(std::span<const study::Objective> objectives,
                                std::span<const study::Trial> trials, std::size_t first);

}  // namespace netsmith::search
