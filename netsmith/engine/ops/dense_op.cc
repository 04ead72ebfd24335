#include <algorithm>

#include "netsmith/engine/kernels/dot.h"
#include "netsmith/engine/kernels/gemm.h"
#include "netsmith/engine/memory_plan.h"
#include "netsmith/engine/ops/ops.h"

namespace netsmith::engine {
namespace {

/// dst[i] = bias[i] + Σ_j src[j] · weights[i, j]. Weights are stored [units][in], so that all three
/// passes run along their long rows. The weight gradient waits for the whole mini-batch: adding it
/// up chunk by chunk would read and write the large matrix each time.
class DenseOp final : public Op {
 public:
  DenseOp(std::string name, std::int64_t units, SampleShape src)
      : Op(std::move(name)), in_(src.channels), units_(units) {}

  OpNeeds Needs() const override {
    return {.srcs = {{.layout = {{1, 1, in_}}, .whole_batch = true, .in_backward = true}},
            .dsts = {{.shape = SampleShape{1, 1, units_},
                      .diff_layout = {{1, 1, units_}},
                      .diff_whole_batch = true}},
            .whole_chunk = true,
            .params = {{.name = name() + ".weights",
                        .shape = {in_, units_},
                        .fan_in = in_,
                        .fan_out = units_,
                        .transposed = true},
                       {.name = name() + ".bias", .shape = {units_}}}};
  }

  void Forward(const Chunk& chunk, std::int64_t first, std::int64_t count) const override {
    kernels::RowsTimesRows({.m = count,
                            .n = units_,
                            .k = in_,
                            .src = chunk.Sample(places_.src(), first),
                            .src_row = places_.src().layout.size(),
                            .weights = chunk.params + places_.params[0],
                            .bias = chunk.params + places_.params[1],
                            .dst = chunk.Sample(places_.dst(), first),
                            .dst_row = places_.dst().layout.size()});
  }

  void Backward(const Chunk& chunk, std::int64_t first, std::int64_t count) const override {
    if (!places_.needs_diff_src()) return;
    const Layout& diff_src = places_.diff_src().layout;
    float* const to = chunk.Sample(places_.diff_src(), first);
    const std::int64_t row_floats = diff_src.row_floats();
    for (std::int64_t y = 0; y < diff_src.shape.height; ++y) {
      kernels::Gemm({.m = count,
                     .n = row_floats,
                     .k = units_,
                     .a = chunk.Sample(places_.diff_dst(), first),
                     .a_row = units_,
                     .b = chunk.params + places_.params[0] + y * row_floats,
                     .b_row = in_,
                     .c = to + diff_src.row(y),
                     .c_row = diff_src.size()});
    }
    for (std::int64_t i = 0; i < count; ++i) ZeroPadding(diff_src, to + i * diff_src.size());
  }

  std::int64_t NumGradientPieces() const override {
    return std::min<std::int64_t>(AlignFloats(in_) / kLine, 8);
  }

  /// A piece is a range of inputs, of whole cache lines, so that no two touch the same place.
  void FinishGradient(const Batch& batch, std::int64_t piece) const override {
    const std::int64_t lines = AlignFloats(in_) / kLine;
    const std::int64_t first = lines * piece / NumGradientPieces() * kLine;
    const std::int64_t end = std::min(lines * (piece + 1) / NumGradientPieces() * kLine, in_);
    const float* const diff_dst = batch.batch + places_.diff_dst().offset;
    kernels::Gemm({.m = units_,
                   .n = end - first,
                   .k = batch.count,
                   .a = diff_dst,
                   .a_row = 1,
                   .a_col = units_,
                   .b = batch.batch + places_.src().offset + first,
                   .b_row = in_,
                   .c = batch.diff_params + places_.params[0] + first,
                   .c_row = in_});
    if (piece == 0) {
      float* const diff_bias = batch.diff_params + places_.params[1];
      std::fill_n(diff_bias, units_, 0.0f);
      for (std::int64_t i = 0; i < batch.count * units_; ++i) diff_bias[i % units_] += diff_dst[i];
    }
  }

 private:
  static constexpr std::int64_t kLine = 16;  // floats
  std::int64_t in_;
  std::int64_t units_;
};

}  // namespace

std::unique_ptr<Op> MakeDenseOp(std::string name, const graph::Dense& dense, SampleShape src) {
  return std::make_unique<DenseOp>(std::move(name), dense.units, src);
}

}  // namespace netsmith::engine
