#include "netsmith/engine/kernels/elementwise.h"
#include "netsmith/engine/ops/ops.h"

namespace netsmith::engine {
namespace {

/// Dropout, in place; the identity when not in training. A sample's mask comes from the step's
/// seed, the node's name and the sample's number in the mini-batch.
class DropoutOp final : public Op {
 public:
  DropoutOp(std::string name, double rate, SampleShape src)
      : Op(std::move(name)), rate_(rate), shape_(src) {}

  OpNeeds Needs() const override {
    return {.srcs = {{.layout = {shape_}}},
            .dsts = {{.shape = shape_, .diff_layout = {shape_}}},
            .sharing = Sharing::kInPlace};
  }

  void Forward(const Chunk& chunk, std::int64_t first, std::int64_t count) const override {
    for (std::int64_t i = first; i < first + count; ++i) {
      Apply(chunk, i, chunk.training, places_.src(), places_.dst());
    }
  }
  void Backward(const Chunk& chunk, std::int64_t first, std::int64_t count) const override {
    for (std::int64_t i = first; i < first + count; ++i) {
      Apply(chunk, i, true, places_.diff_dst(), places_.diff_src());
    }
  }

 private:
  void Apply(const Chunk& chunk, std::int64_t i, bool drop, const TensorPlace& src,
             const TensorPlace& dst) const {
    const float* const from = chunk.Sample(src, i);
    float* const to = chunk.Sample(dst, i);
    if (!drop && from == to) return;
    const auto sample = static_cast<std::uint64_t>(chunk.first + i);
    const std::uint64_t seed = base::RandomStreams(chunk.dropout_seed).SeedFor(name(), sample);
    const kernels::DropoutMask mask = {seed, drop ? rate_ : 0};
    std::int64_t index = 0;
    ForEachRow(src.layout, from, dst.layout, to,
               [&](std::int64_t floats, const float* src_row, float* dst_row) {
                 kernels::ApplyDropout(floats, mask, index, src_row, dst_row);
                 index += floats;
               });
    if (from != to) ZeroPadding(dst.layout, to);
  }

  double rate_;
  SampleShape shape_;
};

}  // namespace

std::unique_ptr<Op> MakeDropoutOp(std::string name, const graph::Dropout& dropout,
                                  SampleShape src) {
  return std::make_unique<DropoutOp>(std::move(name), dropout.rate_percent / 100, src);
}

}  // namespace netsmith::engine
