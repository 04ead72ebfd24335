#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
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
#include "netsmith/cli/commands.h"
#include "netsmith/cli/flags.h"
#include "netsmith/cli/kept_comparisons.h"
#include "netsmith/cli/output.h"
#include "netsmith/cli/show_space.h"
#include "netsmith/cli/study_json.h"
#include "netsmith/cli/study_source.h"
#include "netsmith/engine/step_cost.h"
#include "netsmith/graph/graph.h"
#include "netsmith/report/classic_form.h"
#include "netsmith/report/drawing.h"
#include "netsmith/report/format.h"
#include "netsmith/report/found.h"
#include "netsmith/report/pareto.h"
#include "netsmith/report/search_record.h"
#include "netsmith/report/study_report.h"
#include "netsmith/report/study_view.h"
#include "netsmith/report/table.h"
#include "netsmith/space/network.h"
#include "netsmith/store/open.h"
#include "netsmith/train/train.h"

namespace netsmith::cli {
namespace {

using nlohmann::ordered_json;

class Show : public Command {
 public:
  void Declare(OptionTable& options) override {
    options.Group("Study");
    options.Positional("STUDY", &study_, "The study; without it, the store's studies are listed",
                       true);
    options.Text("store", "URL", &store_, "Where studies are kept: sqlite:///FILE");
    options.Integer("top", &top_, {1, 1'000'000}, "Networks on the leaderboard");
    network_.Declare(options);
    options.Text("space", "NAME|FILE", &space_, "Show this search space's decisions");
    options.Integer("mb", &mb_, {1, 1'000'000}, "Samples a training step, for the memory");
    options.Group("Output");
    options.Flag("svg", &svg_,
                 "Print a drawing of the network, or of the one that the study found, as SVG");
    options.Flag("json", &json_, "Print one JSON object on one line");
  }

  int Run(const std::stop_token&) override {
    if (!study_.empty() && !network_.network.empty()) {
      throw base::ConfigError("netsmith show: found a study and --network, expected one of them");
    }
    if (!space_.empty()) {
      if (!study_.empty() || !network_.network.empty() || svg_) {
        throw base::ConfigError(
            "--space: found a study, --network or --svg beside it, expected it alone");
      }
      ShowSpace(space_, json_);
      return kDone;
    }
    if (svg_ && json_)
      throw base::ConfigError("--svg: found --json beside it, expected one of them");
    if (!network_.network.empty()) {
      const graph::Graph graph = network_.Parse();
      if (svg_) {
        Print(report::DrawNetwork(graph, /*standalone=*/true));
      } else {
        ShowNetwork(graph);
      }
      return kDone;
    }
    const auto store = store::OpenStore(store_, {.read_only = true, .once = true});
    if (svg_) {
      DrawBest(*store);
    } else if (study_.empty()) {
      ListStudies(*store);
    } else {
      ShowStudy(*store);
    }
    return kDone;
  }

 private:
  void ListStudies(study::Store& store) const {
    const auto names = store.StudyNames();
    if (json_) {
      PrintJson({{"store", store_}, {"studies", names}});
      return;
    }
    for (const std::string& name : names) Print(base::Printable(name) + "\n");
  }

  void ShowStudy(study::Store& store) const {
    const report::StudyView view = ReadStudy(store, study_, store_);
    const auto board = report::Leaderboard(view.trials, static_cast<std::size_t>(top_));
    if (json_) {
      ordered_json json = StudyJson(view.spec, store_, view.trials, view.activity);
      json["found"] = FoundJson(report::FoundOf(view));
      json["found_before"] = ordered_json::array();
      for (const report::Found& found : FoundBefore(store)) {
        json["found_before"].push_back(FoundJson(found));
      }
      if (view.record) json["samples"] = SamplesText(*view.record, view.spec.options_json);
      json["options"] = ordered_json::parse(view.spec.options_json, nullptr, false);
      json["leaderboard"] = ordered_json::array();
      for (const auto& trial : board) json["leaderboard"].push_back(TrialJson(trial));
      PrintJson(json);
      return;
    }
    Print(StudyText(view, FoundBefore(store)));
    Print("\nbest by reward\n" + report::LeaderboardText(board));
    if (view.spec.objectives.size() > 1) {
      Print("\n" + report::FrontText(report::FrontOf(view.spec, view.trials)));
    }
  }

  /// By the study's earlier comparisons.
  std::vector<report::Found> FoundBefore(study::Store& store) const {
    std::vector<report::Found> all;
    for (const std::string& comparison : EarlierComparisons(store, study_)) {
      if (auto found = report::FoundIn(comparison)) all.push_back(*std::move(found));
    }
    return all;
  }

  static ordered_json FoundJson(const std::optional<report::Found>& found) {
    if (!found) return nullptr;
    const auto nullable = [](const std::optional<double>& number) {
      return number ? ordered_json(*number) : ordered_json();
    };
    ordered_json json = {{"network", found->network},
                         {"reward", nullable(found->reward)},
                         {"validation", nullable(found->validation)},
                         {"test", nullable(found->test)}};
    if (found->ensemble) {
      json["ensemble"] = {{"validation", nullable(found->ensemble->validation)},
                          {"test", nullable(found->ensemble->test)}};
    }
    return json;
  }

