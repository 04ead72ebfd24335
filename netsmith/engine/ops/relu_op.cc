#include "netsmith/engine/kernels/elementwise.h"
#include "netsmith/engine/ops/ops.h"

namespace netsmith::engine {
namespace {

/// dst = max(src, 0), in place.
class ReluOp final : public Op {
 public:
  ReluOp(std::string name, SampleShape src) : Op(std::move(name)), shape_(src) {}

  OpNeeds Needs() const override {
    return {.dst_shape = shape_,
            .src_layout = {shape_},
            .diff_dst_layout = {shape_},
            .in_place = true,
            .dst_in_backward = true};
  }

  void Forward(const Chunk& chunk, std::int64_t first, std::int64_t count) const override {
    const Layout& layout = places_.dst.layout;
    for (std::int64_t i = first; i < first + count; ++i) {
      float* data = chunk.Sample(places_.dst, i);
      for (std::int64_t y = 0; y < shape_.height; ++y) {
        kernels::ReluForward(layout.row_floats(), data + layout.row(y), data + layout.row(y));
      }
    }
  }

  void Backward(const Chunk& chunk, std::int64_t first, std::int64_t count) const override {
    const Layout& layout = places_.dst.layout;
    const Layout& diff_layout = places_.diff_dst.layout;
    for (std::int64_t i = first; i < first + count; ++i) {
      const float* dst = chunk.Sample(places_.dst, i);
      float* diff = chunk.Sample(places_.diff_dst, i);
      for (std::int64_t y = 0; y < shape_.height; ++y) {
        kernels::ReluBackward(layout.row_floats(), dst + layout.row(y), diff + diff_layout.row(y));
      }
    }
  }

 private:
  SampleShape shape_;
};

}  // namespace

std::unique_ptr<Op> MakeReluOp(std::string name, SampleShape src) {
  return std::make_unique<ReluOp>(std::move(name), src);
}

}  // namespace netsmith::engine
