#include "netsmith/search/pruning.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <iterator>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace netsmith::search {
namespace {

using study::Rung;
using study::Trial;

/// Steps that have a rung, ascending, where the longest curve has `length` values.
std::set<int> RungSteps(const Pruning& pruning, int length) {
  std::set<int> steps;
  if (pruning.rule == Pruning::Rule::kMedian) {
    for (int step = 1; step < length; ++step) steps.insert(step);
  } else {
    for (int step = length; step > 1;) {
      step = (step + pruning.factor - 1) / pruning.factor;
      steps.insert(step);
    }
  }
  return steps;
}

double Standing(std::span<const double> curve, int step) {
  return std::ranges::max(curve.first(static_cast<std::size_t>(step)));
}

/// What the best of `standings` have at least: half of them, or one in `factor`, rounded up.
double Least(const Pruning& pruning, std::vector<double> standings) {
  const std::size_t one_in =
      pruning.rule == Pruning::Rule::kMedian ? 2 : static_cast<std::size_t>(pruning.factor);
  const std::size_t kept = (standings.size() + one_in - 1) / one_in;
  const auto last = standings.begin() + static_cast<std::ptrdiff_t>(kept) - 1;
  std::ranges::nth_element(standings, last, std::greater<>());
  return *last;
}

}  // namespace

std::vector<Rung> RungsAfter(const Pruning& pruning, std::span<const Trial> earlier,
                             std::span<const study::Objective> objectives,
                             const study::Evaluation& costs) {
  if (pruning.rule == Pruning::Rule::kNone) return {};
  std::vector<std::span<const double>> curves;
  std::size_t length = 0;
  for (const Trial& trial : earlier) {
    if (trial.duplicate_of || trial.evaluation.curve.empty()) continue;
    if (!CostsNoMore(objectives, trial.evaluation, costs)) continue;
    curves.push_back(trial.evaluation.curve);
    length = std::max(length, curves.back().size());
  }
  const int least_trials = std::max(kLeastTrialsOfARung, pruning.factor);
  std::vector<Rung> rungs;
  for (const int step : RungSteps(pruning, static_cast<int>(length))) {
    std::vector<double> standings;
    for (const std::span<const double> curve : curves) {
      if (std::ssize(curve) >= step) standings.push_back(Standing(curve, step));
    }
    if (std::ssize(standings) < least_trials) continue;
    rungs.push_back({.step = step, .least = Least(pruning, std::move(standings))});
  }
  return rungs;
}

std::optional<std::string> BelowRung(std::span<const Rung> rungs, std::span<const double> curve) {
  const auto step = static_cast<int>(curve.size());
  const auto rung = std::ranges::find(rungs, step, &Rung::step);
  if (rung == rungs.end()) return std::nullopt;
  const double standing = Standing(curve, step);
  if (standing >= rung->least) return std::nullopt;
  return fmt::format("best value {:.4f} after step {}, the rung is {:.4f}", standing, step,
                     rung->least);
}

}  // namespace netsmith::search
