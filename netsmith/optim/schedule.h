#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace netsmith::optim {

struct Schedule {
  std::string name = "constant";  // one of ScheduleNames()
  std::int64_t warmup_steps = 0;  // one-cycle: steps of its rise; 0 means 30 % of all
};

/// constant, step, cosine, one-cycle.
const std::vector<std::string>& ScheduleNames();

/// What the learning rate is multiplied by at `step` of `num_steps`, from 0. A pure function.
///
///   warm-up     (step + 1) / (warmup + 1) in the first `warmup` steps; then, with p in [0, 1) the
///               share of the remaining steps that are done,
///   constant    1
///   step        1, from p = 1/2 on 1/10, from p = 3/4 on 1/100
///   cosine      (1 + cos πp) / 2
///   one-cycle   in the warm-up from 1/25 up to 1, then down to 1/250000, each along half a cosine
///
/// Source   warm-up: Goyal et al. 2017, arXiv:1706.02677, §2.2; step: He et al. 2016,
///          arXiv:1512.03385, §4.2; cosine: Loshchilov & Hutter 2017, arXiv:1608.03983, Eq. 5
///          without restarts; one-cycle: Smith & Topin 2018, arXiv:1708.07120, with PyTorch's
///          figures
double RateFactor(const Schedule& schedule, std::int64_t step, std::int64_t num_steps);

}  // namespace netsmith::optim
