#include "netsmith/search/work.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "netsmith/base/error.h"
#include "netsmith/base/log.h"
#include "netsmith/search/crew.h"
#include "netsmith/search/patience.h"
#include "netsmith/search/spool.h"

namespace netsmith::search {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kShortestPause{5};
constexpr milliseconds kLongestPause{1000};
constexpr milliseconds kRestFrom{200};  // a longer pause is worth a new connection

/// One process's work on a study.
class Worker {
 public:
  Worker(study::Store& store, WorkerPool& pool, const WorkOptions& options,
         const std::stop_token& stop)
      : store_(store),
        pool_(pool),
        options_(options),
        stop_(stop),
        spool_(options.spool, options.name),
        patience_(options.patience_seconds, stop),
        crew_(
            {.study = options.study, .name = options.name, .lease_seconds = options.lease_seconds},
            pool, store) {}

  std::int64_t Run() {
    milliseconds pause = kShortestPause;
    while (!stop_.stop_requested()) {
      bool busy = false;
      Reach([&] { busy = crew_.Exchange(pool_.num_workers()); });
      pause = busy ? kShortestPause : std::min(2 * pause, kLongestPause);
      if (busy) continue;
      if (crew_.num_held() == 0 && IsLeftAlone()) break;
      Pause(pause);
    }
    Reach([&] { crew_.Finish(); });
    return num_delivered_;
  }

 private:
  /// Talks to the store, with patience. What is evaluated is on the disk while the store is away,
  /// or takes nothing.
  void Reach(const std::function<void()>& talk) {
    try {
      patience_.Run([&] {
        try {
          talk();
        } catch (const base::StoreError&) {
          KeepUndelivered();
          throw;
        }
      });
    } catch (const base::StoreError& error) {
      if (crew_.undelivered().empty()) throw;
      throw base::StoreError(
          num_spooled_ == crew_.undelivered().size()
              ? fmt::format(
                    "{}; {} result(s) are kept in {}: `netsmith worker --deliver` delivers them",
                    error.what(), num_spooled_, spool_.file().string())
              : fmt::format("{}; {} result(s) are lost", error.what(),
                            crew_.undelivered().size() - num_spooled_));
    }
    for (const FinishedJob& job : crew_.TakeDelivered()) {
      ++num_delivered_;
      if (options_.on_delivered) options_.on_delivered(job);
    }
    if (num_spooled_ > 0) KeepUndelivered();
  }

  void KeepUndelivered() {
    std::vector<SpooledResult> results;
    for (const FinishedJob& job : crew_.undelivered()) {
      results.push_back({.store = options_.store_url,
                         .study = options_.study,
                         .trial = job.trial,
                         .attempt = crew_.attempt_of(job.trial),
                         .evaluation = job.evaluation});
    }
    if (results.size() == num_spooled_) return;
    try {
      spool_.Keep(results);
      num_spooled_ = results.size();
    } catch (const base::IoError& error) {
      if (!spool_failed_) {
        base::LogWarning(fmt::format("{}: results wait in memory for the store", error.what()));
      }
      spool_failed_ = true;
    }
  }

  bool IsLeftAlone() {
    Reach([&] {
      if (!store_.Holder(options_.study).empty()) seen_ = Clock::now();
    });
    const std::chrono::duration<double> since = Clock::now() - seen_;
    return since.count() > options_.wait_seconds;
  }

  /// While all workers are busy there is nothing to ask the store for.
  void Pause(milliseconds pause) {
    if (crew_.num_held() > 0) seen_ = Clock::now();
    const bool all_busy = crew_.num_held() >= pool_.num_workers();
    const milliseconds heartbeat(static_cast<std::int64_t>(250 * options_.lease_seconds));
    const milliseconds most = all_busy ? heartbeat : pause;
    if (most < kRestFrom) return crew_.Wait(most);
    crew_.Wait(kRestFrom);  // short evaluations keep the connection
    if (!crew_.undelivered().empty()) return;
    store_.Rest();
    crew_.Wait(most - kRestFrom);
  }

  study::Store& store_;
  WorkerPool& pool_;
  const WorkOptions& options_;
  std::stop_token stop_;
  Spool spool_;
  std::size_t num_spooled_ = 0;
  bool spool_failed_ = false;
  Patience patience_;
  Crew crew_;
  std::int64_t num_delivered_ = 0;
  Clock::time_point seen_ = Clock::now();
};

}  // namespace

std::int64_t Work(study::Store& store, WorkerPool& pool, const WorkOptions& options,
                  const std::stop_token& stop) {
  return Worker(store, pool, options, stop).Run();
}

}  // namespace netsmith::search
