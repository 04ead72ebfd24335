#include "netsmith/cli/deadline.h"

#include <cstdint>
#include <stop_token>
#include <thread>
#include <utility>

#include "netsmith/base/log.h"
#include "netsmith/search/patience.h"

namespace netsmith::cli {

Deadline::Deadline(std::stop_token stop, std::int64_t seconds)
    : forward_(std::move(stop), [source = source_]() mutable { source.request_stop(); }) {
  if (seconds == 0) return;
  timer_ = std::jthread([source = source_, seconds](const std::stop_token& ended) mutable {
    search::SleepUnlessStopped(static_cast<double>(seconds), ended);
    if (ended.stop_requested()) return;
    base::LogWarning("the time is up: what is finished is kept");
    source.request_stop();
  });
}

}  // namespace netsmith::cli
