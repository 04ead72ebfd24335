#include "netsmith/data/augment_signal.h"

#include <algorithm>
#include <cmath>

namespace netsmith::data {
namespace {

double Deviation(tensor::SampleShape shape, std::int64_t channel, std::span<const float> signal) {
  double sum = 0, squares = 0;
  for (std::int64_t x = 0; x < shape.width; ++x) {
    const double value = signal[x * shape.channels + channel];
    sum += value;
    squares += value * value;
  }
  const auto n = static_cast<double>(shape.width);
  return std::sqrt(std::max(0.0, squares / n - (sum / n) * (sum / n)));
}

/// Mean 0, variance 1; between plus and minus 2·sqrt(3).
double Noise(base::Generator& generator) {
  std::uint64_t bits = generator.Next();
  double sum = 0;
  for (int i = 0; i < 4; ++i, bits >>= 16) {
    sum += (static_cast<double>(bits & 0xffff) + 0.5) / 65536;
  }
  return (sum - 2) * std::sqrt(3.0);
}

}  // namespace

void Jitter(tensor::SampleShape shape, double share, base::Generator& generator,
            std::span<float> signal) {
  for (std::int64_t c = 0; c < shape.channels; ++c) {
    const double deviation = share * Deviation(shape, c, signal);
    for (std::int64_t x = 0; x < shape.width; ++x) {
      signal[x * shape.channels + c] += static_cast<float>(deviation * Noise(generator));
    }
  }
}

void Stretch(tensor::SampleShape shape, double start, double length, std::span<const float> src,
             std::span<float> dst) {
  const auto last = static_cast<double>(shape.width - 1);
  const double step = shape.width > 1 ? (length - 1) / last : 0;
  for (std::int64_t x = 0; x < shape.width; ++x) {
    const double at = std::clamp(start + step * static_cast<double>(x), 0.0, last);
    const auto left = static_cast<std::int64_t>(at);
    const std::int64_t right = std::min(left + 1, shape.width - 1);
    const auto share = static_cast<float>(at - static_cast<double>(left));
    for (std::int64_t c = 0; c < shape.channels; ++c) {
      const float from = src[left * shape.channels + c];
      dst[x * shape.channels + c] = from + share * (src[right * shape.channels + c] - from);
    }
  }
}

}  // namespace netsmith::data
