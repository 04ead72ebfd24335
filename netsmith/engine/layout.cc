#include "netsmith/engine/layout.h"

#include <algorithm>

namespace netsmith::engine {

void ZeroPadding(const Layout& layout, float* data) {
  if (!layout.padded()) return;
  const std::int64_t gap = layout.row_stride() - layout.row_floats();
  float* from = data;
  float* to = data + layout.row(0);
  for (std::int64_t y = 0; y < layout.shape.height; ++y) {
    std::fill(from, to, 0.0f);
    from = data + layout.row(y) + layout.row_floats();
    to = from + gap;
  }
  std::fill(from, data + layout.size(), 0.0f);
}

}  // namespace netsmith::engine
