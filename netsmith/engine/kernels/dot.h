#pragma once

#include <cstdint>

namespace netsmith::engine::kernels {

/// Products of rows with rows: dst[i, j] = bias[j] + Σ_l src[i, l] · weights[j, l].
///
/// For dense layers, whose few long rows would not fill Gemm's column vectors. Strides in floats.
struct DotArgs {
  std::int64_t m = 0;  // rows of src and dst
  std::int64_t n = 0;  // rows of weights, columns of dst
  std::int64_t k = 0;  // columns of src and weights; rows of weights are k apart
  const float* src = nullptr;
  std::int64_t src_row = 0;
  const float* weights = nullptr;
  const float* bias = nullptr;  // [n]
  float* dst = nullptr;
  std::int64_t dst_row = 0;
};
void RowsTimesRows(const DotArgs& args);

}  // namespace netsmith::engine::kernels
