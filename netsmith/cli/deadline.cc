#include "netsmith/cli/deadline.h"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <stop_token>
#include <thread>
#include <utility>

#include "netsmith/base/log.h"

namespace netsmith::cli {

Deadline::Deadline(std::stop_token stop, std::int64_t seconds)
    : forward_(std::move(stop), [source = source_]() mutable { source.request_stop(); }) {
  if (seconds == 0) return;
  timer_ = std::jthread([source = source_, seconds](const std::stop_token& ended) mutable {
    std::mutex mutex;
    std::condition_variable_any wake_up;
    std::unique_lock lock(mutex);
    wake_up.wait_for(lock, ended, std::chrono::seconds(seconds), [] { return false; });
    if (ended.stop_requested()) return;
    base::LogWarning("the time is up: what is finished is kept");
    source.request_stop();
  });
}

}  // namespace netsmith::cli
