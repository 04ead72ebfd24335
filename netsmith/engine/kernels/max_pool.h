#pragma once

#include <cstdint>

namespace netsmith::engine::kernels {

/// A line of `positions`, each of `inner` contiguous floats; positions are `stride` floats apart.
struct Line {
  std::int64_t positions = 0;
  std::int64_t inner = 0;
};

/// Maximum over a window of positions, stride 1, SAME padding that never wins:
///
///   dst[p] = max over q in [p - (window-1)/2, p + window/2], 0 <= q < positions, of src[q]
///
/// Of equal values the first one wins, and the backward pass gives it the gradient.
/// Cost     log2(window) + 1 compares a value: the maximum of 2w neighbours is that of two maxima
/// of
///          w neighbours; the backward pass goes down the same tree
void MaxPoolForward(const Line& line, std::int64_t window, const float* src,
                    std::int64_t src_stride, float* dst, std::int64_t dst_stride, float* scratch);

/// diff_src[q] = Σ diff_dst[p] over the p whose maximum src[q] is. `src` as in the forward pass.
void MaxPoolBackward(const Line& line, std::int64_t window, const float* src,
                     std::int64_t src_stride, const float* diff_dst, std::int64_t diff_dst_stride,
                     float* diff_src, std::int64_t diff_src_stride, float* scratch);

/// Floats of scratch memory that both need.
std::int64_t MaxPoolScratch(const Line& line, std::int64_t window);

}  // namespace netsmith::engine::kernels
