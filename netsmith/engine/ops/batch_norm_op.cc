#include <algorithm>
#include <cmath>

#include "netsmith/engine/kernels/channels.h"
#include "netsmith/engine/kernels/elementwise.h"
#include "netsmith/engine/memory_plan.h"
#include "netsmith/engine/ops/norm_neighbours.h"
#include "netsmith/engine/ops/ops.h"

namespace netsmith::engine {
namespace {

/// All rows of a sample as tiles.
void TakeRows(const Layout& layout, const float* values, kernels::TileSink& tiles) {
  const SampleShape& shape = layout.shape;
  for (std::int64_t y = 0; y < shape.height; ++y) {
    tiles.Take({.position = y * shape.width,
                .rows = shape.width,
                .channels = shape.channels,
                .values = values + layout.row(y),
                .row = shape.channels});
  }
}

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
  NormStatisticsOp(std::string name, const graph::BatchNorm& norm, SampleShape src)
      : Op(std::move(name)),
        norm_(norm),
        shape_(src),
        period_(kernels::ChannelPeriod(channels())) {}

  OpNeeds Needs() const override {
    const std::int64_t c = channels();
    return {
        .srcs = {{.layout = {shape_}}},
        .dsts = {{.shape = shape_, .diff_layout = {shape_}, .in_backward = true}},
        .sharing = takes_tiles_ ? Sharing::kValue : Sharing::kNone,
        .ends_phase = true,
        .scratch = 2 * AlignFloats(c) + period_,
        .packed = kNumPatterns * period_ + AlignFloats(c),
        .group_gradients = 4 * AlignFloats(c),
        .params = {{.name = name() + ".gamma", .shape = {c}, .initial = 1},
                   {.name = name() + ".beta", .shape = {c}},
                   {.name = name() + ".mean", .shape = {c}, .trained = false},
                   {.name = name() + ".variance", .shape = {c}, .initial = 1, .trained = false}}};
  }

  /// Without training the running averages take the place of the mini-batch's moments.
  void Pack(const Parameters& from, float* packed, bool training) const override {
    if (training) return;
    const float* const mean = from.statistics + places_.params[2];
    const float* const variance = from.statistics + places_.params[3];
    for (std::int64_t k = 0; k < channels(); ++k) {
      SetChannel(from.params, k, mean[k], variance[k], packed);
    }
    for (const PatternIndex index : {kScale, kShift, kMean}) Repeat(packed, index);
  }

  void Forward(const Chunk& chunk, std::int64_t first, std::int64_t count) const override {
    for (std::int64_t i = first; i < first + count; ++i) {
      if (takes_tiles_ && (!chunk.training || TakesTiles(chunk, i))) continue;
      const float* const src = chunk.Sample(places_.src(), i);
      float* const dst = chunk.Sample(places_.dst(), i);
      if (chunk.training) {
        MoveAndMeasure(chunk, Before(chunk, i), src, dst);
      } else {
        ForEachRow(places_.src().layout, src, places_.dst().layout, dst,
                   [](std::int64_t n, const float* from, float* to) { std::copy_n(from, n, to); });
      }
      ZeroPadding(places_.dst().layout, dst);
    }
  }

  void FinishForward(const Batch& batch) const override {
    for (std::int64_t k = 0; k < channels(); ++k) {
      const auto [mean, variance] = JoinGroups(batch, k);
      SetChannel(batch.params, k, mean, variance, batch.packed);
      UpdateAverage(batch.statistics[places_.params[2] + k], mean);
      UpdateAverage(batch.statistics[places_.params[3] + k], variance);
    }
    for (const PatternIndex index : {kScale, kShift, kMean}) Repeat(batch.packed, index);
  }

  /// By the second half, when the mini-batch has passed back to it.
  void FinishSums(const Batch& batch) const {
    const std::int64_t c = channels();
    const double count = static_cast<double>(batch.count * shape_.height * shape_.width);
    float* const sums = batch.group_gradients + places_.group_gradients + 2 * AlignFloats(c);
    for (int g = 1; g < batch.num_groups; ++g) {
      kernels::Accumulate(2 * AlignFloats(c), sums + g * batch.group_stride, sums);
    }
    const float* const products = sums + AlignFloats(c);
    const float* const gamma = batch.params + places_.params[0];
    const float* const rstd = Rstd(batch.packed);
    float* const along_src = Pattern(batch.packed, kAlongSrc);
    float* const offset = Pattern(batch.packed, kOffset);
    for (std::int64_t k = 0; k < c; ++k) {
      const double scale = static_cast<double>(gamma[k]) * rstd[k];
      batch.diff_params[places_.params[0] + k] = products[k] * rstd[k];
      batch.diff_params[places_.params[1] + k] = sums[k];
      along_src[k] = static_cast<float>(-scale * rstd[k] * rstd[k] * products[k] / count);
      offset[k] = static_cast<float>(-scale * sums[k] / count);
    }
    for (const PatternIndex index : {kAlongSrc, kOffset}) Repeat(batch.packed, index);
  }

