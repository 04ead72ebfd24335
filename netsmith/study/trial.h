#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "netsmith/space/search_space.h"

namespace netsmith::study {

/// How a trial stands, or ended.
enum class TrialState {
  kRunning,   // claimed by a worker; evaluated again when the study is resumed
  kComplete,  // trained and measured, or a duplicate of a trial that was
  kPruned,    // stopped early: it was below a rung
  kRefused,   // not built: over a limit of multiply-adds, parameters or memory
  kDiverged,  // NaN or infinity in training
  kFailed,    // the evaluator crashed or answered with an error
};

/// Complete or pruned.
bool HasReward(TrialState state);

/// "running", "complete", …
std::string ToString(TrialState state);

/// Where a trial must stand to go on: once its curve has `step` values, the highest of them must be
/// at least `least`, else it is pruned. Rungs ascend by step.
struct Rung {
  int step = 0;  // from 1
  double least = 0;
  bool operator==(const Rung&) const = default;
};

/// What an evaluator says of one genome.
struct Evaluation {
  TrialState state = TrialState::kComplete;
  double reward = 0;          // in [0, 1]; of kPruned the curve's last value, of others 0
  std::string reason;         // why it is not kComplete; empty otherwise
  std::int64_t params = 0;    // 0 where the evaluator does not know
  std::int64_t macs = 0;      // likewise; of one sample
  double latency_us = 0;      // median time of one answer here, measured; 0: it was not
  std::vector<double> curve;  // validation accuracy after each epoch
  double seconds = 0;         // measured; never decides anything
  /// Mean cross-entropy where the reward was measured; none: the evaluator does not know.
  std::optional<double> loss = {};
  bool operator==(const Evaluation&) const = default;
};

/// The higher reward or, of equal ones, the lower loss: few samples give many networks the same
/// accuracy. One without a loss comes after those with one.
bool IsBetter(const Evaluation& a, const Evaluation& b);

/// One genome's evaluation as the study keeps it. Immutable once finished.
struct Trial {
  std::int64_t number = 0;  // 0, 1, 2, … in the order in which they were asked
  space::Genome genome;
  std::string network;     // SearchSpace::NetworkText
  std::string graph_hash;  // graph::CanonicalHash; equal hashes share one evaluation
  std::optional<std::int64_t> duplicate_of;  // number of the trial whose evaluation was told again
  bool forced_uniform = false;               // drawn uniformly after too many duplicates in a row
  std::vector<Rung> rungs;                   // set when it was asked; empty: it is never pruned
  TrialState state = TrialState::kRunning;
  Evaluation evaluation;  // meaningful unless kRunning
  bool operator==(const Trial&) const = default;
};

}  // namespace netsmith::study
