#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <exception>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "netsmith/base/error.h"
#include "netsmith/base/log.h"
#include "netsmith/base/printable.h"
#include "netsmith/cli/commands.h"
#include "netsmith/cli/comparison_run.h"
#include "netsmith/cli/model_output.h"
#include "netsmith/cli/output.h"
#include "netsmith/cli/study_json.h"
#include "netsmith/cli/study_plan.h"
#include "netsmith/cli/study_run.h"
#include "netsmith/data/dataset.h"
#include "netsmith/report/classic_form.h"
#include "netsmith/report/comparison.h"
#include "netsmith/report/format.h"
#include "netsmith/report/learning.h"
#include "netsmith/report/pareto.h"
#include "netsmith/report/study_report.h"
#include "netsmith/space/network.h"
#include "netsmith/store/open.h"

namespace netsmith::cli {
namespace {

class Search : public Command {
 public:
  void Declare(OptionTable& options) override {
    study_.Declare(options);
    comparison_.Declare(options);
    options.Flag("compare", &compare_,
                 "Then run random search under the same budget, and train the best network in full "
                 "beside the hand-made one, as `netsmith compare` does");
    options.Group("Output");
    out_.Declare(options);
    options.Flag("json", &json_, "Print one JSON object on one line");
    options_ = &options;
  }

  int Run(const std::stop_token& stop) override {
    if (compare_ && study_.strategy.strategy == "random") {
      throw base::ConfigError(
          "--compare: random search is compared with another strategy, found "
          "--strategy random");
    }
    study_.Resolve();
    study_.given = KeptArguments();
    comparison_.training.recipe.Resolve();
    comparison_.Rates();  // a mistake is found before the search
    if (comparison_.ensemble && !compare_ && !out_.wanted()) {
      throw base::ConfigError(
          "--ensemble: found neither --compare nor --out, which train the finalists in full");
    }
    out_.Prepare();
    const auto start = std::chrono::steady_clock::now();
    const data::Problem problem = study_.data.Load(stop);
    study_.Settle(problem);
    comparison_.Settle(problem);
    if (study_.engine.dry_run) {
      Print(SlurmScript(study_.engine, study_.store, study_.study, study_.workers));
      return kDone;
    }
    if (compare_) comparison_.CheckHandMade(problem);  // … and before all the work
    if (compare_ || out_.wanted()) {
      comparison_.training.recipe.Check(problem.development().shape());
    }
    const auto store = store::OpenStore(study_.store);
    CheckStudy(study_, problem, *store);
    LogPlan(study_, problem, *study_.space.Make());
    if (compare_ || out_.wanted()) {
      LogStages(study_, StageFlags(), compare_, problem, *study_.space.Make());
    }
    const search::SearchResult result = RunStudy(study_, problem, *store, stop);
    // By Ctrl-C, or by a watcher (search_control.h); a limit in seconds is a search's own end.
    const bool stopped = stop.stop_requested() || (result.interrupted && study_.max_seconds == 0);
    Afterwards after;
    std::exception_ptr trouble;
    if (result.best && !stopped) {
      try {
        RunStages(problem, *store, stop, after);
      } catch (const base::Interrupted&) {  // the search's own result is there all the same
      } catch (...) {
        trouble = std::current_exception();
      }
    }
    if (const auto entropy = Entropy(result); entropy && HasCollapsed(result, *entropy)) {
      base::LogWarning(fmt::format(
          "the controller has collapsed: its entropy is {:.3f} nats, it proposes one network over "
          "and over; see --exploration, --entropy-weight, --controller-learning-rate",
          *entropy));
    }
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
    Report(result, after, problem, elapsed.count());
    if (trouble) std::rethrow_exception(trouble);
    if (stopped || stop.stop_requested()) {
      LogHowToGoOn(result, after);
      return kInterrupted;
    }
    if (!result.best) base::LogError("no network was found: " + WhyNone(result.trials));
    return result.best ? kDone : kOtherError;
  }

 private:
  /// What follows the search.
  struct Afterwards {
    std::optional<report::Comparison> comparison;  // with --compare
    std::optional<nlohmann::ordered_json> model;   // with --out
  };

  /// The policy's after the last whole batch, where the strategy has one.
  static std::optional<double> Entropy(const search::SearchResult& result) {
    if (result.diagnostics.empty()) return std::nullopt;
    const auto found = result.diagnostics.back().find("entropy");
    return found == result.diagnostics.back().end() ? std::nullopt : std::optional(found->second);
  }

  static bool HasCollapsed(const search::SearchResult& result, double entropy) {
    return report::HasCollapsed(result.spec.decisions, entropy);
  }

  /// Limits that no network meets are the usual reason.
  static std::string WhyNone(const std::vector<study::Trial>& trials) {
    if (trials.empty()) return "no trial is complete";
    const study::Trial& first = trials.front();
    const bool alike = std::ranges::all_of(
        trials, [&](const study::Trial& trial) { return trial.state == first.state; });
    if (alike && first.state == study::TrialState::kRefused) {
      return fmt::format("all {} trials were refused, the first for {}", trials.size(),
                         first.evaluation.reason);
    }
    const std::string& reason = first.evaluation.reason;
    return "no trial is complete" + (reason.empty() ? "" : "; the first: " + reason);
  }

  void LogHowToGoOn(const search::SearchResult& result, const Afterwards& after) const {
    const auto finished = std::ranges::count_if(result.trials, [](const study::Trial& trial) {
      return trial.state != study::TrialState::kRunning;
    });
    const std::string missing = out_.wanted() && !after.model
                                    ? fmt::format("; no model was written to {}", out_.folder)
                                    : "";
    base::LogInfo(
        fmt::format("stopped: {} of {} are finished and kept{}; the same command with "
                    "--resume goes on",
                    finished, report::Counted(study_.trials, "trial"), missing));
  }

