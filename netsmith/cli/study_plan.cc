#include "netsmith/cli/study_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "netsmith/base/log.h"
#include "netsmith/base/random.h"
#include "netsmith/data/class_balance.h"
#include "netsmith/engine/step_cost.h"
#include "netsmith/report/format.h"
#include "netsmith/search/child_limits.h"
#include "netsmith/space/draw_networks.h"

namespace netsmith::cli {
namespace {

std::string StrategyText(const StrategyFlags& flags) {
  if (flags.strategy != "reinforce" && flags.strategy != "guided") return flags.strategy;
  const auto& controller = flags.options.reinforce;
  if (controller.policy == "independent") return flags.strategy + " (independent policy)";
  return fmt::format("{} ({} cell, {} policy)", flags.strategy, controller.cell, controller.policy);
}

/// Trials before a surrogate has a say, which it gets between two batches; 0 without one.
std::int64_t TrialsByChance(const StudyFlags& flags) {
  if (flags.strategy.strategy != "guided" && flags.strategy.strategy != "gp") return 0;
  const std::int64_t warm_up = flags.strategy.options.guided.warm_up, batch = flags.batch;
  return (warm_up + batch - 1) / batch * batch;
}

std::string ChanceText(const StudyFlags& flags) {
  const std::int64_t count = TrialsByChance(flags);
  if (count == 0) return "";
  if (count < flags.trials) {
    return fmt::format(", at least the first {} drawn by chance", report::Grouped(count));
  }
  return fmt::format(", all drawn by chance (--warm-up {})", flags.strategy.options.guided.warm_up);
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

/// Milliseconds that this machine takes for a training step of `mb` samples: the mean of networks
/// drawn at random among those that are within the limits; a strategy that learns may come to
/// prefer larger ones. Nothing where no such network was drawn.
std::optional<double> UsualStepMs(const StudyFlags& flags, const data::Problem& problem,
                                  const space::SearchSpace& space, std::int64_t mb,
                                  const std::string& precision) {
  constexpr int kDrawn = 64;
  const search::ChildLimits limits = ChildOptionsOf(flags.child, flags.seed).limits;
  base::Generator generator =
      base::RandomStreams(static_cast<std::uint64_t>(flags.seed)).For("plan", 0);
  std::vector<graph::Graph> networks = space::DrawNetworks(
      space, problem.development().shape(), problem.development().num_classes(), kDrawn, generator);
  std::erase_if(networks, [&](const graph::Graph& network) {
    return search::OverLimit(graph::TotalCosts(network), 0, limits).has_value();
  });
  if (networks.empty()) return {};
  double sum_ms = 0;
  for (const graph::Graph& network : networks) {
    sum_ms += engine::EstimatedStepMs(network, mb, engine::NamedPrecision(precision));
  }
  return sum_ms / static_cast<double>(networks.size());
}

std::int64_t WholeSteps(std::int64_t samples, std::int64_t mb) { return (samples + mb - 1) / mb; }

double Steps(std::int64_t samples, std::int64_t mb) {
  return static_cast<double>(WholeSteps(samples, mb));
}

/// What a search takes on this machine alone. Nothing where children are trained elsewhere.
std::optional<double> SearchSeconds(const StudyFlags& flags, const data::Problem& problem,
                                    const space::SearchSpace& space) {
  if (!flags.evaluator.empty() || flags.workers == 0 || flags.engine.is_slurm()) return {};
  const search::ChildOptions child = ChildOptionsOf(flags.child, flags.seed);
  const auto step_ms = UsualStepMs(flags, problem, space, child.mb, child.recipe.precision);
  if (!step_ms) return {};
  std::int64_t training = flags.child.TrainingSamples(problem);
  const std::int64_t validation =
      child.folds > 1 ? problem.development().size() - training : std::ssize(problem.validation());
  if (child.max_samples > 0) training = std::min(training, child.max_samples);
  // Validation goes through the network in one of a step's three directions.
  const double num_steps = Steps(training, child.mb) + Steps(validation, child.mb) / 3;
  return *step_ms / 1e3 * num_steps * child.folds * child.epochs *
         static_cast<double>(flags.trials) / NumCores();
}

std::string TimeText(std::optional<double> seconds, const char* what) {
  return seconds ? fmt::format("; about {}{}", report::Duration(*seconds), what) : "";
}

}  // namespace

void LogPlan(const StudyFlags& flags, const data::Problem& problem,
             const space::SearchSpace& space) {
  base::LogInfo(fmt::format(
      "study {} in {}: {} of {}{}, seed {}, on space {} (10^{:.1f} networks) and {} ({} "
      "training, {} validation samples)",
      flags.study, flags.store, report::Counted(flags.trials, "trial"),
      StrategyText(flags.strategy), ChanceText(flags), flags.seed, space.name(),
      space::Log10Size(space.decisions()), flags.data.data,
      report::Grouped(std::ssize(problem.train())),
      report::Grouped(std::ssize(problem.validation()))));
  base::LogInfo(
      fmt::format("{}; {} at once on {}{}", RewardText(flags, problem),
                  std::min(flags.workers, flags.batch), report::Counted(NumCores(), "core"),
                  TimeText(SearchSeconds(flags, problem, space), " if nothing else runs")));
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

void LogStages(const StudyFlags& flags, const ComparisonFlags& comparison, bool with_random,
               const data::Problem& problem, const space::SearchSpace& space) {
  if (with_random) {
    base::LogInfo(fmt::format("then {} of random search under the same budget{}",
                              report::Counted(flags.trials, "trial"),
                              TimeText(SearchSeconds(flags, problem, space), "")));
  }
  const std::int64_t networks =
      std::min(comparison.finalists, flags.trials) + (comparison.hand_made == "none" ? 0 : 1);
  const std::int64_t trainings = networks * NumTrainings(comparison.Options(flags.seed));
  const train::Recipe& recipe = comparison.training.recipe.recipe;
  auto seconds = UsualStepMs(flags, problem, space, comparison.training.mb, recipe.precision);
  if (seconds) {
    const double num_steps = Steps(std::ssize(problem.train()), comparison.training.mb);
    *seconds *= num_steps / 1e3 * comparison.training.epochs * static_cast<double>(trainings) /
                comparison.training.threads;
  }
  base::LogInfo(fmt::format("then {} of {}, {} each{}", report::Counted(trainings, "full training"),
                            report::Counted(networks, "network"),
                            report::Counted(comparison.training.epochs, "epoch"),
                            TimeText(seconds, "")));
  if (flags.evaluator.empty()) WarnOfShortTrainings(flags.child, comparison, problem);
}

void WarnOfShortTrainings(const ChildFlags& child, const ComparisonFlags& comparison,
                          const data::Problem& problem) {
  std::int64_t samples = child.TrainingSamples(problem);
  if (child.samples > 0) samples = std::min(samples, child.samples);
  const std::int64_t child_updates = child.epochs * WholeSteps(samples, child.mb);
  const TrainingFlags& full = comparison.training;
  // The smallest fold's, where folds choose.
  const std::int64_t num_records = problem.development().size();
  const std::int64_t all =
      comparison.folds > 1 ? num_records - (num_records + comparison.folds - 1) / comparison.folds
                           : std::ssize(problem.train());
  const std::int64_t an_epoch = WholeSteps(all, full.mb);
  const std::int64_t updates = full.epochs * an_epoch;
  if (updates >= child_updates) return;
  base::LogWarning(fmt::format(
      "a full training makes {}, fewer than the {} of a child's training in the search; --epochs "
      "{}, or a smaller --mb, makes as many",
      report::Counted(updates, "update"), report::Grouped(child_updates),
      WholeSteps(child_updates, an_epoch)));
}

}  // namespace netsmith::cli
