#include "netsmith/engine/kernels/activation.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "netsmith/engine/kernels/activation.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>
// After those.
#include <hwy/contrib/math/math-inl.h>

HWY_BEFORE_NAMESPACE();
namespace netsmith::engine::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
using Kind = graph::Activation::Kind;

template <class D, class V>
V SigmoidOf(D d, V x) {
  const V one = hn::Set(d, 1.0f);
  return hn::Div(one, hn::Add(one, hn::Exp(d, hn::Neg(x))));
}

/// hard_swish's gate: relu6(x + 3) / 6.
template <class D, class V>
V HardGate(D d, V x) {
  const V six = hn::Set(d, 6.0f);
  const V shifted = hn::Add(x, hn::Set(d, 3.0f));
  return hn::Div(hn::Min(six, hn::Max(hn::Zero(d), shifted)), six);
}

template <class D, class V>
V Value(Kind kind, D d, V x) {
  switch (kind) {
    case Kind::kRelu:
      return hn::Max(hn::Zero(d), x);
    case Kind::kRelu6:
      return hn::Min(hn::Set(d, 6.0f), hn::Max(hn::Zero(d), x));
    case Kind::kSilu:
      return hn::Mul(x, SigmoidOf(d, x));
    case Kind::kHardSwish:
      return hn::Mul(x, HardGate(d, x));
  }
  return x;
}

template <class D, class V>
V SlopeTimes(Kind kind, D d, V x, V diff) {
  const V zero = hn::Zero(d);
  const auto between = [&](float low, float high) {
    return hn::And(hn::Gt(x, hn::Set(d, low)), hn::Lt(x, hn::Set(d, high)));
  };
  switch (kind) {
    case Kind::kRelu:
      return hn::IfThenElseZero(hn::Gt(x, zero), diff);
    case Kind::kRelu6:
      return hn::IfThenElseZero(between(0.0f, 6.0f), diff);
    case Kind::kSilu: {
      const V one = hn::Set(d, 1.0f);
      const V s = SigmoidOf(d, x);
      return hn::Mul(diff, hn::Mul(s, hn::MulAdd(x, hn::Sub(one, s), one)));
    }
    case Kind::kHardSwish: {
      const V inner = hn::MulAdd(x, hn::Set(d, 1.0f / 3), hn::Set(d, 0.5f));
      const V slope =
          hn::IfThenElse(between(-3.0f, 3.0f), inner,
                         hn::IfThenElseZero(hn::Ge(x, hn::Set(d, 3.0f)), hn::Set(d, 1.0f)));
      return hn::Mul(diff, slope);
    }
  }
  return diff;
}

/// Calls body(tag, i) for whole vectors, then for single floats.
template <class Body>
void ForEach(std::int64_t n, Body body) {
  const hn::CappedTag<float, 16> d;
  const hn::CappedTag<float, 1> one;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  std::int64_t i = 0;
  for (; i + lanes <= n; i += lanes) body(d, i);
  for (; i < n; ++i) body(one, i);
}

void Forward(Kind kind, std::int64_t n, const float* src, float* dst) {
  ForEach(n, [&](auto d, std::int64_t i) {
    hn::StoreU(Value(kind, d, hn::LoadU(d, src + i)), d, dst + i);
  });
}

void Backward(Kind kind, std::int64_t n, const float* src, const float* diff_dst, float* diff_src) {
  ForEach(n, [&](auto d, std::int64_t i) {
    const auto diff = hn::LoadU(d, diff_dst + i);
    hn::StoreU(SlopeTimes(kind, d, hn::LoadU(d, src + i), diff), d, diff_src + i);
  });
}

void Sigmoids(std::int64_t n, const float* src, float* dst) {
  ForEach(n, [&](auto d, std::int64_t i) {
    hn::StoreU(SigmoidOf(d, hn::LoadU(d, src + i)), d, dst + i);
  });
}

}  // namespace netsmith::engine::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace netsmith::engine::kernels {

HWY_EXPORT(Forward);
HWY_EXPORT(Backward);
HWY_EXPORT(Sigmoids);

void ActivationForward(graph::Activation::Kind kind, std::int64_t n, const float* src, float* dst) {
  HWY_DYNAMIC_DISPATCH(Forward)(kind, n, src, dst);
}

void ActivationBackward(graph::Activation::Kind kind, std::int64_t n, const float* src,
                        const float* diff_dst, float* diff_src) {
  HWY_DYNAMIC_DISPATCH(Backward)(kind, n, src, diff_dst, diff_src);
}

void Sigmoid(std::int64_t n, const float* src, float* dst) {
  HWY_DYNAMIC_DISPATCH(Sigmoids)(n, src, dst);
}

}  // namespace netsmith::engine::kernels
#endif
