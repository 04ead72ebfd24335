#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

#include "netsmith/cli/search_control.h"
#include "netsmith/report/learning.h"
#include "netsmith/report/study_view.h"
#include "netsmith/study/store.h"

namespace netsmith::cli {

/// A study that others watch while it grows. Whoever waits for news reads the store, one at a time
/// and not too often; without watchers, nothing does. Any number of threads may call.
class LiveStudy {
 public:
  /// Reads the study. Errors   as OpenStore, RequireStudy.
  LiveStudy(std::string store_url, std::string study);

  /// News since the last, as the page takes it: one JSON object
  /// {"update": N, "status": {"state", "message"}, "view": ViewJson from the first trial that
  /// changed}.
  struct Update {
    std::int64_t number = 0;
    std::string json;
  };
  /// Everything: an update from the first trial on.
  Update Whole();
  /// The update after `number`, waiting up to `patience`; {"reload": true} when that is no longer
  /// kept.
  std::optional<Update> Next(std::int64_t number, std::chrono::milliseconds patience,
                             const std::stop_token& stop);

  /// Asks the search that runs to "pause", "run" or "stop". Returns why it cannot be asked; empty
  /// when it was.
  std::string Ask(const std::string& action);

 private:
  using Clock = std::chrono::steady_clock;

  void Refresh(std::unique_lock<std::mutex>& lock);
  std::int64_t FirstChange(const report::StudyView& fresh) const;
  Update MakeUpdate(std::int64_t first_trial) const;

  std::string store_url_;
  std::string study_;
  std::unique_ptr<study::Store> store_;

  std::mutex mutex_;  // of what follows; not held while the store is read
  std::condition_variable_any news_;
  bool reading_ = false;
  Clock::time_point last_read_;
  std::chrono::milliseconds interval_{500};

  report::StudyView view_;
  report::LearningReplay replay_;
  SearchStatus status_;
  std::string trouble_;  // why the store could not be read the last time
  std::int64_t number_ = 0;
  std::deque<Update> kept_;
};

}  // namespace netsmith::cli
