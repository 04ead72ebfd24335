#pragma once

#include <cstdint>

namespace netsmith::engine::kernels {

/// One output row of a depthwise convolution over channels-last data. Strides count floats.
struct DepthwiseRow {
  std::int64_t channels = 0;
  std::int64_t width = 0;  // output positions
  std::int64_t kh = 0, kw = 0;
  std::int64_t src_step = 0;  // from one window to the next
  std::int64_t src_row = 0;   // from one kernel row to the next
  std::int64_t src_tap = 0;   // from one kernel element to the next
  std::int64_t dst_step = 0;  // from one output position to the next
};

/// dst[x][c] = bias[c] + Σ_h,w src[window x, h, w][c] · weights[h][w][c], then ReLU if asked; bias
/// may be null.
void DepthwiseForward(const DepthwiseRow& row, const float* src, const float* weights,
                      const float* bias, bool relu, float* dst);

/// diff_weights[h][w][c] += Σ_x src[window x, h, w][c] · diff_dst[x][c]
void DepthwiseWeights(const DepthwiseRow& row, const float* src, const float* diff_dst,
                      float* diff_weights);

/// dst[x · dst_step + c] += src[x · channels + c] · weights[c] for x < count: one kernel element's
/// way back where windows do not lie side by side.
void AddWeighted(std::int64_t count, std::int64_t channels, const float* src, const float* weights,
                 float* dst, std::int64_t dst_step);

}  // namespace netsmith::engine::kernels