  void Backward(const Chunk& chunk, std::int64_t first, std::int64_t count) const override {
    if (!places_.needs_diff_src()) return;
    const kernels::NormSlopes slopes = {.along_diff = Pattern(chunk.packed, kScale),
                                        .along_src = Pattern(chunk.packed, kAlongSrc),
                                        .mean = Pattern(chunk.packed, kMean),
                                        .offset = Pattern(chunk.packed, kOffset)};
    const Layout& layout = places_.dst().layout;
    const Layout& diff_src_layout = places_.diff_src().layout;
    for (std::int64_t i = first; i < first + count; ++i) {
      const float* const values = chunk.Sample(places_.dst(), i);
      const float* const diff_dst = chunk.Sample(places_.diff_dst(), i);
      float* const diff_src = chunk.Sample(places_.diff_src(), i);
      if (!layout.padded() && !places_.diff_dst().layout.padded() && !diff_src_layout.padded()) {
        kernels::ApplyNormSlopes(shape_.size(), channels(), values, diff_dst, slopes, diff_src);
        continue;
      }
      for (std::int64_t y = 0; y < shape_.height; ++y) {
        kernels::ApplyNormSlopes(layout.row_floats(), channels(), values + layout.row(y),
                                 diff_dst + places_.diff_dst().layout.row(y), slopes,
                                 diff_src + diff_src_layout.row(y));
      }
      ZeroPadding(diff_src_layout, diff_src);
    }
  }

  /// The op before hands over what it makes, but of a group's first sample, whose mean is not
  /// known.
  void TakeTiles() { takes_tiles_ = true; }

  bool TakesTiles(const Chunk& chunk, std::int64_t i) const override {
    return chunk.training && Before(chunk, i) > 0;
  }
  std::int64_t tile_scratch() const override { return 2 * AlignFloats(channels()); }

  kernels::MomentTiles BeginTiles(const Chunk& chunk, std::int64_t i,
                                  float* scratch) const override {
    std::fill_n(scratch, tile_scratch(), 0.0f);
    return kernels::MomentTiles({.channels = channels(),
                                 .center = Mean(chunk),
                                 .sums = scratch,
                                 .squares = scratch + AlignFloats(channels()),
                                 .stream = chunk.stream,
                                 .dst = chunk.Sample(places_.dst(), i)});
  }

  void EndTiles(const Chunk& chunk, std::int64_t i, const float* scratch) const override {
    AddSample(chunk, Before(chunk, i), scratch);
  }

  std::int64_t channels() const override { return shape_.channels; }
  kernels::NormConstants Constants(const float* packed) const {
    return {.scale = Pattern(packed, kScale),
            .shift = Pattern(packed, kShift),
            .mean = Pattern(packed, kMean)};
  }
  /// Where a group sums up dy, and behind that dy · (x - mean).
  float* GradientSums(const Chunk& chunk) const {
    return chunk.group_gradients + places_.group_gradients + 2 * AlignFloats(channels());
  }

 private:
  enum PatternIndex { kScale, kShift, kMean, kAlongSrc, kOffset, kNumPatterns };

  template <typename Float>
  Float* Pattern(Float* packed, PatternIndex index) const {
    return packed + places_.packed + index * period_;
  }
  template <typename Float>
  Float* Rstd(Float* packed) const {
    return Pattern(packed, kNumPatterns);
  }

  struct Moments {
    double mean = 0, variance = 0;
  };
  /// A channel's moments over the whole mini-batch.
  Moments JoinGroups(const Batch& batch, std::int64_t channel) const {
    const auto positions = static_cast<double>(shape_.height * shape_.width);
    double mean = 0, square = 0, seen = 0;
    for (int g = 0; g < batch.num_groups; ++g) {
      const float* const group =
          batch.group_gradients + places_.group_gradients + g * batch.group_stride + channel;
      const auto samples =
          batch.count * (g + 1) / batch.num_groups - batch.count * g / batch.num_groups;
      const double count = positions * static_cast<double>(samples);
      const double delta = group[0] - mean;
      mean += delta * count / (seen + count);
      square += group[AlignFloats(channels())] + delta * delta * seen * count / (seen + count);
      seen += count;
    }
    return {mean, square / seen};
  }

