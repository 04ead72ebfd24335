#include "netsmith/store/validate.h"

#include <fmt/format.h>

#include <cmath>
#include <cstddef>
#include <functional>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "netsmith/base/error.h"
#include "netsmith/base/utf8.h"

namespace netsmith::store {

namespace {

constexpr std::size_t kMaxNameBytes = 512;  // Optuna's columns hold as many characters

void CheckName(const char* of_what, const std::string& name) {
  if (name.empty()) throw base::InvalidArgument(fmt::format("the name of a {} is empty", of_what));
  if (name.size() > kMaxNameBytes) {
    throw base::InvalidArgument(fmt::format("the name of a {} has {} bytes, expected {} or fewer",
                                            of_what, name.size(), kMaxNameBytes));
  }
  if (base::IsUtf8(name)) return;
  throw base::InvalidArgument(fmt::format("the name of a {} is not UTF-8", of_what));
}

void CheckDecision(const space::Decision& decision) {
  CheckName("decision", decision.name);
  if (decision.options.empty()) {
    throw base::InvalidArgument(fmt::format("decision '{}' has no options", decision.name));
  }
  for (std::size_t i = 1; i < decision.options.size(); ++i) {
    if (decision.options[i - 1] < decision.options[i]) continue;
    throw base::InvalidArgument(fmt::format(
        "decision '{}': option {} follows {}, expected ascending options without repeats",
        decision.name, decision.options[i], decision.options[i - 1]));
  }
}

void CheckGenome(const study::StudySpec& spec, const study::Trial& trial) {
  if (trial.genome.size() != spec.decisions.size()) {
    throw base::InvalidArgument(fmt::format("trial {}: the genome has {} genes, expected {}",
                                            trial.number, trial.genome.size(),
                                            spec.decisions.size()));
  }
  for (std::size_t i = 0; i < trial.genome.size(); ++i) {
    const space::Decision& decision = spec.decisions[i];
    const int gene = trial.genome[i];
    if (gene >= 0 && static_cast<std::size_t>(gene) < decision.options.size()) continue;
    throw base::InvalidArgument(
        fmt::format("trial {}: option {} of decision '{}', expected 0 to {}", trial.number, gene,
                    decision.name, decision.options.size() - 1));
  }
}

void CheckObjectives(const study::StudySpec& spec) {
  if (study::ParseObjectives(study::ToString(spec.objectives)) == spec.objectives) return;
  throw base::InvalidArgument(
      fmt::format("study '{}': objectives '{}', expected accuracy first and each once", spec.name,
                  study::ToString(spec.objectives)));
}

}  // namespace

void CheckSpec(const study::StudySpec& spec) {
  CheckName("study", spec.name);
  CheckObjectives(spec);
  std::set<std::string> names;
  for (const space::Decision& decision : spec.decisions) {
    CheckDecision(decision);
    if (names.insert(decision.name).second) continue;
    throw base::InvalidArgument(
        fmt::format("study '{}' has two decisions named '{}'", spec.name, decision.name));
  }
}

void CheckTrial(const study::StudySpec& spec, const study::Trial& trial) {
  CheckGenome(spec, trial);
  if (trial.state == study::TrialState::kRunning) return;
  if (trial.state != trial.evaluation.state) {
    throw base::InvalidArgument(fmt::format("trial {} is {} and its evaluation {}", trial.number,
                                            ToString(trial.state),
                                            ToString(trial.evaluation.state)));
  }
  CheckEvaluation(trial.number, trial.evaluation);
}

void CheckEvaluation(std::int64_t trial, const study::Evaluation& evaluation) {
  if (evaluation.state == study::TrialState::kRunning) {
    throw base::InvalidArgument(fmt::format("trial {}: an evaluation cannot be running", trial));
  }
  if (!std::isfinite(evaluation.reward)) {
    throw base::InvalidArgument(
        fmt::format("trial {}: the reward is {}, expected a number", trial, evaluation.reward));
  }
  if (!study::HasReward(evaluation.state) && evaluation.reward != 0) {
    throw base::InvalidArgument(fmt::format("trial {} is {} with reward {}, expected 0", trial,
                                            ToString(evaluation.state), evaluation.reward));
  }
  if (!std::isfinite(evaluation.latency_us) || evaluation.latency_us < 0) {
    throw base::InvalidArgument(fmt::format("trial {}: a latency of {} us, expected 0 or more",
                                            trial, evaluation.latency_us));
  }
  if (evaluation.loss && !(std::isfinite(*evaluation.loss) && *evaluation.loss >= 0)) {
    throw base::InvalidArgument(
        fmt::format("trial {}: a loss of {}, expected 0 or more", trial, *evaluation.loss));
  }
  if (!std::isfinite(evaluation.seconds) || evaluation.seconds < 0) {
    throw base::InvalidArgument(
        fmt::format("trial {}: took {} seconds, expected 0 or more", trial, evaluation.seconds));
  }
}

void CheckJson(const std::string& key, const std::string& text) {
  CheckName("attribute", key);
  if (nlohmann::json::accept(text)) return;
  throw base::InvalidArgument(fmt::format("attribute '{}' is not JSON: {}", key, text));
}

}  // namespace netsmith::store
