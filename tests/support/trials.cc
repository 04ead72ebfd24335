#include "tests/support/trials.h"

#include <cstdint>
#include <string>

namespace netsmith::testing {

study::StudySpec ExampleSpec(const std::string& name) {
  return {.name = name,
          .space_signature = "example v1",
          .decisions = {{.name = "layer1.kernel", .options = {1, 2, 3, 4}},
                        {.name = "layer1.filters", .options = {4, 8, 64}},
                        {.name = "layer1.pool", .options = {2}}},
          .options_json = R"({"seed": 7, "strategy": "random"})"};
}

study::Trial RunningTrial(std::int64_t number) {
  study::Trial trial;
  trial.number = number;
  trial.genome = {static_cast<int>(number % 4), static_cast<int>(number % 3), 0};
  trial.network = std::to_string(number % 4 + 1) + ",8,2,0";
  trial.graph_hash = "hash" + std::to_string(number % 12);
  return trial;
}

study::Evaluation CompleteEvaluation(std::int64_t number) {
  const double reward = 1.0 / (2.0 + static_cast<double>(number));  // mostly not exact in decimal
  return {.state = study::TrialState::kComplete,
          .reward = reward,
          .reason = "",
          .params = 1000 + number,
          .macs = 5'000'000'000 + number,
          .curve = {reward / 3, reward},
          .seconds = 0.1 + static_cast<double>(number)};
}

study::Trial Finished(study::Trial trial, const study::Evaluation& evaluation) {
  trial.state = evaluation.state;
  trial.evaluation = evaluation;
  return trial;
}

}  // namespace netsmith::testing
