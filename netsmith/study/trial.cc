#include "netsmith/study/trial.h"

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

}  // namespace netsmith::study
