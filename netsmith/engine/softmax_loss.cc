#include "netsmith/engine/softmax_loss.h"

#include <algorithm>
#include <cmath>

namespace netsmith::engine {

double SoftmaxLoss(std::span<const float> logits, std::int32_t label, double smoothing, float scale,
                   std::span<float> diff_logits) {
  const double largest = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (const float logit : logits) sum += std::exp(logit - largest);
  const double spread = smoothing / static_cast<double>(logits.size());
  double loss = 0;
  for (std::size_t i = 0; i < logits.size(); ++i) {
    const double probability = std::exp(logits[i] - largest) / sum;
    const bool is_label = static_cast<std::int32_t>(i) == label;
    const double target = spread + (is_label ? 1 - smoothing : 0.0);
    if (target > 0) loss += target * (std::log(sum) - (logits[i] - largest));
    diff_logits[i] = static_cast<float>(scale * (probability - target));
  }
  return loss;
}

}  // namespace netsmith::engine
