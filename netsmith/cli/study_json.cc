#include "netsmith/cli/study_json.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <span>
#include <string>

#include "netsmith/cli/output.h"
#include "netsmith/report/study_report.h"

namespace netsmith::cli {

void PrintJson(const nlohmann::ordered_json& json) {
  using Handler = nlohmann::ordered_json::error_handler_t;
  Print(json.dump(-1, ' ', false, Handler::replace) + "\n");
}

nlohmann::ordered_json TrialJson(const study::Trial& trial) {
  return {{"network", trial.network},
          {"reward", trial.evaluation.reward},
          {"params", trial.evaluation.params},
          {"macs", trial.evaluation.macs},
          {"trial", trial.number},
          {"seconds", trial.evaluation.seconds},
          {"genome", trial.genome}};
}

nlohmann::ordered_json StudyJson(const std::string& study, const std::string& store,
                                 std::span<const study::Trial> trials) {
  const auto best = report::BestTrial(trials);
  const auto finished = std::ranges::count_if(
      trials, [](const study::Trial& trial) { return trial.state != study::TrialState::kRunning; });
  return {{"best", best ? TrialJson(*best) : nlohmann::ordered_json(nullptr)},
          {"trials", finished},
          {"states", report::CountStates(trials)},
          {"study", study},
          {"store", store}};
}

}  // namespace netsmith::cli
