#pragma once

#include <cstdint>

namespace netsmith::engine::kernels {

/// dst[i] = max(src[i], 0), also in place.
void ReluForward(std::int64_t n, const float* src, float* dst);

/// Zeroes diff[i] where the ReLU's output dst[i] is not positive.
void ReluBackward(std::int64_t n, const float* dst, float* diff);

/// sum[i] += values[i]
void Accumulate(std::int64_t n, const float* values, float* sum);

/// What one dropout does to one sample in one step. A value's fate is a hash of the seed and its
/// index, so the backward pass draws the same mask again and no mask is stored.
struct DropoutMask {
  std::uint64_t seed = 0;
  double rate = 0;  // in [0, 1)
};

/// dst[i] = 0 with probability rate, else src[i] / (1 - rate); also in place. The same call turns
/// diff_dst into diff_src. `first_index`: index of src[0] in the sample.
/// Source   Srivastava et al. 2014, JMLR 15; the hash is C. Wellons' "lowbias32".
void ApplyDropout(std::int64_t n, const DropoutMask& mask, std::int64_t first_index,
                  const float* src, float* dst);

}  // namespace netsmith::engine::kernels
