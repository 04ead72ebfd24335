#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "netsmith/space/search_space.h"
#include "netsmith/study/trial.h"

namespace netsmith::store {

class Database;

/// All trials of a study by number; the caller holds the transaction.
/// Errors   StoreError naming the trial: it was not written by netsmith, or was changed since
std::vector<study::Trial> ReadTrials(Database& database, std::int64_t study_id,
                                     const std::vector<space::Decision>& decisions);

}  // namespace netsmith::store
