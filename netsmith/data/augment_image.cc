#include "netsmith/data/augment_image.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace netsmith::data {
namespace {

/// Adds `weight` times the pixel, which is 0 outside the image.
void AddPixel(tensor::SampleShape shape, std::span<const float> image, std::int64_t y,
              std::int64_t x, float weight, float* sum) {
  if (y < 0 || y >= shape.height || x < 0 || x >= shape.width) return;
  const float* const pixel = image.data() + (y * shape.width + x) * shape.channels;
  for (std::int64_t c = 0; c < shape.channels; ++c) sum[c] += weight * pixel[c];
}

/// The largest whole number that is not above; inline, unlike std::floor of baseline x86-64.
std::int64_t Floor(double value) {
  const auto whole = static_cast<std::int64_t>(value);
  return whole - (value < static_cast<double>(whole) ? 1 : 0);
}

}  // namespace

void Place(tensor::SampleShape shape, const Placement& placement, std::span<const float> src,
           std::span<float> dst) {
  // Backwards, from a pixel of dst to its place in src.
  const double cosine = std::cos(placement.radians) / placement.zoom;
  const double sine = std::sin(placement.radians) / placement.zoom;
  const double middle_y = static_cast<double>(shape.height - 1) / 2;
  const double middle_x = static_cast<double>(shape.width - 1) / 2;
  std::fill(dst.begin(), dst.end(), 0.0f);
  float* pixel = dst.data();
  for (std::int64_t y = 0; y < shape.height; ++y) {
    const double from_y = static_cast<double>(y) - middle_y - placement.down;
    for (std::int64_t x = 0; x < shape.width; ++x, pixel += shape.channels) {
      const double from_x = static_cast<double>(x) - middle_x - placement.right;
      const double at_y = middle_y + cosine * from_y + sine * from_x;
      const double at_x = middle_x + cosine * from_x - sine * from_y;
      const std::int64_t y0 = Floor(at_y), x0 = Floor(at_x);
      const auto below = static_cast<float>(at_y - static_cast<double>(y0));
      const auto right = static_cast<float>(at_x - static_cast<double>(x0));
      const float top_left = (1 - below) * (1 - right), top_right = (1 - below) * right;
      const float bottom_left = below * (1 - right), bottom_right = below * right;
      if (y0 >= 0 && y0 + 1 < shape.height && x0 >= 0 && x0 + 1 < shape.width) {
        const float* const top = src.data() + (y0 * shape.width + x0) * shape.channels;
        const float* const bottom = top + shape.width * shape.channels;
        for (std::int64_t c = 0; c < shape.channels; ++c) {
          pixel[c] = top_left * top[c] + top_right * top[c + shape.channels] +
                     bottom_left * bottom[c] + bottom_right * bottom[c + shape.channels];
        }
        continue;
      }
      AddPixel(shape, src, y0, x0, top_left, pixel);
      AddPixel(shape, src, y0, x0 + 1, top_right, pixel);
      AddPixel(shape, src, y0 + 1, x0, bottom_left, pixel);
      AddPixel(shape, src, y0 + 1, x0 + 1, bottom_right, pixel);
    }
  }
}

void Mirror(tensor::SampleShape shape, std::span<float> image) {
  for (std::int64_t y = 0; y < shape.height; ++y) {
    float* left = image.data() + y * shape.width * shape.channels;
    float* right = left + (shape.width - 1) * shape.channels;
    for (; left < right; left += shape.channels, right -= shape.channels) {
      std::swap_ranges(left, left + shape.channels, right);
    }
  }
}

void CutOut(tensor::SampleShape shape, std::int64_t y, std::int64_t x, std::int64_t side,
            std::span<float> image) {
  const std::int64_t top = std::max<std::int64_t>(0, y - side / 2);
  const std::int64_t bottom = std::min(shape.height, y - side / 2 + side);
  const std::int64_t left = std::max<std::int64_t>(0, x - side / 2);
  const std::int64_t right = std::min(shape.width, x - side / 2 + side);
  const std::int64_t positions = shape.height * shape.width;
  for (std::int64_t c = 0; c < shape.channels; ++c) {
    double sum = 0;
    for (std::int64_t i = 0; i < positions; ++i) sum += image[i * shape.channels + c];
    const auto mean = static_cast<float>(sum / static_cast<double>(positions));
    for (std::int64_t row = top; row < bottom; ++row) {
      for (std::int64_t column = left; column < right; ++column) {
        image[(row * shape.width + column) * shape.channels + c] = mean;
      }
    }
  }
}

}  // namespace netsmith::data
