#include "netsmith/optim/sgd.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "netsmith/optim/sgd.cc"
#include <hwy/foreach_target.h>
// foreach_target comes first.
#include <hwy/highway.h>

#include "netsmith/optim/elements-inl.h"

#ifndef NETSMITH_OPTIM_SGD_STEP_
#define NETSMITH_OPTIM_SGD_STEP_
namespace netsmith::optim {

/// Constants of one update.
struct SgdStep {
  float learning_rate, momentum, weight_decay, gradient_scale;
  bool nesterov;
};

}  // namespace netsmith::optim
#endif

HWY_BEFORE_NAMESPACE();
namespace netsmith::optim::HWY_NAMESPACE {

/// `velocity` may be null: there is no momentum then.
void UpdateSgd(std::int64_t n, const SgdStep& step, const float* gradients, float* velocity,
               float* params) {
  UpdateEach(n, step.gradient_scale, step.weight_decay, gradients, params,
             [&](auto d, std::int64_t i, auto old, auto g) HWY_ATTR {
               auto direction = g;
               if (velocity != nullptr) {
                 const auto momentum = hn::Set(d, step.momentum);
                 const auto u = hn::MulAdd(momentum, hn::LoadU(d, velocity + i), g);
                 hn::StoreU(u, d, velocity + i);
                 direction = step.nesterov ? hn::MulAdd(momentum, u, g) : u;
               }
               return hn::NegMulAdd(hn::Set(d, step.learning_rate), direction, old);
             });
}

}  // namespace netsmith::optim::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace netsmith::optim {

HWY_EXPORT(UpdateSgd);

Sgd::Sgd(const OptimizerOptions& options, std::int64_t num_params, std::span<const Range> decayed)
    : Optimizer(num_params, options.weight_decay, decayed),
      options_(options),
      velocity_(options.momentum > 0 ? num_params : 0) {}

void Sgd::UpdateSlice(const Slice& slice, double learning_rate, float gradient_scale,
                      const float* gradients, float* params) {
  const SgdStep step = {.learning_rate = static_cast<float>(learning_rate),
                        .momentum = static_cast<float>(options_.momentum),
                        .weight_decay = static_cast<float>(slice.weight_decay),
                        .gradient_scale = gradient_scale,
                        .nesterov = options_.nesterov};
  float* const velocity = options_.momentum > 0 ? velocity_.data() + slice.first : nullptr;
  HWY_DYNAMIC_DISPATCH(UpdateSgd)(slice.count, step, gradients, velocity, params);
}

}  // namespace netsmith::optim
#endif
