#pragma once

#include <cstdint>
#include <span>

#include "netsmith/base/random.h"
#include "netsmith/tensor/tensor.h"

/// Internal to augmentation: changes of one signal, [width][channels].
namespace netsmith::data {

/// Adds noise of `share` times each channel's standard deviation. The noise is a sum of four
/// uniform numbers, which is nearly normal and the same on every machine.
void Jitter(tensor::SampleShape shape, double share, base::Generator& generator,
            std::span<float> signal);

/// `dst` is the window of `src` from position `start` (may be negative, or a fraction) on, `length`
/// long, stretched to the whole width; interpolated linearly. Outside, the ends repeat.
void Stretch(tensor::SampleShape shape, double start, double length, std::span<const float> src,
             std::span<float> dst);

}  // namespace netsmith::data
