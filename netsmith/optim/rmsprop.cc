#include "netsmith/optim/rmsprop.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "netsmith/optim/rmsprop.cc"
#include <hwy/foreach_target.h>
// foreach_target comes first.
#include <hwy/highway.h>

#include "netsmith/optim/elements-inl.h"

#ifndef NETSMITH_OPTIM_RMSPROP_STEP_
#define NETSMITH_OPTIM_RMSPROP_STEP_
namespace netsmith::optim {

/// Constants of one update.
struct RmsPropStep {
  float learning_rate, rho, epsilon, weight_decay, gradient_scale;
};

}  // namespace netsmith::optim
#endif

HWY_BEFORE_NAMESPACE();
namespace netsmith::optim::HWY_NAMESPACE {

void UpdateRmsProp(std::int64_t n, const RmsPropStep& step, const float* gradients, float* square,
                   float* params) {
  UpdateEach(n, step.gradient_scale, step.weight_decay, gradients, params,
             [&](auto d, std::int64_t i, auto old, auto g) HWY_ATTR {
               const auto old_square = hn::LoadU(d, square + i);
               const auto v =
                   hn::MulAdd(hn::Set(d, 1 - step.rho), hn::MulSub(g, g, old_square), old_square);
               hn::StoreU(v, d, square + i);
               const auto root = hn::Add(hn::Sqrt(v), hn::Set(d, step.epsilon));
               const auto change = hn::Div(hn::Mul(hn::Set(d, step.learning_rate), g), root);
               return hn::Sub(old, change);
             });
}

}  // namespace netsmith::optim::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace netsmith::optim {

HWY_EXPORT(UpdateRmsProp);

RmsProp::RmsProp(const OptimizerOptions& options, std::int64_t num_params,
                 std::span<const Range> decayed)
    : Optimizer(num_params, options.weight_decay, decayed),
      options_(options),
      square_(num_params) {}

void RmsProp::UpdateSlice(const Slice& slice, double learning_rate, float gradient_scale,
                          const float* gradients, float* params) {
  const RmsPropStep step = {.learning_rate = static_cast<float>(learning_rate),
                            .rho = static_cast<float>(options_.rho),
                            .epsilon = static_cast<float>(options_.epsilon),
                            .weight_decay = static_cast<float>(slice.weight_decay),
                            .gradient_scale = gradient_scale};
  HWY_DYNAMIC_DISPATCH(UpdateRmsProp)
  (slice.count, step, gradients, square_.data() + slice.first, params);
}

}  // namespace netsmith::optim
#endif
