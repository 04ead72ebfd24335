#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>

#include "netsmith/search/worker_pool.h"
#include "netsmith/study/store.h"

namespace netsmith::search {

struct WorkOptions {
  std::string study;
  std::string store_url;          // noted with results that are spooled
  std::string name;               // of this process in leases (identity.h)
  std::filesystem::path spool;    // folder
  double lease_seconds = 60;      // as in SearchOptions
  double patience_seconds = 600;  // how long to go on without the store
  double wait_seconds = 60;       // how long to stay where no search runs the study
  std::function<void(const FinishedJob&)> on_delivered = {};
};

/// Works for a study whose search runs elsewhere: claims trials, evaluates and delivers them, until
/// `stop`, or until no search has run the study for a while. Returns how many were delivered.
///
/// While children train, or there is nothing to do, the store's connection is let go. While the
/// store does not take them, results are kept in the spool as well; they stay there when that does
/// not end.
///
/// Errors   StoreError naming the spool's file: the store takes nothing (a full disk), or the
///          patience is at its end
std::int64_t Work(study::Store& store, WorkerPool& pool, const WorkOptions& options,
                  const std::stop_token& stop);

}  // namespace netsmith::search
