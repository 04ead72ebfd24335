#include <algorithm>

#include "netsmith/engine/kernels/channels.h"
#include "netsmith/engine/memory_plan.h"
#include "netsmith/engine/ops/norm_statistics_op.h"
#include "netsmith/engine/ops/ops.h"

namespace netsmith::engine {
namespace {

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
    if (chunk.NumberInGroup(i) > 0) return;
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