  static std::vector<std::string> Without(std::span<const char* const> names,
                                          std::vector<std::string> arguments) {
    std::erase_if(arguments, [&](const std::string& argument) {
      const std::string name = argument.substr(0, argument.find('='));
      return std::ranges::find(names, name) != names.end();
    });
    return arguments;
  }

  /// Those that were given and say what is searched and made of it, not how this run goes about it.
  std::vector<std::string> KeptArguments() const {
    constexpr std::array kOthers = {"--resume",  "--json",      "--quiet",  "--config",
                                    "--workers", "--log-level", "--engine", "--partition",
                                    "--time",    "--dry-run"};
    return Without(kOthers, options_->GivenArguments());
  }

  /// Without --compare there is only a model to make.
  ComparisonFlags StageFlags() const {
    ComparisonFlags flags = comparison_;
    if (!compare_) flags.hand_made = "none";
    return flags;
  }

  void RunStages(const data::Problem& problem, study::Store& store, const std::stop_token& stop,
                 Afterwards& after) const {
    if (!compare_ && !out_.wanted()) return;
    if (compare_ && !RunRandomSearch(problem, store, stop)) return;
    report::Comparison comparison = RunComparison(
        StageFlags(), {.study = study_.study, .seed = study_.seed, .keep_weights = out_.wanted()},
        problem, &store, stop);
    const report::TrainedNetwork& chosen = Chosen(comparison);
    if (compare_) after.comparison = comparison;
    if (!out_.wanted()) return;
    nlohmann::ordered_json record = {{"network", chosen.text},
                                     {"study", study_.study},
                                     {"epochs", comparison_.training.epochs},
                                     {"mb", comparison_.training.mb}};
    if (!chosen.members.empty()) record["members"] = chosen.members;
    after.model = out_.Write(chosen.graph, chosen.training, problem, study_.data, record);
    (*after.model)["network"] = chosen.text;
    if (!chosen.members.empty()) (*after.model)["members"] = chosen.members;
  }

  /// False when it was stopped before its end.
  bool RunRandomSearch(const data::Problem& problem, study::Store& store,
                       const std::stop_token& stop) const {
    StudyFlags random = study_;
    random.strategy.strategy = "random";
    constexpr std::array kOfTheOther = {"--compare", "--out", "--ensemble"};
    random.given = Without(kOfTheOther, study_.given);
    random.given.emplace_back("--strategy=random");
    random.given.push_back("--study=" + RandomStudyName(study_.study));
    random.study = RandomStudyName(study_.study);
    base::LogInfo(fmt::format("random search under the same budget: study {}", random.study));
    random.resume = true;  // started where there is none: the searches are stages of one run
    return !RunStudy(random, problem, store, stop).interrupted;
  }

  void Report(const search::SearchResult& result, const Afterwards& after,
              const data::Problem& problem, double seconds) const {
    if (json_) {
      auto json = StudyJson(result.spec, study_.store, result.trials);
      json["seconds"] = seconds;
      json["interrupted"] = result.interrupted;
      json["nondeterministic"] = study_.nondeterministic;
      json["reward_split"] =
          study_.evaluator.empty() ? study_.child.reward_split : std::string("evaluator");
      if (!result.diagnostics.empty()) json["diagnostics"] = result.diagnostics.back();
      if (const auto entropy = Entropy(result)) json["collapsed"] = HasCollapsed(result, *entropy);
      if (after.comparison) {
        json["comparison"] = nlohmann::ordered_json::parse(ToJson(*after.comparison));
      }
      if (after.model) json["model"] = *after.model;
      PrintJson(json);
      return;
    }
    if (result.best) Print(BestText(*result.best, problem));
    Print(fmt::format("trials          {}: {}\n", result.trials.size(),
                      report::StatesText(result.trials)));
    Print(fmt::format("study           {} in {}, {}\n", study_.study, base::Printable(study_.store),
                      report::Duration(seconds)));
    if (result.spec.objectives.size() > 1) {
      Print("\n" + report::FrontText(report::FrontOf(result.spec, result.trials)) + "\n");
    }
    if (study_.nondeterministic)
      Print("nondeterministic: measured time may have decided its result\n");
    if (after.model) {
      Print(fmt::format("model           {}: {}{}, test accuracy {}\n",
                        base::Printable(after.model->at("file").get<std::string>()),
                        base::Printable(after.model->at("network").get<std::string>()),
                        after.model->contains("members")
                            ? ""
                            : ", the best on validation of those trained in full",
                        report::Percent(after.model->at("test_accuracy").get<double>())));
    }
    if (after.comparison) Print("\n" + ToText(*after.comparison));
  }

  std::string BestText(const study::Trial& best, const data::Problem& problem) const {
    const graph::Graph graph = space::ParseNetwork(best.network, problem.development().shape(),
                                                   problem.development().num_classes());
    const graph::Costs costs = graph::TotalCosts(graph);
    const std::string reward =
        study_.evaluator.empty() ? RewardMeaning(study_.child) : "from the evaluator";
    return fmt::format(
        "best by reward  {}\n                {}\nreward          {:.4f} ({}), trial {}\n"
        "parameters      {}\nmultiply-adds   {}\n",
        base::Printable(best.network), report::ClassicForm(graph), best.evaluation.reward, reward,
        best.number, report::Grouped(costs.params), report::Grouped(costs.macs));
  }

  StudyFlags study_;
  ComparisonFlags comparison_;
  ModelOutput out_;
  bool compare_ = false;
  bool json_ = false;
  const OptionTable* options_ = nullptr;
};

}  // namespace

std::unique_ptr<Command> MakeSearch() { return std::make_unique<Search>(); }

}  // namespace netsmith::cli
