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

/// dst = src        sums[c] += Σ (src - center)        squares[c] += Σ (src - center)²
/// `stream`: dst is written past the cache, which keeps what is needed sooner; other threads see it
/// after FlushStreams.
/// Shapes   center: a pattern
void CopyAndMeasure(std::int64_t n, std::int64_t channels, const float* src, const float* center,
                    float* sums, float* squares, bool stream, float* dst);

/// dst = src · scale + shift, then ReLU if asked.
/// Shapes   scale, shift: patterns
void ScaleChannels(std::int64_t n, std::int64_t channels, const float* src, const float* scale,
                   const float* shift, bool relu, float* dst);

/// What a batch norm's way back needs of the mini-batch:
///
///   diff_src = diff_dst, with `relu` only where src · scale + shift is positive, else 0
///   sums[c] += Σ diff_src        products[c] += Σ diff_src · (src - mean)
///
/// `stream`: diff_src is written past the cache.
/// Shapes   scale, shift, mean: patterns.
struct NormConstants {
  const float* scale = nullptr;
  const float* shift = nullptr;
  const float* mean = nullptr;
};
void AddNormGradients(std::int64_t n, std::int64_t channels, const float* src,
                      const NormConstants& norm, bool relu, const float* diff_dst, float* sums,
                      float* products, bool stream, float* diff_src);

/// diff_src = along_diff · diff_dst + along_src · (src - mean) + offset
/// Shapes   all constants: patterns
struct NormSlopes {
  const float* along_diff = nullptr;
  const float* along_src = nullptr;
  const float* mean = nullptr;
  const float* offset = nullptr;
};
void ApplyNormSlopes(std::int64_t n, std::int64_t channels, const float* src, const float* diff_dst,
                     const NormSlopes& slopes, float* diff_src);

void FlushStreams();

/// products[c] += Σ a · b
void AddChannelProducts(std::int64_t n, std::int64_t channels, const float* a, const float* b,
                        float* products);

}  // namespace netsmith::engine::kernels
