#include "netsmith/optim/adam.h"

#include <algorithm>
#include <cmath>

#include "netsmith/base/check.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "netsmith/optim/adam.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace netsmith::optim::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// Elements [0, n); `step` = lr / (1 − β1ᵗ), `square_scale` = 1 / (1 − β2ᵗ).
void UpdateElements(std::int64_t n, float beta1, float beta2, float step, float square_scale,
                    float epsilon, const float* gradients, float* mean, float* square,
                    float* params) {
  const auto update = [&](auto d, std::int64_t i) {
    const auto g = hn::LoadU(d, gradients + i);
    const auto old_mean = hn::LoadU(d, mean + i);
    const auto old_square = hn::LoadU(d, square + i);
    const auto m = hn::MulAdd(hn::Set(d, 1 - beta1), hn::Sub(g, old_mean), old_mean);
    const auto v =
        hn::MulAdd(hn::Set(d, 1 - beta2), hn::Sub(hn::Mul(g, g), old_square), old_square);
    hn::StoreU(m, d, mean + i);
    hn::StoreU(v, d, square + i);
    const auto root = hn::Sqrt(hn::Mul(v, hn::Set(d, square_scale)));
    const auto change = hn::Div(hn::Mul(hn::Set(d, step), m), hn::Add(root, hn::Set(d, epsilon)));
    hn::StoreU(hn::Sub(hn::LoadU(d, params + i), change), d, params + i);
  };
  const hn::CappedTag<float, 16> vector;
  const hn::CappedTag<float, 1> one;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(vector));
  std::int64_t i = 0;
  for (; i + lanes <= n; i += lanes) update(vector, i);
  for (; i < n; ++i) update(one, i);
}

}  // namespace netsmith::optim::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace netsmith::optim {

HWY_EXPORT(UpdateElements);

Adam::Adam(std::int64_t num_params, const AdamOptions& options)
    : options_(options), mean_(num_params), square_(num_params) {}

std::int64_t Adam::StateBytes(std::int64_t num_params) {
  return 2 * num_params * static_cast<std::int64_t>(sizeof(float));
}

void Adam::Update(std::span<float> params, std::span<const float> gradients,
                  base::ThreadPool& pool) {
  NETSMITH_CHECK_EQ(static_cast<std::int64_t>(params.size()), mean_.size());
  NETSMITH_CHECK_EQ(static_cast<std::int64_t>(gradients.size()), mean_.size());
  ++updates_;
  const auto t = static_cast<double>(updates_);
  const double step = options_.learning_rate / (1 - std::pow(options_.beta1, t));
  const double square_scale = 1 / (1 - std::pow(options_.beta2, t));
  constexpr std::int64_t kSlice = 1 << 15;
  const std::int64_t slices = (mean_.size() + kSlice - 1) / kSlice;
  pool.Run(slices, [&](std::int64_t slice, int) {
    const std::int64_t first = slice * kSlice;
    HWY_DYNAMIC_DISPATCH(UpdateElements)
    (std::min(kSlice, mean_.size() - first), static_cast<float>(options_.beta1),
     static_cast<float>(options_.beta2), static_cast<float>(step), static_cast<float>(square_scale),
     static_cast<float>(options_.epsilon), gradients.data() + first, mean_.data() + first,
     square_.data() + first, params.data() + first);
  });
}

}  // namespace netsmith::optim
#endif
