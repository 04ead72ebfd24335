#pragma once

#include <cstdint>

/// Kernels with one constant a channel, over channels-last data: n floats, n a multiple of
/// `channels`, the first of channel 0.
namespace netsmith::engine::kernels {

/// Channels meet the same vector lanes again after this many floats: lcm(channels, 16).
std::int64_t ChannelPeriod(std::int64_t channels);

/// `values` [channels] repeated to a whole period, as the kernels below take their constants; may
/// be the pattern itself.
void RepeatChannels(std::int64_t channels, const float* values, float* pattern);

/// sums[c] += Σ values
void AddChannelSums(std::int64_t n, std::int64_t channels, const float* values, float* sums);

/// squares[c] += Σ (values - mean)²
/// Shapes   mean: a pattern.
void AddChannelSquares(std::int64_t n, std::int64_t channels, const float* values,
                       const float* mean, float* squares);

/// dst = src · scale + shift, then ReLU if asked.
/// Shapes   scale, shift: patterns
void ScaleChannels(std::int64_t n, std::int64_t channels, const float* src, const float* scale,
                   const float* shift, bool relu, float* dst);

/// What a batch norm's way back needs of the mini-batch. First, with `relu`, zeroes diff where
/// src · scale + shift is not positive; then
///
///   sums[c] += Σ diff        products[c] += Σ diff · (src - mean)
///
/// Shapes   scale, shift, mean: patterns.
struct NormConstants {
  const float* scale = nullptr;
  const float* shift = nullptr;
  const float* mean = nullptr;
};
void AddNormGradients(std::int64_t n, std::int64_t channels, const float* src,
                      const NormConstants& norm, bool relu, float* diff, float* sums,
                      float* products);

/// diff = along_diff · diff + along_src · (src - mean) + offset, in place.
/// Shapes   all constants: patterns
struct NormSlopes {
  const float* along_diff = nullptr;
  const float* along_src = nullptr;
  const float* mean = nullptr;
  const float* offset = nullptr;
};
void ApplyNormSlopes(std::int64_t n, std::int64_t channels, const float* src,
                     const NormSlopes& slopes, float* diff);

/// products[c] += Σ a · b
void AddChannelProducts(std::int64_t n, std::int64_t channels, const float* a, const float* b,
                        float* products);

}  // namespace netsmith::engine::kernels
