#pragma once

#include <cstdint>
#include <span>

namespace netsmith::engine {

/// Softmax cross-entropy of one sample: returns −log softmax(logits)[label] and sets
///
///   diff_logits[i] = scale · (softmax(logits)[i] − [i = label])
///
/// Shapes   logits, diff_logits [classes]
double SoftmaxLoss(std::span<const float> logits, std::int32_t label, float scale,
                   std::span<float> diff_logits);

}  // namespace netsmith::engine
