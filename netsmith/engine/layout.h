#pragma once

#include <cstdint>

#include "netsmith/tensor/tensor.h"

namespace netsmith::engine {

/// Where the elements of one sample lie: channels last, rows one after the other, with room for
/// zeros around the image where a convolution reads beyond its edge.
struct Layout {
  tensor::SampleShape shape;
  std::int64_t pad_top = 0;
  std::int64_t pad_left = 0;
  std::int64_t pad_bottom = 0;
  std::int64_t pad_right = 0;

  /// Floats from one row to the next, padding included.
  std::int64_t row_stride() const { return (pad_left + shape.width + pad_right) * shape.channels; }
  /// Floats of one row without padding: contiguous.
  std::int64_t row_floats() const { return shape.width * shape.channels; }
  /// Floats of one sample, padding included.
  std::int64_t size() const { return (pad_top + shape.height + pad_bottom) * row_stride(); }
  /// Offset of the first element of image row `y`, behind its padding.
  std::int64_t row(std::int64_t y) const {
    return (pad_top + y) * row_stride() + pad_left * shape.channels;
  }
  bool padded() const { return pad_top + pad_left + pad_bottom + pad_right > 0; }
  bool operator==(const Layout&) const = default;
};

/// Zeroes the padding of the sample at `data`.
void ZeroPadding(const Layout& layout, float* data);

}  // namespace netsmith::engine
