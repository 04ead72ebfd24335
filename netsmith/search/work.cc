#include "netsmith/search/work.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <utility>
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
    } catch (const base::StoreError& trouble) {
      if (crew_.undelivered().empty()) throw;
      throw base::StoreError(
          fmt::format("{}; {} result(s) are {}", trouble.what(), spooled_.size(),
                      spool_trouble_.empty()
                          ? fmt::format("kept in {}: `netsmith worker --deliver` delivers them",
                                        spool_.file().string())
                          : "lost: " + spool_trouble_));
    }
    for (const FinishedJob& job : crew_.TakeDelivered()) {
      ++num_delivered_;
      if (options_.on_delivered) options_.on_delivered(job);
    }
    if (!spooled_.empty()) KeepUndelivered();
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
    if (results == spooled_ && spool_trouble_.empty()) return;
    spooled_ = std::move(results);
    try {
      spool_.Keep(spooled_);
      spool_trouble_.clear();
    } catch (const base::IoError& error) {  // the store may be back before it matters
      if (spool_trouble_.empty()) base::LogWarning(error.what());
      spool_trouble_ = error.what();
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
  std::vector<SpooledResult> spooled_;  // what is on the disk,
  std::string spool_trouble_;           // or why it is not
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
