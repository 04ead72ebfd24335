#pragma once

#include <cstdint>

#include "netsmith/graph/graph.h"

namespace netsmith::engine::kernels {

/// dst[i] = f(src[i]) for any kind of activation, also in place.
void ActivationForward(graph::Activation::Kind kind, std::int64_t n, const float* src, float* dst);

/// diff_src[i] = diff_dst[i] · f'(src[i]), also in place. At a corner the slope is that of the
/// left.
void ActivationBackward(graph::Activation::Kind kind, std::int64_t n, const float* src,
                        const float* diff_dst, float* diff_src);

/// dst[i] = 1 / (1 + exp(-src[i]))
void Sigmoid(std::int64_t n, const float* src, float* dst);

}  // namespace netsmith::engine::kernels
