#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "netsmith/space/search_space.h"
#include "netsmith/study/trial.h"

namespace netsmith::store {

class Database;

/// Numbers of trials, both ends included.
struct TrialRange {
  std::int64_t first = 0;
  std::int64_t last = std::numeric_limits<std::int32_t>::max();  // what the column holds
};

/// Trials of a study by number; the caller holds the transaction.
/// Errors   StoreError naming the trial: it was not written by netsmith, or was changed since
std::vector<study::Trial> ReadTrials(Database& database, std::int64_t study_id,
                                     const std::vector<space::Decision>& decisions,
                                     const TrialRange& range);

}  // namespace netsmith::store
