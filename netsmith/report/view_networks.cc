#include "netsmith/report/view_networks.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "netsmith/base/error.h"
#include "netsmith/graph/graph.h"
#include "netsmith/report/classic_form.h"
#include "netsmith/report/drawing.h"
#include "netsmith/report/found.h"
#include "netsmith/report/study_report.h"
#include "netsmith/space/network.h"

namespace netsmith::report {
namespace {

using nlohmann::ordered_json;

/// The network's form, costs and drawing; only its text where the samples' shape is not known.
ordered_json NetworkJson(const std::string& text, const StudyView& view, bool drawn) {
  ordered_json json = {{"network", text}};
  if (!view.record) return json;
  try {
    const graph::Graph graph =
        space::ParseNetwork(text, view.record->shape, view.record->num_classes);
    const graph::Costs costs = graph::TotalCosts(graph);
    json["form"] = ClassicForm(graph);
    json["params"] = costs.params;
    json["macs"] = costs.macs;
    if (drawn) json["svg"] = DrawNetwork(graph, /*standalone=*/false);
  } catch (const base::Error&) {
    // Another version's space: its text alone is shown.
  }
  return json;
}

/// Null for none: JSON has no optional numbers.
ordered_json Nullable(const std::optional<double>& number) {
  return number ? ordered_json(*number) : ordered_json();
}

}  // namespace

ordered_json BestJson(const StudyView& view) {
  const auto best = BestTrial(view.trials);
  if (!best) return nullptr;
  ordered_json json = NetworkJson(best->network, view, !FoundOf(view));
  json["trial"] = best->number;
  json["reward"] = best->evaluation.reward;
  json["curve"] = best->evaluation.curve;
  if (!json.contains("params")) {
    json["params"] = best->evaluation.params;
    json["macs"] = best->evaluation.macs;
  }
  return json;
}

ordered_json FoundJson(const StudyView& view) {
  const auto found = FoundOf(view);
  if (!found) return nullptr;
  ordered_json json = NetworkJson(found->network, view, /*drawn=*/true);
  const auto trial = std::ranges::find(view.trials, found->network, &study::Trial::network);
  json["trial"] = trial == view.trials.end() ? ordered_json() : ordered_json(trial->number);
  json["reward"] = Nullable(found->reward);
  json["validation"] = Nullable(found->validation);
  json["test"] = Nullable(found->test);
  json["finalists"] = found->finalists;
  if (found->ensemble) {
    json["ensemble"] = {{"validation", Nullable(found->ensemble->validation)},
                        {"test", Nullable(found->ensemble->test)}};
  }
  return json;
}

}  // namespace netsmith::report
