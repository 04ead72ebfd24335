#include "netsmith/optim/adam.h"

#include <cmath>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "netsmith/optim/adam.cc"
#include <hwy/foreach_target.h>
// foreach_target comes first.
#include <hwy/highway.h>

#include "netsmith/optim/elements-inl.h"

#ifndef NETSMITH_OPTIM_ADAM_STEP_
#define NETSMITH_OPTIM_ADAM_STEP_
namespace netsmith::optim {

/// Constants of one update.
struct AdamStep {
  float beta1, beta2, epsilon;
  float step;            // lr / (1 − β1ᵗ)
  float square_scale;    // 1 / (1 − β2ᵗ)
  float gradient_scale;  // in front of g
  float into_gradient;   // adam: λ
  float shrink;          // adamw: lr·λ
};

}  // namespace netsmith::optim
#endif

HWY_BEFORE_NAMESPACE();
namespace netsmith::optim::HWY_NAMESPACE {

void UpdateAdam(std::int64_t n, const AdamStep& step, const float* gradients, float* mean,
                float* square, float* params) {
  UpdateEach(n, step.gradient_scale, step.into_gradient, gradients, params,
             [&](auto d, std::int64_t i, auto old, auto g) HWY_ATTR {
               const auto old_mean = hn::LoadU(d, mean + i);
               const auto old_square = hn::LoadU(d, square + i);
               const auto m =
                   hn::MulAdd(hn::Set(d, 1 - step.beta1), hn::Sub(g, old_mean), old_mean);
               const auto v =
                   hn::MulAdd(hn::Set(d, 1 - step.beta2), hn::MulSub(g, g, old_square), old_square);
               hn::StoreU(m, d, mean + i);
               hn::StoreU(v, d, square + i);
               const auto root = hn::Sqrt(hn::Mul(v, hn::Set(d, step.square_scale)));
               const auto change = hn::Div(hn::Mul(hn::Set(d, step.step), m),
                                           hn::Add(root, hn::Set(d, step.epsilon)));
               const auto shrunk = hn::NegMulAdd(hn::Set(d, step.shrink), old, old);
               return hn::Sub(shrunk, change);
             });
}

}  // namespace netsmith::optim::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace netsmith::optim {

HWY_EXPORT(UpdateAdam);

Adam::Adam(const OptimizerOptions& options, std::int64_t num_params, std::span<const Range> decayed)
    : Optimizer(num_params, options.weight_decay, decayed),
      options_(options),
      mean_(num_params),
      square_(num_params) {}

void Adam::UpdateSlice(const Slice& slice, double learning_rate, float gradient_scale,
                       const float* gradients, float* params) {
  const auto t = static_cast<double>(updates());
  const bool decoupled = options_.name == "adamw";
  const AdamStep step = {
      .beta1 = static_cast<float>(options_.beta1),
      .beta2 = static_cast<float>(options_.beta2),
      .epsilon = static_cast<float>(options_.epsilon),
      .step = static_cast<float>(learning_rate / (1 - std::pow(options_.beta1, t))),
      .square_scale = static_cast<float>(1 / (1 - std::pow(options_.beta2, t))),
      .gradient_scale = gradient_scale,
      .into_gradient = decoupled ? 0 : static_cast<float>(slice.weight_decay),
      .shrink = decoupled ? static_cast<float>(learning_rate * slice.weight_decay) : 0};
  HWY_DYNAMIC_DISPATCH(UpdateAdam)
  (slice.count, step, gradients, mean_.data() + slice.first, square_.data() + slice.first, params);
}

}  // namespace netsmith::optim
#endif
