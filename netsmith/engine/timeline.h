#pragma once

#include <vector>

#include "netsmith/engine/op.h"

/// Internal to the engine: when the ops of a program run.
namespace netsmith::engine {

/// Ops [first, end) that every sample passes before any enters the next phase.
struct Phase {
  int first = 0;
  int end = 0;
};

/// Phases end where an op says so, and with the last op.
std::vector<Phase> PhasesOf(const std::vector<OpNeeds>& needs);

/// The input is loaded at 0, op i runs forward at i + 1, the loss follows, then backward in
/// reverse. All samples pass one phase before the next begins; the last phase goes on with the loss
/// and its own way back. Within a phase, neighbours that take one sample at a time make up a
/// segment: a sample passes the whole segment before the next one enters (Program::RunOps).
class Timeline {
 public:
  Timeline(const std::vector<OpNeeds>& needs, const std::vector<Phase>& phases);

  int Forward(int op) const { return op + 1; }
  int Loss() const { return num_ops_ + 1; }
  int Backward(int op) const { return 2 * num_ops_ + 1 - op; }
  int End() const { return 2 * num_ops_ + 1; }
  int PhaseOf(int time) const { return phase_[time]; }
  int SegmentFirst(int time) const { return segment_first_[time]; }
  int SegmentLast(int time) const { return segment_last_[time]; }
  int PhaseFirst(int time) const;
  int PhaseLast(int time) const;

 private:
  int OpBackwardAt(int time) const { return 2 * num_ops_ + 1 - time; }

  int num_ops_;
  std::vector<int> phase_, segment_first_, segment_last_;
};

}  // namespace netsmith::engine
