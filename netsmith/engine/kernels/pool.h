#pragma once

#include <cstdint>

namespace netsmith::engine::kernels {

/// A row of windows that slide over some rows of an image, any stride: output position x covers the
/// columns from x · stride - before on, cut off at the image's edges.
struct PoolRow {
  std::int64_t channels = 0;
  std::int64_t rows = 0;        // image rows under the windows, cut off already
  std::int64_t row_stride = 0;  // floats between them in src
  std::int64_t src_width = 0;
  std::int64_t dst_width = 0;
  std::int64_t window = 0;  // columns
  std::int64_t stride = 0;
  std::int64_t before = 0;
};

/// dst[x][c] = max over the window; `src` is the first row that it covers.
/// Cost     a compare for each element of each window; max_pool.h is faster for stride 1
void MaxPoolRow(const PoolRow& pool, const float* src, float* dst);
/// Adds diff_dst[x][c] to the first of the window's maxima in diff_src, whose rows are
/// `diff_row_stride` apart.
void MaxPoolRowBackward(const PoolRow& pool, const float* src, const float* diff_dst,
                        float* diff_src, std::int64_t diff_row_stride);

/// dst[x][c] = mean over the window's elements inside the image.
void AvgPoolRow(const PoolRow& pool, const float* src, float* dst);
/// Adds an equal share of diff_dst[x][c] to each of these in diff_src.
void AvgPoolRowBackward(const PoolRow& pool, const float* diff_dst, float* diff_src,
                        std::int64_t diff_row_stride);

}  // namespace netsmith::engine::kernels
