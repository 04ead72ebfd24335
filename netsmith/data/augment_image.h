#pragma once

#include <cstdint>
#include <span>

#include "netsmith/tensor/tensor.h"

/// Internal to augmentation: changes of one image, [height][width][channels].
namespace netsmith::data {

/// Where an image goes, about its centre.
struct Placement {
  double down = 0, right = 0;  // pixels
  double radians = 0;          // counter-clockwise
  double zoom = 1;
};

/// `dst` is `src` enlarged, turned and moved; interpolated linearly, 0 outside.
void Place(tensor::SampleShape shape, const Placement& placement, std::span<const float> src,
           std::span<float> dst);

/// Left to right.
void Mirror(tensor::SampleShape shape, std::span<float> image);

/// Each channel of a square takes the channel's mean; the square, whose centre is at (y, x), may
/// reach over the edges.
void CutOut(tensor::SampleShape shape, std::int64_t y, std::int64_t x, std::int64_t side,
            std::span<float> image);

}  // namespace netsmith::data
