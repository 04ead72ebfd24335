#include "netsmith/study/trial.h"

#include <cstdint>
#include <limits>
#include <string>

#include "netsmith/base/billionths.h"
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
  const std::int64_t mine = base::Billionths(a.reward), theirs = base::Billionths(b.reward);
  if (mine != theirs) return mine > theirs;
  return a.loss.value_or(kUnknown) < b.loss.value_or(kUnknown);
}

}  // namespace netsmith::study
