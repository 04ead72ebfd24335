#include "netsmith/engine/instruction_set.h"

#include <cstdint>
#include <string>

#include "netsmith/base/error.h"
#include "netsmith/engine/kernels/bf16.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "netsmith/engine/instruction_set.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace netsmith::engine::HWY_NAMESPACE {

const char* Name() {
  if constexpr (HWY_TARGET <= HWY_AVX3) return "AVX-512";
  if constexpr (HWY_TARGET == HWY_AVX2) return "AVX2";
  return "portable";
}

}  // namespace netsmith::engine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace netsmith::engine {

HWY_EXPORT(Name);

namespace {

// Raised by every change that makes some result differ by a bit.
constexpr int kKernelVersion = 4;

constexpr std::int64_t kAvx512 = HWY_AVX3 | HWY_AVX3_DL;
constexpr std::int64_t kVectors = kAvx512 | HWY_AVX2 | HWY_SSE4 | HWY_SSSE3;

}  // namespace

std::string Arithmetic(Precision precision) {
  std::string text = HWY_DYNAMIC_DISPATCH(Name)();
  if (precision == Precision::kBf16) {
    text += kernels::HasBf16Dot() ? ", bf16 in pairs" : ", bf16 by f32";
  }
  return text + ", kernels " + std::to_string(kKernelVersion);
}

void UseInstructionSet(const std::string& name) {
  if (name.empty() || name == "auto") return;
  std::int64_t disabled = 0;
  std::string expected;
  if (name == "avx512") {
    expected = "AVX-512";
  } else if (name == "avx2") {
    expected = "AVX2";
    disabled = kAvx512;
  } else if (name == "portable") {
    expected = "portable";
    disabled = kVectors;
  } else {
    throw base::InvalidArgument("instruction set: found \"" + name +
                                "\", expected auto, avx512, avx2 or portable");
  }
  hwy::DisableTargets(disabled);
  const std::string used = HWY_DYNAMIC_DISPATCH(Name)();
  if (used != expected) {
    throw base::InvalidArgument("instruction set: found \"" + name + "\", but this machine has " +
                                used + " at most");
  }
}

}  // namespace netsmith::engine
#endif
