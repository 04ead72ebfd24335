#include "netsmith/report/study_report.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "netsmith/report/format.h"
#include "netsmith/report/table.h"

namespace netsmith::report {

using study::Trial;
using study::TrialState;

std::vector<Trial> Leaderboard(std::span<const Trial> trials, std::size_t count) {
  std::vector<Trial> board;
  std::ranges::copy_if(trials, std::back_inserter(board), [](const Trial& trial) {
    return trial.state == TrialState::kComplete && !trial.duplicate_of;
  });
  std::ranges::stable_sort(board, [](const Trial& a, const Trial& b) {
    return study::IsBetter(a.evaluation, b.evaluation);
  });
  if (board.size() > count) board.resize(count);
  return board;
}

std::optional<Trial> BestTrial(std::span<const Trial> trials) {
  const auto board = Leaderboard(trials, 1);
  return board.empty() ? std::nullopt : std::optional(board.front());
}

std::string StateText(const Trial& trial, const search::Activity& activity) {
  if (trial.state != TrialState::kRunning || activity.running.contains(trial.number)) {
    return study::ToString(trial.state);
  }
  return activity.searching ? "waiting" : "unfinished";
}

std::map<std::string, std::size_t> CountStates(std::span<const Trial> trials,
                                               const search::Activity& activity) {
  std::map<std::string, std::size_t> counts;
  for (const Trial& trial : trials) {
    ++counts[StateText(trial, activity)];
    if (trial.duplicate_of) ++counts["duplicate"];
  }
  return counts;
}

std::string StatesText(std::span<const Trial> trials, const search::Activity& activity) {
  const auto counts = CountStates(trials, activity);
  std::vector<std::string> parts;
  for (const char* state : {"complete", "pruned", "refused", "diverged", "failed", "running",
                            "waiting", "unfinished"}) {
    const auto found = counts.find(state);
    if (found != counts.end()) parts.push_back(fmt::format("{} {}", found->second, found->first));
  }
  if (const auto found = counts.find("duplicate"); found != counts.end()) {
    parts.push_back(fmt::format("{} duplicates among them", found->second));
  }
  return parts.empty() ? "none" : fmt::format("{}", fmt::join(parts, ", "));
}

std::int64_t CountFinished(std::span<const Trial> trials) {
  return std::ranges::count_if(
      trials, [](const Trial& trial) { return trial.state != TrialState::kRunning; });
}

std::vector<double> Rewards(std::span<const Trial> trials) {
  std::vector<double> rewards;
  for (const Trial& trial : trials) {
    if (trial.state != TrialState::kRunning) rewards.push_back(trial.evaluation.reward);
  }
  return rewards;
}

std::string LeaderboardText(std::span<const Trial> leaderboard) {
  Table table({{"rank"},
               {"reward"},
               {"trial"},
               {"parameters"},
               {"multiply-adds"},
               {"time"},
               {"network", Table::Align::kLeft}});
  for (std::size_t i = 0; i < leaderboard.size(); ++i) {
    const Trial& trial = leaderboard[i];
    table.AddRow({fmt::format("{}", i + 1), fmt::format("{:.4f}", trial.evaluation.reward),
                  fmt::format("{}", trial.number), Grouped(trial.evaluation.params),
                  Grouped(trial.evaluation.macs), Duration(trial.evaluation.seconds),
                  trial.network});
  }
  return table.ToString();
}

}  // namespace netsmith::report
