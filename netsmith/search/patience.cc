#include "netsmith/search/patience.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <utility>

#include "netsmith/base/error.h"
#include "netsmith/base/log.h"

namespace netsmith::search {

using Clock = std::chrono::steady_clock;

Patience::Patience(double seconds, std::stop_token stop)
    : seconds_(seconds), stop_(std::move(stop)) {}

void Patience::Run(const std::function<void()>& action) const {
  std::optional<Clock::time_point> since;
  for (;;) {
    try {
      action();
      if (since) base::LogInfo("the store answers again");
      return;
    } catch (const base::StoreUnavailable& away) {
      if (!since) {
        since = Clock::now();
        base::LogWarning(fmt::format("{}; trying again for {} s", away.what(), seconds_));
      }
      const std::chrono::duration<double> passed = Clock::now() - *since;
      if (passed.count() >= seconds_ || stop_.stop_requested()) throw;
      SleepUnlessStopped(std::min(1.0, seconds_ / 4), stop_);
    }
  }
}

void SleepUnlessStopped(double seconds, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any wake_up;
  std::unique_lock lock(mutex);
  wake_up.wait_for(lock, stop, std::chrono::duration<double>(seconds), [] { return false; });
}

}  // namespace netsmith::search
