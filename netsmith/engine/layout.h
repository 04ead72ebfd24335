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
  /// Offset of the place `top` rows above and `left` positions before the first element.
  std::int64_t corner(std::int64_t top, std::int64_t left) const {
    return (pad_top - top) * row_stride() + (pad_left - left) * shape.channels;
  }
  bool padded() const { return pad_top + pad_left + pad_bottom + pad_right > 0; }
  bool operator==(const Layout&) const = default;
};

/// Calls visit(floats, from's row, to's row) for each image row of two samples of one shape.
template <typename From, typename To, typename Visit>
void ForEachRow(const Layout& from_layout, From* from, const Layout& to_layout, To* to,
                Visit visit) {
  for (std::int64_t y = 0; y < from_layout.shape.height; ++y) {
    visit(from_layout.row_floats(), from + from_layout.row(y), to + to_layout.row(y));
  }
}

/// Zeroes the padding of the sample at `data`.
void ZeroPadding(const Layout& layout, float* data);

}  // namespace netsmith::engine
