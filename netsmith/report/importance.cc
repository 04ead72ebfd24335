#include "netsmith/report/importance.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "netsmith/report/variance_shares.h"
#include "netsmith/space/search_space.h"
#include "netsmith/study/trial.h"

namespace netsmith::report {
namespace {

using study::Trial;

constexpr std::int64_t kFewestNetworks = 40;
constexpr std::int64_t kNetworksForAColumn = 4;
constexpr std::int64_t kMostGroups = 8;

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

std::int64_t NumChosen(std::span<const Cell> cells) {
  return std::ranges::count_if(cells, [](const Cell& cell) { return cell.trials > 0; });
}

/// The most groups of a decision that leave the fit networks enough.
std::int64_t MostGroups(std::span<const std::vector<Cell>> decisions, std::int64_t num_networks) {
  for (std::int64_t most = kMostGroups; most > 2; --most) {
    std::int64_t columns = 0;
    for (const auto& cells : decisions) {
      columns += std::max<std::int64_t>(std::min(NumChosen(cells), most) - 1, 0);
    }
    if (kNetworksForAColumn * columns <= num_networks) return most;
  }
  return 2;
}

struct GroupedOptions {
  std::vector<OptionGroup> groups;
  std::vector<int> group_of;  // each option; 0 for one that was not chosen
};

/// Joins neighbours, closing a group as soon as it has its part of the trials.
GroupedOptions Grouped(const space::Decision& decision, std::span<const Cell> cells,
                       std::int64_t num_trials, std::int64_t most_groups) {
  const bool each_alone = NumChosen(cells) <= most_groups;
  std::vector<OptionGroup> groups;
  std::vector<int> group_of(cells.size());
  std::int64_t passed = 0;
  bool open = false;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (cells[i].trials == 0) continue;
    if (!open) groups.push_back({.first = decision.options[i]});
    OptionGroup& group = groups.back();
    group_of[i] = static_cast<int>(groups.size()) - 1;
    group.last = decision.options[i];
    group.trials += cells[i].trials;
    group.mean_reward += cells[i].sum;  // the mean once the group is whole
    passed += cells[i].trials;
    const auto due = static_cast<std::int64_t>(groups.size()) * num_trials;
    open = !each_alone && passed * most_groups < due;
  }
  for (OptionGroup& group : groups) group.mean_reward /= static_cast<double>(group.trials);
  return {std::move(groups), std::move(group_of)};
}

bool AreEqual(std::span<const double> rewards) {
  const auto [low, high] = std::ranges::minmax(rewards);
  return high - low < 1e-9;
}

std::int64_t NumNeeded(std::span<const space::Decision> decisions) {
  const auto choices = std::ranges::count_if(
      decisions, [](const space::Decision& decision) { return decision.options.size() > 1; });
  return std::max(kFewestNetworks, kNetworksForAColumn * choices);
}

}  // namespace

Importance ImportanceOf(std::span<const space::Decision> decisions, std::span<const Trial> trials) {
  const auto complete = CompleteNetworks(trials, decisions.size());
  Importance importance{.networks = std::ssize(complete), .needed = NumNeeded(decisions)};
  if (importance.networks < importance.needed) return importance;
  std::vector<double> rewards;
  for (const Trial* trial : complete) rewards.push_back(trial->evaluation.reward);
  if (AreEqual(rewards)) return importance;
  std::vector<std::vector<Cell>> cells;
  for (std::size_t d = 0; d < decisions.size(); ++d) {
    cells.push_back(CellsOf(complete, d, decisions[d].options.size()));
  }
  const std::int64_t most_groups = MostGroups(cells, importance.networks);
  std::vector<Factor> factors;
  for (std::size_t d = 0; d < decisions.size(); ++d) {
    auto grouped = Grouped(decisions[d], cells[d], importance.networks, most_groups);
    Factor& factor = factors.emplace_back();
    factor.num_levels = static_cast<int>(grouped.groups.size());
    for (const Trial* trial : complete) {
      factor.levels.push_back(grouped.group_of[static_cast<std::size_t>(trial->genome[d])]);
    }
    importance.decisions.push_back({decisions[d].name, 0, std::move(grouped.groups)});
  }
  const auto shares = VarianceShares(factors, rewards);
  for (std::size_t d = 0; d < shares.size(); ++d) importance.decisions[d].share = shares[d];
  return importance;
}

}  // namespace netsmith::report
