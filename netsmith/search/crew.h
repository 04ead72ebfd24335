#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "netsmith/search/worker_pool.h"
#include "netsmith/study/store.h"
#include "netsmith/study/trial.h"

namespace netsmith::search {

struct CrewOptions {
  std::string study;
  std::string name;           // in leases (identity.h)
  double lease_seconds = 60;  // renewed three times before it lapses
};

/// The workers of one process: claims trials of a study from its store, has them evaluated by a
/// pool, keeps their leases alive and delivers the results.
///
/// Every method that reaches the store may throw StoreUnavailable, is then called again, and goes
/// on where it was; what was evaluated is kept until it is delivered.
class Crew {
 public:
  /// `pool` serves this crew alone; both outlive it.
  Crew(CrewOptions options, WorkerPool& pool, study::Store& store);
  /// Gives back what was not delivered, if the store can be reached.
  ~Crew();
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;

  /// Delivers what has ended, renews leases that are due, and claims up to `max_claims` trials for
  /// workers that are idle. True when it did something.
  bool Exchange(std::int64_t max_claims);
  /// Sleeps until an evaluation has ended, or for so long.
  void Wait(std::chrono::milliseconds most);
  /// Waits for the evaluations that run (not long, after a stop) and delivers them.
  void Finish();

  /// Trials in the hands of the pool, or evaluated and not delivered yet.
  std::int64_t num_held() const { return static_cast<std::int64_t>(attempts_.size()); }
  /// Results that were delivered since the last call. One that came too late, after another
  /// attempt's, is not among them.
  std::vector<FinishedJob> TakeDelivered();
  /// Evaluated, but not delivered yet, with the attempts.
  const std::deque<FinishedJob>& undelivered() const { return undelivered_; }
  std::int64_t attempt_of(std::int64_t trial) const { return attempts_.at(trial); }

 private:
  using Clock = std::chrono::steady_clock;

  void Collect();
  bool Deliver();
  void Renew();
  bool Claim(std::int64_t max_claims);

  CrewOptions options_;
  WorkerPool& pool_;
  study::Store& store_;
  std::map<std::int64_t, std::int64_t> attempts_;  // trial -> attempt, of all that is held
  std::deque<FinishedJob> undelivered_;
  std::vector<FinishedJob> delivered_;
  Clock::time_point renewed_ = Clock::now();
};

}  // namespace netsmith::search
