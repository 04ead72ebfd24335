#include "netsmith/report/pareto.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "netsmith/report/format.h"
#include "netsmith/report/table.h"

namespace netsmith::report {
namespace {

using study::Objective;
using study::Trial;

bool Counts(const Trial& trial) {
  return trial.state == study::TrialState::kComplete && !trial.duplicate_of;
}

/// The study's limit on a cost; 0 for none.
double LimitOf(const study::StudySpec& spec, Objective objective) {
  static const std::map<Objective, std::string> kNames = {{Objective::kParams, "max_params"},
                                                          {Objective::kMacs, "max_macs"},
                                                          {Objective::kLatency, "max_latency_us"}};
  const auto options = nlohmann::json::parse(spec.options_json, nullptr, false);
  if (!options.is_object()) return 0;
  for (const std::string place : {"/child/", "/"}) {
    const nlohmann::json::json_pointer pointer(place + kNames.at(objective));
    if (options.contains(pointer) && options.at(pointer).is_number()) {
      return options.at(pointer).get<double>();
    }
  }
  return 0;
}

/// A point of the front in units of the box: 0 is the ideal, 1 the reference.
using Point = std::vector<double>;

/// The volume between `points` and the corner of ones in the first `dimensions`, slice by slice
/// along the last of them.
double DominatedVolume(std::vector<Point> points, std::size_t dimensions) {
  if (points.empty()) return 0;
  if (dimensions == 1) return 1 - std::ranges::min(points)[0];
  const std::size_t last = dimensions - 1;
  std::ranges::sort(points, {}, [&](const Point& point) { return point[last]; });
  double volume = 0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const double end = i + 1 < points.size() ? points[i + 1][last] : 1;
    const double depth = end - points[i][last];
    if (depth <= 0) continue;
    const auto slice = points.begin() + static_cast<std::ptrdiff_t>(i) + 1;
    volume += depth * DominatedVolume({points.begin(), slice}, last);
  }
  return volume;
}

std::string NameOf(Objective objective) {
  switch (objective) {
    case Objective::kAccuracy:
      return "reward";
    case Objective::kParams:
      return "parameters";
    case Objective::kMacs:
      return "multiply-adds";
    default:
      return "latency µs";
  }
}

std::string TextOf(Objective objective, double value) {
  if (objective == Objective::kAccuracy) return fmt::format("{:.4f}", value);
  if (objective == Objective::kLatency) return fmt::format("{:.1f}", value);
  return Grouped(static_cast<std::int64_t>(value));
}

}  // namespace

double Hypervolume(std::span<const Objective> objectives, std::span<const double> reference,
                   std::span<const Trial> trials) {
  std::vector<Point> points;
  for (const Trial& trial : trials) {
    if (!Counts(trial)) continue;
    Point point;
    for (std::size_t i = 0; i < objectives.size(); ++i) {
      const double value = ValueOf(objectives[i], trial.evaluation);
      point.push_back(objectives[i] == Objective::kAccuracy ? 1 - value
                      : reference[i] > 0                    ? value / reference[i]
                                                            : 1);
    }
    if (std::ranges::max(point) < 1) points.push_back(std::move(point));
  }
  return DominatedVolume(std::move(points), objectives.size());
}

ParetoFront FrontOf(const study::StudySpec& spec, std::span<const Trial> trials) {
  ParetoFront front{.objectives = spec.objectives};
  for (const Objective objective : front.objectives) {
    double highest = objective == Objective::kAccuracy ? 0 : LimitOf(spec, objective);
    if (objective != Objective::kAccuracy && highest == 0) {
      for (const Trial& trial : trials) {
        if (Counts(trial)) highest = std::max(highest, ValueOf(objective, trial.evaluation));
      }
    }
    front.reference.push_back(highest);
  }
  for (const Trial& trial : trials) {
    const auto beats = [&](const Trial& a, const Trial& b) {
      return Dominates(front.objectives, a.evaluation, b.evaluation);
    };
    const auto is_beaten = [&](const Trial& other) { return beats(other, trial); };
    if (!Counts(trial) || std::ranges::any_of(front.trials, is_beaten)) continue;
    std::erase_if(front.trials, [&](const Trial& other) { return beats(trial, other); });
    front.trials.push_back(trial);
  }
  std::ranges::stable_sort(front.trials, [](const Trial& a, const Trial& b) {
    return IsBetter(a.evaluation, b.evaluation);
  });
  front.hypervolume = Hypervolume(front.objectives, front.reference, front.trials);
  return front;
}

std::string FrontText(const ParetoFront& front) {
  std::vector<Table::Column> columns;
  std::vector<std::string> reference;
  for (std::size_t i = 0; i < front.objectives.size(); ++i) {
    const Objective objective = front.objectives[i];
    columns.push_back({NameOf(objective)});
    reference.push_back(ToString(objective) + " " +
                        (i == 0 ? "0" : TextOf(objective, front.reference[i])));
  }
  columns.push_back({"trial"});
  columns.push_back({"network", Table::Align::kLeft});
  Table table(columns);
  for (const Trial& trial : front.trials) {
    std::vector<std::string> cells;
    for (const Objective objective : front.objectives) {
      cells.push_back(TextOf(objective, ValueOf(objective, trial.evaluation)));
    }
    cells.push_back(fmt::format("{}", trial.number));
    cells.push_back(trial.network);
    table.AddRow(cells);
  }
  return fmt::format("Pareto front    {}, hypervolume {:.4f} with the reference point {}\n\n{}",
                     Counted(std::ssize(front.trials), "network"), front.hypervolume,
                     fmt::join(reference, ", "), table.ToString());
}

}  // namespace netsmith::report
