#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>
#include <thread>

namespace netsmith::cli {

/// A stop token that is requested when another one is, or when the time is up.
class Deadline {
 public:
  /// 0 seconds: no limit.
  Deadline(std::stop_token stop, std::int64_t seconds);

  std::stop_token token() const { return source_.get_token(); }

 private:
  std::stop_source source_;
  std::stop_callback<std::function<void()>> forward_;
  std::jthread timer_;
};

}  // namespace netsmith::cli
