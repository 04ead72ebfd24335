#pragma once

#include <functional>
#include <stop_token>

namespace netsmith::search {

/// Tries again what a store that is away for a while cannot do.
class Patience {
 public:
  /// Gives up after so many seconds in a row, or when `stop` is requested.
  Patience(double seconds, std::stop_token stop);

  /// Runs `action` until it throws no StoreUnavailable, once a second; the last one is thrown on.
  void Run(const std::function<void()>& action) const;

 private:
  double seconds_;
  std::stop_token stop_;
};

/// Sleeps, but not on after a stop.
void SleepUnlessStopped(double seconds, const std::stop_token& stop);

}  // namespace netsmith::search
