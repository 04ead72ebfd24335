#include "netsmith/engine/ops/norm_statistics_op.h"

#include <algorithm>
#include <cmath>

#include "netsmith/engine/kernels/elementwise.h"
#include "netsmith/engine/memory_plan.h"

namespace netsmith::engine {

NormStatisticsOp::NormStatisticsOp(std::string name, const graph::BatchNorm& norm, SampleShape src)
    : Op(std::move(name)), norm_(norm), shape_(src), period_(kernels::ChannelPeriod(channels())) {}

OpNeeds NormStatisticsOp::Needs() const {
  const std::int64_t c = channels();
  return {.srcs = {{.layout = {shape_}}},
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

void NormStatisticsOp::Pack(const Parameters& from, float* packed, bool training) const {
  if (training) return;
  const float* const mean = from.statistics + places_.params[2];
  const float* const variance = from.statistics + places_.params[3];
  for (std::int64_t k = 0; k < channels(); ++k) {
    SetChannel(from.params, k, mean[k], variance[k], packed);
  }
  for (const PatternIndex index : {kScale, kShift, kMean}) Repeat(packed, index);
}

void NormStatisticsOp::Forward(const Chunk& chunk, std::int64_t first, std::int64_t count) const {
  for (std::int64_t i = first; i < first + count; ++i) {
    if (takes_tiles_ && (!chunk.training || TakesTiles(chunk, i))) continue;
    const float* const src = chunk.Sample(places_.src(), i);
    float* const dst = chunk.Sample(places_.dst(), i);
    if (chunk.training) {
      MoveAndMeasure(chunk, i, src, dst);
    } else {
      ForEachRow(places_.src().layout, src, places_.dst().layout, dst,
                 [](std::int64_t n, const float* from, float* to) { std::copy_n(from, n, to); });
    }
    ZeroPadding(places_.dst().layout, dst);
  }
}

void NormStatisticsOp::BeginGroup(const Chunk& chunk, const float* src) const {
  const Layout& layout = places_.src().layout;
  float* const mean = Mean(chunk);
  std::fill_n(mean, 2 * AlignFloats(channels()), 0.0f);
  for (std::int64_t y = 0; y < shape_.height; ++y) {
    kernels::AddChannelSums(layout.row_floats(), channels(), src + layout.row(y), mean);
  }
  for (std::int64_t k = 0; k < channels(); ++k) mean[k] /= positions();
}

void NormStatisticsOp::MoveAndMeasure(const Chunk& chunk, std::int64_t i, const float* src,
                                      float* dst) const {
  const std::int64_t c = channels();
  const Layout& layout = places_.src().layout;
  const Layout& dst_layout = places_.dst().layout;
  if (chunk.NumberInGroup(i) == 0) BeginGroup(chunk, src);
  float* const sums = chunk.scratch;
  kernels::MomentTiles tiles = BeginTiles(chunk, i, sums);
  if (TilesTake(c) && !dst_layout.padded()) {
    TakeRows(layout, src, tiles);
  } else {
    float* const squares = sums + AlignFloats(c);
    float* const center = squares + AlignFloats(c);
    kernels::RepeatChannels(c, Mean(chunk), center);
    ForEachRow(layout, src, dst_layout, dst, [&](std::int64_t n, const float* from, float* to) {
      kernels::CopyAndMeasure(n, c, from, center, sums, squares, chunk.stream, to);
    });
  }
  EndTiles(chunk, i, sums);
}

std::int64_t NormStatisticsOp::tile_scratch() const { return 2 * AlignFloats(channels()); }

bool NormStatisticsOp::TakesTiles(const Chunk& chunk, std::int64_t i) const {
  return chunk.training && chunk.NumberInGroup(i) > 0;
}

kernels::MomentTiles NormStatisticsOp::BeginTiles(const Chunk& chunk, std::int64_t i,
                                                  float* scratch) const {
  std::fill_n(scratch, tile_scratch(), 0.0f);
  return kernels::MomentTiles({.channels = channels(),
                               .center = Mean(chunk),
                               .sums = scratch,
                               .squares = scratch + AlignFloats(channels()),
                               .stream = chunk.stream && places_.dst().whole_batch,
                               .dst = chunk.Sample(places_.dst(), i)});
}

/// Takes a sample into its group's mean m and sum of squared deviations, after `before` others:
///
///   s = Σ (x - m),  q = Σ (x - m)²;   m += step,  square += q - s · step,
///   step = s / (positions · (before + 1))
void NormStatisticsOp::EndTiles(const Chunk& chunk, std::int64_t i, const float* scratch) const {
  const std::int64_t gap = AlignFloats(channels());
  const float* const sums = scratch;
  const float* const squares = scratch + gap;
  float* const mean = Mean(chunk);
  const float share = 1 / (positions() * static_cast<float>(chunk.NumberInGroup(i) + 1));
  for (std::int64_t k = 0; k < channels(); ++k) {
    const float step = sums[k] * share;
    mean[k] += step;
    mean[gap + k] += squares[k] - sums[k] * step;
  }
}

void NormStatisticsOp::FinishForward(const Batch& batch) const {
  for (std::int64_t k = 0; k < channels(); ++k) {
    const auto [mean, variance] = JoinGroups(batch, k);
    SetChannel(batch.params, k, mean, variance, batch.packed);
    UpdateAverage(batch.statistics[places_.params[2] + k], mean);
    UpdateAverage(batch.statistics[places_.params[3] + k], variance);
  }
  for (const PatternIndex index : {kScale, kShift, kMean}) Repeat(batch.packed, index);
}

NormStatisticsOp::Moments NormStatisticsOp::JoinGroups(const Batch& batch,
                                                       std::int64_t channel) const {
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

void NormStatisticsOp::SetChannel(const float* params, std::int64_t k, double mean, double variance,
                                  float* packed) const {
  const double gamma = params[places_.params[0] + k], beta = params[places_.params[1] + k];
  const double rstd = 1 / std::sqrt(variance + norm_.epsilon);
  Rstd(packed)[k] = static_cast<float>(rstd);
  Pattern(packed, kScale)[k] = static_cast<float>(gamma * rstd);
  Pattern(packed, kShift)[k] = static_cast<float>(beta - gamma * rstd * mean);
  Pattern(packed, kMean)[k] = static_cast<float>(mean);
}

void NormStatisticsOp::Repeat(float* packed, PatternIndex index) const {
  float* const pattern = Pattern(packed, index);
  kernels::RepeatChannels(channels(), pattern, pattern);
}

void NormStatisticsOp::UpdateAverage(float& average, double value) const {
  average = static_cast<float>(norm_.momentum * average + (1 - norm_.momentum) * value);
}

float* NormStatisticsOp::GradientSums(const Chunk& chunk) const {
  return chunk.group_gradients + places_.group_gradients + 2 * AlignFloats(channels());
}

void NormStatisticsOp::FinishSums(const Batch& batch) const {
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

void NormStatisticsOp::Backward(const Chunk& chunk, std::int64_t first, std::int64_t count) const {
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

}  // namespace netsmith::engine
