#include "netsmith/engine/instruction_set.h"

#include <string>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "netsmith/engine/instruction_set.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace netsmith::engine::HWY_NAMESPACE {

const char* Name() {
  if constexpr (HWY_TARGET <= HWY_AVX3) return "AVX-512";
  if constexpr (HWY_TARGET == HWY_AVX2) return "AVX2";
  return hwy::TargetName(HWY_TARGET);
}

}  // namespace netsmith::engine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace netsmith::engine {

HWY_EXPORT(Name);

// Raised by every change that makes some result differ by a bit.
constexpr int kKernelVersion = 1;

std::string Arithmetic() {
  return std::string(HWY_DYNAMIC_DISPATCH(Name)()) + ", kernels " + std::to_string(kKernelVersion);
}

}  // namespace netsmith::engine
#endif
