#pragma once

#include <cstdint>
#include <set>
#include <string>

#include "netsmith/study/store.h"

namespace netsmith::search {

/// Who is at work on a study now; by default nobody.
struct Activity {
  std::set<std::int64_t> running = {};  // the trials that a worker has
  bool searching = false;               // a search holds the study, and hands out the other ones
  bool operator==(const Activity&) const = default;
};

/// By the leases and the hold that have not lapsed; those of processes of this machine that have
/// ended count no more.
Activity ReadActivity(study::Store& store, const std::string& study);

}  // namespace netsmith::search
