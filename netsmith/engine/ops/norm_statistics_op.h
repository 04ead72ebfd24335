#pragma once

#include <string>

#include "netsmith/engine/kernels/channels.h"
#include "netsmith/engine/ops/norm_neighbours.h"
#include "netsmith/graph/graph.h"

namespace netsmith::engine {

using tensor::SampleShape;

/// The first half of a batch norm: on the way forward it measures mean and variance, on the way
/// back it turns the gradient of the normalised values into that of its input. Both need the whole
/// mini-batch, which has passed the second half by then. It owns the parameters.
///
///   forward   y = scale · x + shift,  scale = gamma · rstd,  shift = beta - scale · mean
///   back      dx = scale · (dy - Σdy / N - (x - mean) · rstd² · Σ(dy · (x - mean)) / N)
///
/// Its output is its input, moved to where the whole mini-batch is kept: past the cache where that
/// is large, so that the convolution before writes to memory that stays in the cache.
///
/// A group's moments take in sample after sample, each while it is in the cache, as sums of the
/// deviations from the mean of those before; groups are joined in double.
/// Source   Ioffe & Szegedy 2015, arXiv:1502.03167, Algorithm 1; joining moments: Chan et al. 1979
class NormStatisticsOp final : public Op, public NormBehind {
 public:
  NormStatisticsOp(std::string name, const graph::BatchNorm& norm, SampleShape src);

  OpNeeds Needs() const override;
  /// Without training the running averages take the place of the mini-batch's moments.
  void Pack(const Parameters& from, float* packed, bool training) const override;
  void Forward(const Chunk& chunk, std::int64_t first, std::int64_t count) const override;
  void FinishForward(const Batch& batch) const override;
  void Backward(const Chunk& chunk, std::int64_t first, std::int64_t count) const override;

  /// The op before hands over what it makes, but of a group's first sample, whose mean is not
  /// known.
  void TakeTiles() { takes_tiles_ = true; }
  std::int64_t channels() const override { return shape_.channels; }
  std::int64_t tile_scratch() const override;
  bool TakesTiles(const Chunk& chunk, std::int64_t i) const override;
  kernels::MomentTiles BeginTiles(const Chunk& chunk, std::int64_t i,
                                  float* scratch) const override;
  void EndTiles(const Chunk& chunk, std::int64_t i, const float* scratch) const override;

  /// For the second half.
  kernels::NormConstants Constants(const float* packed) const {
    return {.scale = Pattern(packed, kScale),
            .shift = Pattern(packed, kShift),
            .mean = Pattern(packed, kMean)};
  }
  /// Where a group sums up dy, and behind that dy · (x - mean); and when the mini-batch has passed.
  float* GradientSums(const Chunk& chunk) const;
  void FinishSums(const Batch& batch) const;

 private:
  enum PatternIndex { kScale, kShift, kMean, kAlongSrc, kOffset, kNumPatterns };
  struct Moments {
    double mean = 0, variance = 0;
  };

  template <typename Float>
  Float* Pattern(Float* packed, PatternIndex index) const {
    return packed + places_.packed + index * period_;
  }
  template <typename Float>
  Float* Rstd(Float* packed) const {
    return Pattern(packed, kNumPatterns);
  }
  float positions() const { return static_cast<float>(shape_.height * shape_.width); }
  /// The mean of a group's samples so far, and behind it their squared deviations.
  float* Mean(const Chunk& chunk) const { return chunk.group_gradients + places_.group_gradients; }

  /// A channel's moments over the whole mini-batch.
  Moments JoinGroups(const Batch& batch, std::int64_t channel) const;
  void SetChannel(const float* params, std::int64_t k, double mean, double variance,
                  float* packed) const;
  /// Fills a pattern from its first channels() elements.
  void Repeat(float* packed, PatternIndex index) const;
  void UpdateAverage(float& average, double value) const;
  void BeginGroup(const Chunk& chunk, const float* src) const;
  void MoveAndMeasure(const Chunk& chunk, std::int64_t i, const float* src, float* dst) const;

  graph::BatchNorm norm_;
  SampleShape shape_;
  std::int64_t period_;
  bool takes_tiles_ = false;
};

/// All rows of a sample as tiles.
void TakeRows(const Layout& layout, const float* values, kernels::TileSink& tiles);

}  // namespace netsmith::engine
