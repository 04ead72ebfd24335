#include "netsmith/cli/study_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "netsmith/base/error.h"
#include "netsmith/base/log.h"
#include "netsmith/base/printable.h"
#include "netsmith/cli/deadline.h"
#include "netsmith/cli/evaluation.h"
#include "netsmith/cli/search_control.h"
#include "netsmith/cli/study_record.h"
#include "netsmith/report/format.h"
#include "netsmith/report/progress.h"
#include "netsmith/report/search_record.h"
#include "netsmith/search/child_limits.h"
#include "netsmith/search/same_study.h"
#include "netsmith/space/text_cursor.h"
#include "netsmith/strategy/registry.h"
#include "netsmith/train/metrics.h"
#include "netsmith/train/recipe.h"

namespace netsmith::cli {
namespace {

using Json = nlohmann::ordered_json;

std::string DefaultName(const StudyFlags& flags) {
  const std::filesystem::path data = std::filesystem::path(flags.data.data).lexically_normal();
  const std::string name = (data.has_filename() ? data : data.parent_path()).filename().string();
  const std::string space = std::filesystem::path(flags.space.space).stem().string();
  return fmt::format("{}-{}-{}-s{}", name, space, flags.strategy.strategy, flags.seed);
}

void CheckName(const std::string& study) {
  if (base::Printable(study) == study) return;
  throw base::ConfigError(fmt::format(
      "--study: found {}, expected UTF-8 without control characters", space::Quoted(study)));
}

Json ControllerJson(const strategy::StrategyOptions& options) {
  const auto& o = options.reinforce;
  Json json = {{"policy", o.policy},
               {"cell", o.cell},
               {"optimizer", o.optimizer},
               {"learning_rate", o.learning_rate},
               {"exploration", o.exploration},
               {"discount_factor", o.discount_factor},
               {"reg_param", o.reg_param},
               {"entropy_weight", o.entropy_weight},
               {"baseline_decay", o.baseline_decay},
               {"initial_range", o.initial_range}};
  if (o.ppo_steps > 1) json.update({{"ppo_steps", o.ppo_steps}, {"ppo_clip", o.ppo_clip}});
  if (o.policy == "sequence") {
    json.update({{"units", o.units}, {"embedding", o.embedding}});
  } else if (o.policy == "state") {
    json.update({{"division_rate", o.division_rate},
                 {"sigma", o.sigma},
                 {"first_state", o.first_state},
                 {"controller_input", o.controller_input}});
  }
  return json;
}

/// The options that the strategy reads, under names of their own.
Json StrategyJson(const StrategyFlags& flags) {
  const auto& options = flags.options;
  if (flags.strategy == "reinforce") return {{"controller", ControllerJson(options)}};
  if (flags.strategy == "guided") {
    return {{"controller", ControllerJson(options)},
            {"guided",
             {{"warm_up", options.guided.warm_up},
              {"proposals", options.guided.proposals},
              {"pool", options.guided.pool},
              {"optimism", options.guided.optimism},
              {"entropy_weight", options.guided.controller.entropy_weight}}}};
  }
  if (flags.strategy == "gp") {
    return {{"gp", {{"warm_up", options.gp.warm_up}, {"optimism", options.gp.optimism}}}};
  }
  if (flags.strategy == "evolution") {
    return {{"evolution",
             {{"population", options.evolution.population}, {"sample", options.evolution.sample}}}};
  }
  return Json::object();
}

Json ChildJson(const ChildFlags& child) {
  Json json = {{"epochs", child.epochs},
               {"samples", child.samples},
               {"mb", child.mb},
               {"learning_rate", child.learning_rate},
               {"max_macs", child.max_macs},
               {"max_params", child.max_params},
               {"max_memory_mib", child.max_memory_mib},
               {"reward_split", child.reward_split}};
  // Named only where they are not what studies of earlier versions had.
  const std::string recipe = train::Describe(child.recipe.recipe);
  if (!recipe.empty()) json["recipe"] = recipe;
  if (child.reward != "accuracy") json["reward"] = child.reward;
  if (child.folds != 1) json["folds"] = child.folds;
  if (child.max_latency > 0) json["max_latency_us"] = child.max_latency;
  if (child.measure_latency) json["measure_latency"] = true;
  return json;
}

EvaluationFlags EvaluationOf(const StudyFlags& flags) {
  return {.data = flags.data,
          .space = flags.space,
          .child = flags.child,
          .seed = flags.seed,
          .evaluator = flags.evaluator};
}

/// What decides the study's result; a resumed search must ask for the same. Workers, cores and the
/// number of trials are not among it.
study::StudySpec MakeSpec(const StudyFlags& flags, const data::Problem& problem,
                          const space::SearchSpace& space) {
  Json options = {{"data", flags.data.data}, {"data_hash", problem.content_hash()},
                  {"space", space.name()},   {"strategy", flags.strategy.strategy},
                  {"seed", flags.seed},      {"batch", flags.batch}};
  if (const auto given = flags.data.RecordFor(problem); !given.empty()) {
    options["data_options"] = given;
  }
  if (const Json strategy = StrategyJson(flags.strategy); !strategy.empty()) {
    options.update(strategy);
  }
  if (flags.evaluator.empty()) {
    options["child"] = ChildJson(flags.child);
  } else {
    options["evaluator"] = flags.evaluator;
    options["max_macs"] = flags.child.max_macs;
    options["max_params"] = flags.child.max_params;
    if (flags.child.max_latency > 0) options["max_latency_us"] = flags.child.max_latency;
    if (flags.child.measure_latency) options["measure_latency"] = true;
  }
  if (flags.objectives.parsed.size() > 1) {
    options["objectives"] = study::ToString(flags.objectives.parsed);
  }
  if (flags.pruning.prunes()) {
    options["pruner"] = flags.pruning.pruner;
    if (flags.pruning.pruner == "halving") options["pruner_factor"] = flags.pruning.factor;
  }
  return {.name = flags.study,
          .space_signature = space.Signature(),
          .decisions = space.decisions(),
          .options_json = options.dump(-1, ' ', false, Json::error_handler_t::replace),
          .engine = EvaluationOf(flags).Engine(),
          .objectives = flags.objectives.parsed};
}

}  // namespace

void StudyFlags::Declare(OptionTable& options) {
  data.Declare(options);
  space.Declare(options);
  strategy.Declare(options);
  child.Declare(options);
  pruning.Declare(options);
  objectives.Declare(options);
  options.Text("evaluator", "COMMAND", &evaluator,
               "Instead of training children, ask this program for rewards (docs/evaluators.md)");
  options.Group("Study");
  options.Integer("trials", &trials, {1, 10'000'000}, "Trials in all, duplicates included");
  options.Integer("batch", &batch, {1, 100'000},
                  "Networks asked for at once; the strategy learns after each batch");
  options.Integer("workers", &workers, {0, 1024},
                  "Trials evaluated at the same time; never changes the result; 0 leaves all to "
                  "`netsmith worker`");
  options.Integer("seed", &seed, {0, kMaxSeed}, "Seed of everything random");
  options.Text("store", "URL", &store,
               "Where the study is kept: sqlite:///FILE or postgresql://USER@HOST/DATABASE");
  options.Text("study", "NAME", &study, "Name of the study [DATA-SPACE-STRATEGY-sSEED]");
  options.Flag("resume", &resume, "Continue the study, or start it where there is none");
  options.Integer("max-seconds", &max_seconds, {0, 1'000'000'000},
                  "End the study after so many seconds; 0 means no limit; needs "
                  "--nondeterministic");
  options.Flag("nondeterministic", &nondeterministic, "Allow measured time to decide something");
  engine.Declare(options);
}

void StudyFlags::Resolve() {
  if (!evaluator.empty() && child.RewardIsTest()) {
    throw base::ConfigError(
        "--reward-split test: found --evaluator beside it, whose rewards are its own");
  }
  child.recipe.Resolve();
  strategy.Resolve();
  space.Resolve(strategy.options.reinforce.policy);
  CheckName(study);
  engine.Check(store, workers);
  objectives.Resolve(child, pruning, nondeterministic);
  if (max_seconds > 0 && !nondeterministic) {
    throw base::ConfigError(
        "--max-seconds: a limit in seconds makes results depend on the "
        "machine, expected --nondeterministic beside it");
  }
}

void StudyFlags::Settle(const data::Problem& problem) {
  space.Settle(problem.development().shape());
  if (!evaluator.empty() && child.max_macs < 0) child.max_macs = 0;
  child.Settle(problem, *space.Make());
  if (evaluator.empty()) {
    pruning.Check(child);
    child.recipe.Check(problem.development().shape());
  }
  if (study.empty()) study = DefaultName(*this);
  CheckName(study);
}

std::string RewardMeaning(const ChildFlags& child) {
  std::string metric = child.reward;
  std::ranges::replace(metric, '-', ' ');
  if (child.RewardIsTest()) return metric + " on the TEST SET";
  const std::string validation = "validation " + metric;
  return child.folds > 1 ? fmt::format("mean {} of {} folds", validation, child.folds) : validation;
}

search::ChildOptions ChildOptionsOf(const ChildFlags& child, std::int64_t seed) {
  constexpr std::int64_t kMebi = 1 << 20;
  return {.epochs = child.epochs,
          .max_samples = child.samples,
          .folds = child.folds,
          .mb = child.mb,
          .learning_rate = child.learning_rate,
          .recipe = child.recipe.recipe,
          .metric = train::ParseMetric(child.reward),
          .limits = {.max_macs = child.max_macs,
                     .max_params = child.max_params,
                     .max_bytes = child.max_memory_mib * kMebi,
                     .max_latency_us = child.max_latency,
                     .measures_latency = child.measure_latency},
          .reward_split =
              child.RewardIsTest() ? search::RewardSplit::kTest : search::RewardSplit::kValidation,
          .seed = static_cast<std::uint64_t>(seed)};
}

void CheckStudy(const StudyFlags& flags, const data::Problem& problem, study::Store& store) {
  search::CheckStudy(store, MakeSpec(flags, problem, *flags.space.Make()), flags.resume);
}

search::SearchResult RunStudy(const StudyFlags& flags, const data::Problem& problem,
                              study::Store& store, const std::stop_token& stop) {
  const auto space = flags.space.Make();
  const auto seed = static_cast<std::uint64_t>(flags.seed);
  const data::Dataset& samples = problem.development();
  const auto strategy = strategy::MakeStrategy(
      flags.strategy.strategy, space->decisions(), flags.strategy.options, seed,
      [&, limits = ChildOptionsOf(flags.child, flags.seed).limits](const space::Genome& genome) {
        return search::KeepsLimits(*space, genome, samples.shape(), samples.num_classes(), limits);
      });
  const EvaluationFlags evaluation = EvaluationOf(flags);
  report::SearchProgress progress(
      flags.study, {.terminal = report::StderrIsTerminal(), .color = report::ColorIsWanted()});
  SearchControl control(flags.store, flags.study, stop);
  const Deadline deadline(control.token(), flags.max_seconds);
  std::optional<SlurmArray> array;
  if (flags.engine.is_slurm()) {
    array.emplace(SlurmScript(flags.engine, flags.store, flags.study, flags.workers));
  }
  search::SearchResult result = search::RunSearch(
      MakeSpec(flags, problem, *space), *space, samples.shape(), samples.num_classes(), *strategy,
      store, [&] { return MakeTrialEvaluator(evaluation, *space, problem); },
      {.num_trials = flags.trials,
       .batch = flags.batch,
       .num_workers = array ? 0 : flags.workers,
       .num_cores = NumCores(),
       .resume = flags.resume,
       .seed = seed,
       .pruning = flags.pruning.Options(),
       .attributes = {{report::kSearchRecordKey, ToJson(RecordOf(flags, problem))},
                      {kWorkerKey, WorkerJson(evaluation, problem)}},
       .on_hold = [&] { control.Begin(); },
       .on_begin = [&] { control.Accept(); },
       .is_paused = [&] { return control.is_paused(); },
       .on_progress = [&](const search::Progress& p) { progress.Update(p); }},
      deadline.token());
  if (!result.interrupted) control.Finish();
  return result;
}

}  // namespace netsmith::cli
