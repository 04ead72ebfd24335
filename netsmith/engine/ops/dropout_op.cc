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
    return {
        .dst_shape = shape_, .src_layout = {shape_}, .diff_dst_layout = {shape_}, .in_place = true};
  }

  void Forward(const Chunk& chunk, std::int64_t first, std::int64_t count) const override {
    if (chunk.training) Apply(chunk, places_.dst, first, count);
  }
  void Backward(const Chunk& chunk, std::int64_t first, std::int64_t count) const override {
    Apply(chunk, places_.diff_dst, first, count);
  }

 private:
  void Apply(const Chunk& chunk, const TensorPlace& tensor, std::int64_t first,
             std::int64_t count) const {
    const Layout& layout = tensor.layout;
    const base::RandomStreams streams(chunk.dropout_seed);
    for (std::int64_t i = first; i < first + count; ++i) {
      const auto sample = static_cast<std::uint64_t>(chunk.first + i);
      const kernels::DropoutMask mask = {streams.SeedFor(name(), sample), rate_};
      float* data = chunk.Sample(tensor, i);
      for (std::int64_t y = 0; y < shape_.height; ++y) {
        float* row = data + layout.row(y);
        kernels::ApplyDropout(layout.row_floats(), mask, y * layout.row_floats(), row, row);
      }
    }
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
