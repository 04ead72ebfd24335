#include "netsmith/data/augment.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "netsmith/base/check.h"
#include "netsmith/data/augment_image.h"
#include "netsmith/data/augment_signal.h"

namespace netsmith::data {
namespace {

/// Uniform in [-limit, limit).
double Symmetric(double limit, base::Generator& generator) {
  return limit * (2 * generator.Uniform() - 1);
}

}  // namespace

Augmenter::Augmenter(std::vector<AugmentStep> steps, tensor::SampleShape shape)
    : steps_(std::move(steps)), shape_(shape) {}

double Augmenter::Strength(const char* name) const {
  const auto step = std::ranges::find(steps_, name, &AugmentStep::name);
  return step == steps_.end() ? 0 : step->strength;
}

void Augmenter::Apply(std::span<float> sample, base::Generator generator,
                      std::vector<float>& scratch) const {
  NETSMITH_CHECK_EQ(std::ssize(sample), shape_.size());
  if (empty()) return;
  scratch.resize(sample.size());
  if (shape_.height > 1) {
    ApplyToImage(sample, generator, scratch);
  } else {
    ApplyToSignal(sample, generator, scratch);
  }
}

void Augmenter::ApplyToImage(std::span<float> sample, base::Generator& generator,
                             std::vector<float>& scratch) const {
  const double shift = Strength("shift"), rotate = Strength("rotate"), zoom = Strength("zoom");
  if (shift > 0 || rotate > 0 || zoom > 0) {
    const Placement placement = {
        .down = Symmetric(shift * static_cast<double>(shape_.height), generator),
        .right = Symmetric(shift * static_cast<double>(shape_.width), generator),
        .radians = Symmetric(rotate, generator) * std::numbers::pi / 180,
        .zoom = 1 + Symmetric(zoom, generator)};
    std::ranges::copy(sample, scratch.begin());
    Place(shape_, placement, scratch, sample);
  }
  if (generator.Uniform() < Strength("flip")) Mirror(shape_, sample);
  if (const double cutout = Strength("cutout"); cutout > 0) {
    const auto shorter = static_cast<double>(std::min(shape_.height, shape_.width));
    const auto y = static_cast<std::int64_t>(generator.Below(shape_.height));
    const auto x = static_cast<std::int64_t>(generator.Below(shape_.width));
    CutOut(shape_, y, x, std::llround(cutout * shorter), sample);
  }
}

void Augmenter::ApplyToSignal(std::span<float> sample, base::Generator& generator,
                              std::vector<float>& scratch) const {
  const double shift = Strength("time-shift"), crop = Strength("crop");
  if (shift > 0 || crop > 0) {
    const auto width = static_cast<double>(shape_.width);
    const double length = width * (1 - crop * generator.Uniform());
    const double start =
        (width - length) * generator.Uniform() + Symmetric(shift * width, generator);
    std::ranges::copy(sample, scratch.begin());
    Stretch(shape_, start, length, scratch, sample);
  }
  const auto gain = static_cast<float>(1 + Symmetric(Strength("gain"), generator));
  for (float& value : sample) value *= gain;
  if (const double jitter = Strength("jitter"); jitter > 0) {
    Jitter(shape_, jitter, generator, sample);
  }
}

}  // namespace netsmith::data
