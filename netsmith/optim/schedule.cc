#include "netsmith/optim/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "netsmith/base/check.h"

namespace netsmith::optim {
namespace {

/// From `start` to `end` along half a cosine; `share` in [0, 1].
double HalfCosine(double start, double end, double share) {
  return end + (start - end) * (1 + std::cos(std::numbers::pi * share)) / 2;
}

double OneCycle(std::int64_t warmup, std::int64_t step, std::int64_t num_steps) {
  constexpr double kStart = 1.0 / 25;
  constexpr double kEnd = kStart * 1e-4;
  if (warmup == 0) warmup = std::llround(0.3 * static_cast<double>(num_steps));
  warmup = std::clamp<std::int64_t>(warmup, 0, num_steps - 1);
  if (step < warmup) {
    return HalfCosine(kStart, 1, static_cast<double>(step) / static_cast<double>(warmup));
  }
  const auto rest = static_cast<double>(std::max<std::int64_t>(1, num_steps - 1 - warmup));
  return HalfCosine(1, kEnd, static_cast<double>(step - warmup) / rest);
}

}  // namespace

const std::vector<std::string>& ScheduleNames() {
  static const std::vector<std::string> names = {"constant", "step", "cosine", "one-cycle"};
  return names;
}

double RateFactor(const Schedule& schedule, std::int64_t step, std::int64_t num_steps) {
  NETSMITH_CHECK_LT(0, num_steps);
  step = std::clamp<std::int64_t>(step, 0, num_steps - 1);
  if (schedule.name == "one-cycle") return OneCycle(schedule.warmup_steps, step, num_steps);
  const std::int64_t warmup = schedule.warmup_steps;
  if (step < warmup) return static_cast<double>(step + 1) / static_cast<double>(warmup + 1);
  if (schedule.name == "constant") return 1;
  const double progress =
      static_cast<double>(step - warmup) / static_cast<double>(num_steps - warmup);
  if (schedule.name == "cosine") return HalfCosine(1, 0, progress);
  NETSMITH_CHECK(schedule.name == "step");
  return progress < 0.5 ? 1 : progress < 0.75 ? 0.1 : 0.01;
}

}  // namespace netsmith::optim
