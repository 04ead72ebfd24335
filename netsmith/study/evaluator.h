#pragma once

#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "netsmith/space/search_space.h"
#include "netsmith/study/trial.h"

namespace netsmith::study {

/// One trial to evaluate.
struct Job {
  std::int64_t trial = 0;
  space::Genome genome;
  std::string network;  // SearchSpace::NetworkText
  std::vector<Rung> rungs = {};
  int num_threads = 1;  // how many cores are free for it; must not change the result
};

/// Turns a genome into a reward: builds, trains and measures a child, or asks a foreign program.
/// It never sees a strategy. Evaluate of one object is called by one thread at a time; the reward
/// depends on the job's trial, genome, network and rungs only.
class Evaluator {
 public:
  virtual ~Evaluator() = default;
  /// A child below one of the job's rungs may end as kPruned, with the curve so far and a reason;
  /// trouble with it is a value, too (kRefused, kDiverged, kFailed with a reason). Throws
  /// Interrupted when `stop` was requested before the end.
  virtual Evaluation Evaluate(const Job& job, const std::stop_token& stop) = 0;
};

}  // namespace netsmith::study
