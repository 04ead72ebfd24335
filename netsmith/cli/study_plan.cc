#include "netsmith/cli/study_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>

#include "netsmith/base/error.h"
#include "netsmith/base/log.h"
#include "netsmith/base/random.h"
#include "netsmith/data/class_balance.h"
#include "netsmith/engine/step_cost.h"
#include "netsmith/report/format.h"
#include "netsmith/search/child_limits.h"

namespace netsmith::cli {
namespace {

std::string StrategyText(const StrategyFlags& flags) {
  if (flags.strategy != "reinforce" && flags.strategy != "guided") return flags.strategy;
  const auto& controller = flags.options.reinforce;
  if (controller.policy == "independent") return flags.strategy + " (independent policy)";
  return fmt::format("{} ({} cell, {} policy)", flags.strategy, controller.cell, controller.policy);
}

std::string RewardText(const StudyFlags& flags, const data::Problem& problem) {
  if (!flags.evaluator.empty()) return fmt::format("rewards come from `{}`", flags.evaluator);
  const std::int64_t all = flags.child.TrainingSamples(problem);
  const bool sees_all = flags.child.samples == 0 || flags.child.samples >= all;
  const std::string samples =
      sees_all ? fmt::format("all {}", report::Grouped(all)) : report::Grouped(flags.child.samples);
  const std::string limit =
      flags.child.max_macs == 0
          ? ""
          : fmt::format("at most {} multiply-adds, ", report::Grouped(flags.child.max_macs));
  return fmt::format("{}each trained for {} of {} samples{}; reward: {}", limit,
                     report::Counted(flags.child.epochs, "epoch"), samples,
                     RecipeText(flags.child.recipe.recipe), RewardMeaning(flags.child));
}

/// A class that is rare hardly shows in a reward that counts samples.
void LogImbalance(const StudyFlags& flags, const data::Problem& problem) {
  constexpr double kMuch = 3;
  const double imbalance = data::Imbalance(problem.development());
  if (imbalance < kMuch || flags.child.reward != "accuracy") return;
  base::LogInfo(
      fmt::format("the largest class has {:.1f} times the samples of the smallest; --reward "
                  "balanced-accuracy counts every class alike",
                  imbalance));
}

/// What a search takes on this machine alone, by networks drawn at random; a strategy that learns
/// may come to prefer larger ones. Nothing where children are trained elsewhere.
std::optional<double> EstimatedSeconds(const StudyFlags& flags, const data::Problem& problem,
                                       const space::SearchSpace& space) {
  if (!flags.evaluator.empty() || flags.workers == 0 || flags.engine.is_slurm()) return {};
  constexpr int kDrawn = 32;
  const search::ChildOptions child = ChildOptionsOf(flags.child, flags.seed);
  base::Generator generator =
      base::RandomStreams(static_cast<std::uint64_t>(flags.seed)).For("plan", 0);
  const auto precision = engine::NamedPrecision(child.recipe.precision);
  double step_ms = 0;
  for (int i = 0; i < kDrawn; ++i) {
    try {
      const graph::Graph graph =
          space.Build(space::DrawUniformly(space.decisions(), generator),
                      problem.development().shape(), problem.development().num_classes());
      if (search::OverLimit(graph::TotalCosts(graph), 0, child.limits)) continue;
      step_ms += engine::EstimatedStepMs(graph, child.mb, precision) / kDrawn;
    } catch (const base::InvalidArgument&) {
      // Refused, which takes no time.
    }
  }
  const auto steps = [&](std::int64_t samples) { return (samples + child.mb - 1) / child.mb; };
  std::int64_t training = flags.child.TrainingSamples(problem);
  const std::int64_t validation =
      child.folds > 1 ? problem.development().size() - training : std::ssize(problem.validation());
  if (child.max_samples > 0) training = std::min(training, child.max_samples);
  // Validation goes through the network in one of a step's three directions.
  const double num_steps =
      static_cast<double>(steps(training)) + static_cast<double>(steps(validation)) / 3;
  const double child_ms = step_ms * num_steps * child.folds * child.epochs;
  return child_ms / 1e3 * static_cast<double>(flags.trials) / NumCores();
}

}  // namespace

void LogPlan(const StudyFlags& flags, const data::Problem& problem,
             const space::SearchSpace& space) {
  base::LogInfo(fmt::format(
      "study {} in {}: {} of {}, seed {}, on space {} (10^{:.1f} networks) and {} ({} "
      "training, {} validation samples)",
      flags.study, flags.store, report::Counted(flags.trials, "trial"),
      StrategyText(flags.strategy), flags.seed, space.name(), space::Log10Size(space.decisions()),
      flags.data.data, report::Grouped(std::ssize(problem.train())),
      report::Grouped(std::ssize(problem.validation()))));
  const auto seconds = EstimatedSeconds(flags, problem, space);
  base::LogInfo(fmt::format(
      "{}; {} at once on {}{}", RewardText(flags, problem), std::min(flags.workers, flags.batch),
      report::Counted(NumCores(), "core"),
      seconds ? fmt::format("; about {} if nothing else runs", report::Duration(*seconds)) : ""));
  if (flags.evaluator.empty()) LogImbalance(flags, problem);
  if (flags.evaluator.empty() && flags.child.RewardIsTest()) {
    base::LogWarning(
        "--reward-split test: rewards are measured on the TEST SET, as in the "
        "original procedure; no test accuracy of this study says anything");
  }
  if (flags.nondeterministic) {
    base::LogWarning("--nondeterministic: measured time may decide what this study finds");
  }
}

}  // namespace netsmith::cli