  void SetChannel(const float* params, std::int64_t k, double mean, double variance,
                  float* packed) const {
    const double gamma = params[places_.params[0] + k], beta = params[places_.params[1] + k];
    const double rstd = 1 / std::sqrt(variance + norm_.epsilon);
    Rstd(packed)[k] = static_cast<float>(rstd);
    Pattern(packed, kScale)[k] = static_cast<float>(gamma * rstd);
    Pattern(packed, kShift)[k] = static_cast<float>(beta - gamma * rstd * mean);
    Pattern(packed, kMean)[k] = static_cast<float>(mean);
  }

  /// Fills a pattern from its first channels() elements.
  void Repeat(float* packed, PatternIndex index) const {
    float* const pattern = Pattern(packed, index);
    kernels::RepeatChannels(channels(), pattern, pattern);
  }

  void UpdateAverage(float& average, double value) const {
    average = static_cast<float>(norm_.momentum * average + (1 - norm_.momentum) * value);
  }

  /// Samples of the group that were before sample `i` of the chunk.
  static std::int64_t Before(const Chunk& chunk, std::int64_t i) {
    return chunk.first + i - chunk.group_first;
  }
  /// Of the samples before; behind it their squared deviations.
  float* Mean(const Chunk& chunk) const { return chunk.group_gradients + places_.group_gradients; }

  void MoveAndMeasure(const Chunk& chunk, std::int64_t before, const float* src, float* dst) const {
    const std::int64_t c = channels();
    const Layout& layout = places_.src().layout;
    float* const mean = Mean(chunk);
    if (before == 0) {
      std::fill_n(mean, 2 * AlignFloats(c), 0.0f);
      for (std::int64_t y = 0; y < shape_.height; ++y) {
        kernels::AddChannelSums(layout.row_floats(), c, src + layout.row(y), mean);
      }
      for (std::int64_t k = 0; k < c; ++k) mean[k] /= positions();
    }
    float* const sums = chunk.scratch;
    float* const squares = sums + AlignFloats(c);
    std::fill_n(sums, 2 * AlignFloats(c), 0.0f);
    const bool stream = chunk.stream && places_.dst().whole_batch;
    const Layout& dst_layout = places_.dst().layout;
    if (TilesTake(c) && !dst_layout.padded()) {
      kernels::MomentTiles tiles({.channels = c,
                                  .center = mean,
                                  .sums = sums,
                                  .squares = squares,
                                  .stream = stream,
                                  .dst = dst});
      TakeRows(layout, src, tiles);
    } else {
      float* const center = squares + AlignFloats(c);
      kernels::RepeatChannels(c, mean, center);
      ForEachRow(layout, src, dst_layout, dst, [&](std::int64_t n, const float* from, float* to) {
        kernels::CopyAndMeasure(n, c, from, center, sums, squares, stream, to);
      });
    }
    AddSample(chunk, before, sums);
  }

  /// Takes a sample into its group's mean m and sum of squared deviations, after `before` others:
  ///
  ///   s = Σ (x - m),  q = Σ (x - m)²;   m += step,  square += q - s · step,
  ///   step = s / (positions · (before + 1))
  ///
  /// `sums`: s, and behind it q.
  void AddSample(const Chunk& chunk, std::int64_t before, const float* sums) const {
    const std::int64_t gap = AlignFloats(channels());
    float* const mean = Mean(chunk);
    const float share = 1 / (positions() * static_cast<float>(before + 1));
    for (std::int64_t k = 0; k < channels(); ++k) {
      const float step = sums[k] * share;
      mean[k] += step;
      mean[gap + k] += sums[gap + k] - sums[k] * step;
    }
  }

  float positions() const { return static_cast<float>(shape_.height * shape_.width); }

  graph::BatchNorm norm_;
  SampleShape shape_;
  std::int64_t period_;
  bool takes_tiles_ = false;
};

/// The second half: scales and shifts, and applies the ReLU that follows. On the way back it sums
/// up what the first half's gradients take.
class NormApplyOp final : public Op, public NormBefore {
 public:
  NormApplyOp(std::string name, const NormStatisticsOp& statistics, SampleShape src, bool with_relu)
      : Op(std::move(name)), statistics_(statistics), shape_(src), with_relu_(with_relu) {}

