#include "netsmith/report/importance.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "netsmith/space/search_space.h"
#include "netsmith/study/trial.h"

namespace netsmith::report {
namespace {

using study::Trial;

constexpr std::size_t kFewestTrials = 8;
constexpr std::size_t kMostGroups = 8;

std::vector<const Trial*> CompleteNetworks(std::span<const Trial> trials,
                                           std::size_t num_decisions) {
  std::vector<const Trial*> complete;
  for (const Trial& trial : trials) {
    if (trial.state == study::TrialState::kComplete && !trial.duplicate_of &&
        trial.genome.size() == num_decisions) {
      complete.push_back(&trial);
    }
  }
  return complete;
}

/// Trials and the sum of their rewards.
struct Cell {
  std::int64_t trials = 0;
  double sum = 0;
};

std::vector<Cell> CellsOf(std::span<const Trial* const> trials, std::size_t decision,
                          std::size_t num_options) {
  std::vector<Cell> cells(num_options);
  for (const Trial* trial : trials) {
    Cell& cell = cells.at(static_cast<std::size_t>(trial->genome[decision]));
    ++cell.trials;
    cell.sum += trial->evaluation.reward;
  }
  return cells;
}

/// Joins neighbours, closing a group as soon as it has its part of the trials.
std::vector<OptionGroup> Grouped(const space::Decision& decision, std::span<const Cell> cells,
                                 std::int64_t num_trials) {
  const auto chosen =
      std::ranges::count_if(cells, [](const Cell& cell) { return cell.trials > 0; });
  const bool each_alone = static_cast<std::size_t>(chosen) <= kMostGroups;
  std::vector<OptionGroup> groups;
  std::int64_t passed = 0;
  bool open = false;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (cells[i].trials == 0) continue;
    if (!open) groups.push_back({.first = decision.options[i]});
    OptionGroup& group = groups.back();
    group.last = decision.options[i];
    group.trials += cells[i].trials;
    group.mean_reward += cells[i].sum;  // the mean once the group is whole
    passed += cells[i].trials;
    const auto due = static_cast<std::int64_t>(groups.size()) * num_trials;
    open = !each_alone && passed * static_cast<std::int64_t>(kMostGroups) < due;
  }
  for (OptionGroup& group : groups) group.mean_reward /= static_cast<double>(group.trials);
  return groups;
}

double Share(std::span<const OptionGroup> groups, double mean, double variance, std::size_t n) {
  if (groups.size() < 2 || n <= groups.size()) return 0;
  double between = 0;
  for (const OptionGroup& group : groups) {
    const double distance = group.mean_reward - mean;
    between += static_cast<double>(group.trials) * distance * distance;
  }
  const double by_chance = static_cast<double>(n - 1) / static_cast<double>(n - groups.size());
  return std::clamp(1 - (1 - between / variance) * by_chance, 0.0, 1.0);
}

}  // namespace

std::vector<Importance> DecisionImportance(std::span<const space::Decision> decisions,
                                           std::span<const Trial> trials) {
  const auto complete = CompleteNetworks(trials, decisions.size());
  if (complete.size() < kFewestTrials) return {};
  double mean = 0;
  for (const Trial* trial : complete) mean += trial->evaluation.reward;
  mean /= static_cast<double>(complete.size());
  double variance = 0;
  for (const Trial* trial : complete) {
    variance += (trial->evaluation.reward - mean) * (trial->evaluation.reward - mean);
  }
  if (!(variance > 1e-18 * static_cast<double>(complete.size()))) return {};
  std::vector<Importance> importance;
  for (std::size_t d = 0; d < decisions.size(); ++d) {
    const auto cells = CellsOf(complete, d, decisions[d].options.size());
    auto groups = Grouped(decisions[d], cells, static_cast<std::int64_t>(complete.size()));
    const double share = Share(groups, mean, variance, complete.size());
    importance.push_back({decisions[d].name, share, std::move(groups)});
  }
  return importance;
}

}  // namespace netsmith::report
