#pragma once

#include <cstdint>
#include <span>

namespace netsmith::engine {

/// Cross-entropy of one sample with smoothed labels: of the target, 1 - smoothing goes to the label
/// and the rest to all classes alike. Returns −Σ_i target[i] · log softmax(logits)[i] and sets
///
///   diff_logits[i] = scale · (softmax(logits)[i] − target[i])
///
/// Shapes   logits, diff_logits [classes]
/// Source   Szegedy et al. 2016, arXiv:1512.00567, §7
double SoftmaxLoss(std::span<const float> logits, std::int32_t label, double smoothing, float scale,
                   std::span<float> diff_logits);

}  // namespace netsmith::engine