  OpNeeds Needs() const override {
    return {.srcs = {{.layout = {shape_}, .in_backward = true}},
            .dsts = {{.shape = shape_, .diff_layout = {shape_}}},
            .remakes = true};
  }

  void Forward(const Chunk& chunk, std::int64_t first, std::int64_t count) const override {
    const kernels::NormConstants norm = statistics_.Constants(chunk.packed);
    for (std::int64_t i = first; i < first + count; ++i) {
      float* const dst = chunk.Sample(places_.dst(), i);
      ForEachRow(places_.src().layout, chunk.Sample(places_.src(), i), places_.dst().layout, dst,
                 [&](std::int64_t n, const float* from, float* to) {
                   kernels::ScaleChannels(n, shape_.channels, from, norm.scale, norm.shift,
                                          with_relu_, to);
                 });
      ZeroPadding(places_.dst().layout, dst);
    }
  }

  /// The op behind hands over the gradient that it makes.
  void TakeTiles() { takes_tiles_ = true; }

  std::int64_t channels() const override { return shape_.channels; }

  kernels::GradientTiles BeginGradientTiles(const Chunk& chunk, std::int64_t i) const override {
    ClearSums(chunk, i);
    float* const sums = statistics_.GradientSums(chunk);
    return kernels::GradientTiles({.channels = channels(),
                                   .src = chunk.Sample(places_.src(), i),
                                   .norm = statistics_.Constants(chunk.packed),
                                   .relu = with_relu_,
                                   .sums = sums,
                                   .products = sums + AlignFloats(channels()),
                                   .stream = chunk.stream && places_.diff_src().whole_batch,
                                   .diff_src = chunk.Sample(places_.diff_src(), i)});
  }

  void Backward(const Chunk& chunk, std::int64_t first, std::int64_t count) const override {
    if (takes_tiles_) return;
    const kernels::NormConstants norm = statistics_.Constants(chunk.packed);
    const std::int64_t gap = AlignFloats(shape_.channels);
    float* const sums = statistics_.GradientSums(chunk);
    const bool stream = chunk.stream && places_.diff_src().whole_batch;
    for (std::int64_t i = first; i < first + count; ++i) {
      const float* const diff_dst = chunk.Sample(places_.diff_dst(), i);
      if (TilesTake(channels()) && !places_.src().layout.padded() &&
          !places_.diff_src().layout.padded()) {
        kernels::GradientTiles tiles = BeginGradientTiles(chunk, i);
        TakeRows(places_.diff_dst().layout, diff_dst, tiles);
        continue;
      }
      ClearSums(chunk, i);
      const float* const src = chunk.Sample(places_.src(), i);
      float* const diff_src = chunk.Sample(places_.diff_src(), i);
      const Layout& layout = places_.src().layout;
      for (std::int64_t y = 0; y < shape_.height; ++y) {
        kernels::AddNormGradients(layout.row_floats(), shape_.channels, src + layout.row(y), norm,
                                  with_relu_, diff_dst + places_.diff_dst().layout.row(y), sums,
                                  sums + gap, stream, diff_src + places_.diff_src().layout.row(y));
      }
      ZeroPadding(places_.diff_src().layout, diff_src);
    }
  }

  void FinishBackward(const Batch& batch) const override { statistics_.FinishSums(batch); }

 private:
  void ClearSums(const Chunk& chunk, std::int64_t i) const {
    if (!chunk.first_of_group || i > 0) return;
    std::fill_n(statistics_.GradientSums(chunk), 2 * AlignFloats(shape_.channels), 0.0f);
  }

  const NormStatisticsOp& statistics_;
  SampleShape shape_;
  bool with_relu_;
  bool takes_tiles_ = false;
};

}  // namespace

BatchNormOps MakeBatchNormOps(const std::string& name, const graph::BatchNorm& norm,
                              SampleShape src, bool with_relu, Op* before) {
  auto statistics = std::make_unique<NormStatisticsOp>(name, norm, src);
  if (before != nullptr && before->HandOverTo(*statistics)) statistics->TakeTiles();
  auto apply = std::make_unique<NormApplyOp>(name + ".apply", *statistics, src, with_relu);
  return {std::move(statistics), std::move(apply)};
}

void HandBackTo(Op& norm_apply, Op& behind) {
  auto* const norm = dynamic_cast<NormApplyOp*>(&norm_apply);
  if (norm != nullptr && behind.HandBackTo(*norm)) norm->TakeTiles();
}

}  // namespace netsmith::engine
