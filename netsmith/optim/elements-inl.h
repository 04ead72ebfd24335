// Compiled once for each instruction set, so its guard opens again with each.
#if defined(NETSMITH_OPTIM_ELEMENTS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef NETSMITH_OPTIM_ELEMENTS_INL_H_
#undef NETSMITH_OPTIM_ELEMENTS_INL_H_
#else
#define NETSMITH_OPTIM_ELEMENTS_INL_H_
#endif

#include <hwy/highway.h>

#include <cstdint>

HWY_BEFORE_NAMESPACE();
namespace netsmith::optim::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// Calls body(tag, i) so that the vectors of `tag` at elements i cover [0, n). The tail goes by
/// vectors of one element, in the same arithmetic: where a slice ends changes no result. So bodies
/// name every fused operation, and leave the compiler none to fuse.
template <typename Body>
HWY_INLINE void ForEachVector(std::int64_t n, const Body& body) {
  const hn::CappedTag<float, 16> vector;
  const hn::CappedTag<float, 1> one;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(vector));
  std::int64_t i = 0;
  for (; i + lanes <= n; i += lanes) body(vector, i);
  for (; i < n; ++i) body(one, i);
}

/// The frame of every update rule: params[i] = rule(tag, i, params[i], g) for all of [0, n), where
/// g = scale · gradients[i] + decay · params[i].
template <typename Rule>
HWY_INLINE void UpdateEach(std::int64_t n, float scale, float decay, const float* gradients,
                           float* params, const Rule& rule) {
  ForEachVector(n, [&](auto d, std::int64_t i) HWY_ATTR {
    const auto old = hn::LoadU(d, params + i);
    const auto scaled = hn::Mul(hn::Set(d, scale), hn::LoadU(d, gradients + i));
    const auto g = hn::MulAdd(hn::Set(d, decay), old, scaled);
    hn::StoreU(rule(d, i, old, g), d, params + i);
  });
}

}  // namespace netsmith::optim::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // NETSMITH_OPTIM_ELEMENTS_INL_H_
