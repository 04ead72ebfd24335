#include "netsmith/study/trial.h"

#include <limits>
#include <string>

#include "netsmith/base/check.h"

namespace netsmith::study {

bool HasReward(TrialState state) {
  return state == TrialState::kComplete || state == TrialState::kPruned;
}

std::string ToString(TrialState state) {
  switch (state) {
    case TrialState::kRunning:
      return "running";
    case TrialState::kComplete:
      return "complete";
    case TrialState::kPruned:
      return "pruned";
    case TrialState::kRefused:
      return "refused";
    case TrialState::kDiverged:
      return "diverged";
    case TrialState::kFailed:
      return "failed";
  }
  base::FailCheck("state", "is no TrialState", std::source_location::current());
}

bool IsBetter(const Evaluation& a, const Evaluation& b) {
  constexpr double kUnknown = std::numeric_limits<double>::infinity();
  if (a.reward != b.reward) return a.reward > b.reward;
  return a.loss.value_or(kUnknown) < b.loss.value_or(kUnknown);
}

}  // namespace netsmith::study
