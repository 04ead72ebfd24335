#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "netsmith/search/text_lines.h"
#include "netsmith/study/trial.h"

namespace netsmith::search {

/// A reason as studies keep it: one printable line of limited length.
inline std::string ReasonLine(std::string_view reason) {
  constexpr std::size_t kMaxBytes = 500;
  return Printable(reason, kMaxBytes);
}

/// How an evaluation ends that gives no reward: refused, diverged or failed.
inline study::Evaluation WithoutReward(study::TrialState state, std::string_view reason) {
  study::Evaluation evaluation;
  evaluation.state = state;
  evaluation.reason = ReasonLine(reason);
  return evaluation;
}

inline study::Evaluation Failed(std::string_view reason) {
  return WithoutReward(study::TrialState::kFailed, reason);
}

}  // namespace netsmith::search