  /// A line each: trials, samples, the found network, how to go on.
  std::string StudyText(const report::StudyView& view,
                        const std::vector<report::Found>& found_before) const {
    std::string text =
        fmt::format("study {}: {} trials: {}\n", base::Printable(study_), view.trials.size(),
                    report::StatesText(view.trials, view.activity));
    if (view.record) {
      text += fmt::format("data: {}\n", SamplesText(*view.record, view.spec.options_json));
    }
    if (report::RewardsAreTest(view.spec)) text += "rewards are accuracies on the TEST SET\n";
    if (const auto found = report::FoundOf(view)) text += FoundText(report::kFoundMeaning, *found);
    for (const report::Found& found : found_before)
      text += FoundText("in an earlier comparison", found);
    if (report::IsCutShort(view)) {
      text += fmt::format("goes on by: {}\n", ResumeCommand(*view.record, view.store_url));
    }
    return text;
  }

  static std::string FoundText(const char* meaning, const report::Found& found) {
    const auto accuracy = [](const std::optional<double>& a) {
      return a ? report::Percent(*a) : std::string("diverged");
    };
    std::string text = fmt::format("found ({}): {}, validation {}, test {}\n", meaning,
                                   base::Printable(found.network), accuracy(found.validation),
                                   accuracy(found.test));
    if (found.ensemble) {
      text += fmt::format("ensemble of its {} finalists: validation {}, test {}\n", found.finalists,
                          accuracy(found.ensemble->validation), accuracy(found.ensemble->test));
    }
    return text;
  }

  /// The found network, or the best by reward where none was trained in full.
  void DrawBest(study::Store& store) const {
    if (study_.empty()) {
      throw base::ConfigError("--svg: found neither a study nor --network to draw");
    }
    const report::StudyView view = ReadStudy(store, study_, store_);
    const auto best = report::BestTrial(view.trials);
    if (!best) throw base::StoreError(fmt::format("study '{}': no trial is complete", study_));
    const auto found = report::FoundOf(view);
    const std::string& network = found ? found->network : best->network;
    if (!view.record) {
      throw base::StoreError(
          fmt::format("study '{}': the shape of its samples was not kept; draw the network with "
                      "--network \"{}\" --input HxWxC",
                      study_, network));
    }
    Print(report::DrawNetwork(
        space::ParseNetwork(network, view.record->shape, view.record->num_classes),
        /*standalone=*/true));
    base::LogInfo(found ? fmt::format("drawn: the found network ({})", report::kFoundMeaning)
                        : std::string("drawn: the best by reward"));
  }

  void ShowNetwork(const graph::Graph& graph) const {
    const auto info = graph::Analyze(graph);
    const graph::Costs costs = graph::TotalCosts(graph);
    const std::int64_t bytes = train::PlannedBytes(graph, mb_);
    if (json_) {
      const std::vector<double> sample_costs = engine::SampleCosts(graph, mb_);
      const double unit_ms = engine::MillisecondsPerUnit() * static_cast<double>(mb_);
      ordered_json layers = ordered_json::array();
      for (std::size_t i = 0; i < info.size(); ++i) {
        layers.push_back({{"name", graph.nodes[i].name},
                          {"op", graph::OpName(graph.nodes[i].op)},
                          {"shape", ToString(info[i].shape)},
                          {"params", info[i].params},
                          {"macs", info[i].macs},
                          {"estimated_ms", sample_costs[i] * unit_ms}});
      }
      const ordered_json json = {{"network", network_.network},
                                 {"form", report::ClassicForm(graph)},
                                 {"params", costs.params},
                                 {"macs", costs.macs},
                                 {"mb", mb_},
                                 {"planned_bytes", bytes},
                                 {"estimated_step_ms", engine::EstimatedStepMs(graph, mb_)},
                                 {"layers", layers},
                                 {"graph", ordered_json::parse(graph::ToJson(graph))}};
      PrintJson(json);
      return;
    }
    report::Table table({{"layer", report::Table::Align::kLeft},
                         {"operation", report::Table::Align::kLeft},
                         {"shape"},
                         {"parameters"},
                         {"multiply-adds"}});
    for (std::size_t i = 0; i < info.size(); ++i) {
      table.AddRow({graph.nodes[i].name, graph::OpName(graph.nodes[i].op), ToString(info[i].shape),
                    report::Grouped(info[i].params), report::Grouped(info[i].macs)});
    }
    table.AddRow({"total", "", "", report::Grouped(costs.params), report::Grouped(costs.macs)});
    Print(
        fmt::format("{}\n\n{}\ntraining needs {} with {} samples a step, which takes about {:.3g} "
                    "ms on a core\n",
                    report::ClassicForm(graph), table.ToString(), report::Bytes(bytes), mb_,
                    engine::EstimatedStepMs(graph, mb_)));
  }

  std::string study_;
  std::string store_ = "sqlite:///netsmith.db";
  int top_ = 10;
  NetworkFlags network_;
  std::string space_;
  std::int64_t mb_ = 100;
  bool svg_ = false;
  bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeShow() { return std::make_unique<Show>(); }

}  // namespace netsmith::cli
