// The vectors of the kernels that keep channels side by side; for each instruction set.
#if defined(NETSMITH_ENGINE_KERNELS_VECTOR_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef NETSMITH_ENGINE_KERNELS_VECTOR_INL_H_
#undef NETSMITH_ENGINE_KERNELS_VECTOR_INL_H_
#else
#define NETSMITH_ENGINE_KERNELS_VECTOR_INL_H_
#endif

#include <hwy/highway.h>

#include <cstdint>

HWY_BEFORE_NAMESPACE();
namespace netsmith::engine::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Tag = hn::CappedTag<float, 16>;
using Vector = hn::Vec<Tag>;
constexpr std::int64_t kLanes = hn::MaxLanes(Tag());

}  // namespace netsmith::engine::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
