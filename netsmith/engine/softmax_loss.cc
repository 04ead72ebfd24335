#include "netsmith/engine/softmax_loss.h"

#include <algorithm>
#include <cmath>

namespace netsmith::engine {

double SoftmaxLoss(std::span<const float> logits, std::int32_t label, float scale,
                   std::span<float> diff_logits) {
  const double largest = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (const float logit : logits) sum += std::exp(logit - largest);
  for (std::size_t i = 0; i < logits.size(); ++i) {
    const double probability = std::exp(logits[i] - largest) / sum;
    const double target = static_cast<std::int32_t>(i) == label ? 1.0 : 0.0;
    diff_logits[i] = static_cast<float>(scale * (probability - target));
  }
  return std::log(sum) - (logits[label] - largest);
}

}  // namespace netsmith::engine
