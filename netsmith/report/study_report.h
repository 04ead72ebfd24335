#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "netsmith/search/activity.h"
#include "netsmith/study/trial.h"

/// What a study holds, by its trials.
namespace netsmith::report {

/// The complete trial that is best (study::IsBetter), the first of equals.
std::optional<study::Trial> BestTrial(std::span<const study::Trial> trials);

/// The best `count` networks, each once, best first (study::IsBetter), equals in the order of
/// their numbers.
std::vector<study::Trial> Leaderboard(std::span<const study::Trial> trials, std::size_t count);

/// The state of a trial in words: where it has not ended, "running" when a worker has it, "waiting"
/// for one while a search goes on, else "unfinished".
std::string StateText(const study::Trial& trial, const search::Activity& activity);

/// How many trials are in each state that occurs, by its text, and how many are "duplicate".
std::map<std::string, std::size_t> CountStates(std::span<const study::Trial> trials,
                                               const search::Activity& activity = {});

/// "80 complete, 15 refused, 3 unfinished, 5 duplicates among them"
std::string StatesText(std::span<const study::Trial> trials, const search::Activity& activity = {});

/// How many have ended, in whatever way.
std::int64_t CountFinished(std::span<const study::Trial> trials);

/// Rewards of the finished trials by number; 0 for one without.
std::vector<double> Rewards(std::span<const study::Trial> trials);

std::string LeaderboardText(std::span<const study::Trial> leaderboard);

}  // namespace netsmith::report
