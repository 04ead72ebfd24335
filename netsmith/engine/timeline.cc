#include "netsmith/engine/timeline.h"

#include <algorithm>

namespace netsmith::engine {

std::vector<Phase> PhasesOf(const std::vector<OpNeeds>& needs) {
  const int num_ops = static_cast<int>(needs.size());
  std::vector<Phase> phases;
  int first = 0;
  for (int i = 0; i < num_ops; ++i) {
    if (!needs[i].ends_phase && i + 1 < num_ops) continue;
    phases.push_back({first, i + 1});
    first = i + 1;
  }
  if (phases.empty()) phases.push_back({0, 0});
  return phases;
}

Timeline::Timeline(const std::vector<OpNeeds>& needs, const std::vector<Phase>& phases)
    : num_ops_(static_cast<int>(needs.size())) {
  std::vector<int> phase_of_op;
  for (int p = 0; p < std::ssize(phases); ++p) {
    phase_of_op.resize(static_cast<std::size_t>(phases[p].end), p);
  }
  const int last_phase = static_cast<int>(phases.size()) - 1;
  for (int time = 0; time <= End(); ++time) {
    if (time == 0 || time == Loss()) {
      phase_.push_back(time == 0 ? 0 : last_phase);
    } else if (time < Loss()) {
      phase_.push_back(phase_of_op[time - 1]);
    } else {
      phase_.push_back(2 * last_phase - phase_of_op[OpBackwardAt(time)]);
    }
  }
  const auto stands_alone = [&](int time) {
    if (time == 0 || time == Loss()) return true;
    return needs[time < Loss() ? time - 1 : OpBackwardAt(time)].whole_chunk;
  };
  for (int time = 0; time <= End(); ++time) {
    const bool starts = time == 0 || stands_alone(time) || stands_alone(time - 1) ||
                        phase_[time] != phase_[time - 1];
    segment_first_.push_back(starts ? time : segment_first_.back());
  }
  segment_last_.resize(segment_first_.size(), End());
  for (int time = End() - 1; time >= 0; --time) {
    segment_last_[time] = segment_first_[time + 1] == time + 1 ? time : segment_last_[time + 1];
  }
}

int Timeline::PhaseFirst(int time) const {
  return static_cast<int>(std::find(phase_.begin(), phase_.end(), phase_[time]) - phase_.begin());
}

int Timeline::PhaseLast(int time) const {
  const auto end = std::find(phase_.rbegin(), phase_.rend(), phase_[time]);
  return End() - static_cast<int>(end - phase_.rbegin());
}

}  // namespace netsmith::engine
