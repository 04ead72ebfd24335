#include "netsmith/engine/kernels/activation.h"
#include "netsmith/engine/kernels/elementwise.h"
#include "netsmith/engine/ops/ops.h"

namespace netsmith::engine {
namespace {

/// max(src, 0), in place where nothing else reads src; the output's sign suffices for the way back.
class ReluOp final : public Op {
 public:
  ReluOp(std::string name, SampleShape src) : Op(std::move(name)), shape_(src) {}

  OpNeeds Needs() const override {
    return {.srcs = {{.layout = {shape_}}},
            .dsts = {{.shape = shape_, .diff_layout = {shape_}, .in_backward = true}},
            .sharing = Sharing::kInPlace};
  }

  void Forward(const Chunk& chunk, std::int64_t first, std::int64_t count) const override {
    for (std::int64_t i = first; i < first + count; ++i) {
      ForEachRow(places_.src().layout, chunk.Sample(places_.src(), i), places_.dst().layout,
                 chunk.Sample(places_.dst(), i), kernels::ReluForward);
      ZeroPadding(places_.dst().layout, chunk.Sample(places_.dst(), i));
    }
  }

  void Backward(const Chunk& chunk, std::int64_t first, std::int64_t count) const override {
    for (std::int64_t i = first; i < first + count; ++i) {
      ForEachRow(places_.dst().layout, chunk.Sample(places_.dst(), i), places_.diff_dst().layout,
                 chunk.Sample(places_.diff_dst(), i), kernels::ReluBackward);
    }
  }

 private:
  SampleShape shape_;
};

/// The others: src is kept, as the slope cannot be told from the output.
class ActivationOp final : public Op {
 public:
  ActivationOp(std::string name, graph::Activation::Kind kind, SampleShape src)
      : Op(std::move(name)), kind_(kind), shape_(src) {}

  OpNeeds Needs() const override {
    return {.srcs = {{.layout = {shape_}, .in_backward = true}},
            .dsts = {{.shape = shape_, .diff_layout = {shape_}}}};
  }

  void Forward(const Chunk& chunk, std::int64_t first, std::int64_t count) const override {
    for (std::int64_t i = first; i < first + count; ++i) {
      float* const dst = chunk.Sample(places_.dst(), i);
      ForEachRow(places_.src().layout, chunk.Sample(places_.src(), i), places_.dst().layout, dst,
                 [&](std::int64_t n, const float* from, float* to) {
                   kernels::ActivationForward(kind_, n, from, to);
                 });
      ZeroPadding(places_.dst().layout, dst);
    }
  }

  void Backward(const Chunk& chunk, std::int64_t first, std::int64_t count) const override {
    const Layout& src = places_.src().layout;
    const Layout& diff_src = places_.diff_src().layout;
    for (std::int64_t i = first; i < first + count; ++i) {
      const float* const from = chunk.Sample(places_.src(), i);
      const float* const diff_dst = chunk.Sample(places_.diff_dst(), i);
      float* const to = chunk.Sample(places_.diff_src(), i);
      for (std::int64_t y = 0; y < src.shape.height; ++y) {
        kernels::ActivationBackward(kind_, src.row_floats(), from + src.row(y),
                                    diff_dst + places_.diff_dst().layout.row(y),
                                    to + diff_src.row(y));
      }
      ZeroPadding(diff_src, to);
    }
  }

 private:
  graph::Activation::Kind kind_;
  SampleShape shape_;
};

}  // namespace

std::unique_ptr<Op> MakeActivationOp(std::string name, graph::Activation::Kind kind,
                                     SampleShape src) {
  if (kind == graph::Activation::Kind::kRelu) return std::make_unique<ReluOp>(std::move(name), src);
  return std::make_unique<ActivationOp>(std::move(name), kind, src);
}

}  // namespace netsmith::engine
