#include "netsmith/cli/study_json.h"

#include <cstddef>
#include <nlohmann/json.hpp>
#include <span>
#include <string>

#include "netsmith/cli/output.h"
#include "netsmith/report/pareto.h"
#include "netsmith/report/study_report.h"

namespace netsmith::cli {

void PrintJson(const nlohmann::ordered_json& json) {
  using Handler = nlohmann::ordered_json::error_handler_t;
  Print(json.dump(-1, ' ', false, Handler::replace) + "\n");
}

nlohmann::ordered_json TrialJson(const study::Trial& trial) {
  nlohmann::ordered_json json = {{"network", trial.network},
                                 {"reward", trial.evaluation.reward},
                                 {"params", trial.evaluation.params},
                                 {"macs", trial.evaluation.macs},
                                 {"trial", trial.number},
                                 {"seconds", trial.evaluation.seconds},
                                 {"genome", trial.genome}};
  if (trial.evaluation.latency_us > 0) json["latency_us"] = trial.evaluation.latency_us;
  if (trial.evaluation.loss) json["loss"] = *trial.evaluation.loss;
  return json;
}

nlohmann::ordered_json StudyJson(const study::StudySpec& spec, const std::string& store,
                                 std::span<const study::Trial> trials,
                                 const search::Activity& activity) {
  const auto best = report::BestTrial(trials);
  nlohmann::ordered_json json = {
      {"best", best ? TrialJson(*best) : nlohmann::ordered_json(nullptr)},
      {"trials", report::CountFinished(trials)},
      {"states", report::CountStates(trials, activity)},
      {"study", spec.name},
      {"store", store}};
  if (spec.objectives.size() == 1) return json;
  const report::ParetoFront front = report::FrontOf(spec, trials);
  json["front"] = nlohmann::ordered_json::array();
  for (const study::Trial& trial : front.trials) json["front"].push_back(TrialJson(trial));
  json["hypervolume"] = front.hypervolume;
  for (std::size_t i = 0; i < front.objectives.size(); ++i) {
    json["reference"][ToString(front.objectives[i])] = front.reference[i];
  }
  return json;
}

}  // namespace netsmith::cli
