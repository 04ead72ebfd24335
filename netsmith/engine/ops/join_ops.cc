#include <algorithm>

#include "netsmith/engine/kernels/activation.h"
#include "netsmith/engine/kernels/channels.h"
#include "netsmith/engine/kernels/elementwise.h"
#include "netsmith/engine/memory_plan.h"
#include "netsmith/engine/ops/ops.h"

/// Ops with several inputs or outputs.
namespace netsmith::engine {
namespace {

void Copy(std::int64_t floats, const float* from, float* to) { std::copy_n(from, floats, to); }

/// dst = the sum of all srcs; each gets the gradient as it is.
class AddOp final : public Op {
 public:
  AddOp(std::string name, SampleShape src, std::size_t num_srcs)
      : Op(std::move(name)), shape_(src), num_srcs_(num_srcs) {}

  OpNeeds Needs() const override {
    return {.srcs = std::vector<SrcNeeds>(num_srcs_, {.layout = {shape_}}),
            .dsts = {{.shape = shape_, .diff_layout = {shape_}}}};
  }

  void Forward(const Chunk& chunk, std::int64_t first, std::int64_t count) const override {
    for (std::int64_t i = first; i < first + count; ++i) {
      float* const dst = chunk.Sample(places_.dst(), i);
      for (std::size_t k = 0; k < num_srcs_; ++k) {
        ForEachRow(places_.srcs[k].layout, chunk.Sample(places_.srcs[k], i), places_.dst().layout,
                   dst, k == 0 ? Copy : kernels::Accumulate);
      }
      ZeroPadding(places_.dst().layout, dst);
    }
  }

  void Backward(const Chunk& chunk, std::int64_t first, std::int64_t count) const override {
    for (std::int64_t i = first; i < first + count; ++i) {
      for (std::size_t k = 0; k < num_srcs_; ++k) {
        if (!places_.needs_diff_srcs[k]) continue;
        const Layout& layout = places_.diff_srcs[k].layout;
        float* const to = chunk.Sample(places_.diff_srcs[k], i);
        ForEachRow(places_.diff_dst().layout, chunk.Sample(places_.diff_dst(), i), layout, to,
                   Copy);
        ZeroPadding(layout, to);
      }
    }
  }

 private:
  SampleShape shape_;
  std::size_t num_srcs_;
};

/// Channels of all srcs, one behind the other.
class ConcatOp final : public Op {
 public:
  ConcatOp(std::string name, const std::vector<SampleShape>& srcs)
      : Op(std::move(name)), srcs_(srcs), dst_(srcs[0]) {
    dst_.channels = 0;
    for (const SampleShape& src : srcs) dst_.channels += src.channels;
  }

  OpNeeds Needs() const override {
    OpNeeds needs = {.dsts = {{.shape = dst_, .diff_layout = {dst_}}}};
    for (const SampleShape& src : srcs_) needs.srcs.push_back({.layout = {src}});
    return needs;
  }

  void Forward(const Chunk& chunk, std::int64_t first, std::int64_t count) const override {
    for (std::int64_t i = first; i < first + count; ++i) {
      float* const dst = chunk.Sample(places_.dst(), i);
      std::int64_t offset = 0;
      for (std::size_t k = 0; k < srcs_.size(); ++k) {
        const std::int64_t channels = srcs_[k].channels;
        ForEachRow(places_.srcs[k].layout, chunk.Sample(places_.srcs[k], i), places_.dst().layout,
                   dst, [&](std::int64_t, const float* from, float* to) {
                     CopySlices(channels, from, channels, to + offset, dst_.channels);
                   });
        offset += channels;
      }
      ZeroPadding(places_.dst().layout, dst);
    }
  }

  void Backward(const Chunk& chunk, std::int64_t first, std::int64_t count) const override {
    for (std::int64_t i = first; i < first + count; ++i) {
      const float* const diff_dst = chunk.Sample(places_.diff_dst(), i);
      std::int64_t offset = 0;
      for (std::size_t k = 0; k < srcs_.size(); ++k) {
        const std::int64_t channels = srcs_[k].channels;
        if (places_.needs_diff_srcs[k]) {
          const Layout& layout = places_.diff_srcs[k].layout;
          float* const to = chunk.Sample(places_.diff_srcs[k], i);
          ForEachRow(places_.diff_dst().layout, diff_dst, layout, to,
                     [&](std::int64_t, const float* from, float* row) {
                       CopySlices(channels, from + offset, dst_.channels, row, channels);
                     });
          ZeroPadding(layout, to);
        }
        offset += channels;
      }
    }
  }

 private:
  /// `floats` of each position of a row.
  void CopySlices(std::int64_t floats, const float* from, std::int64_t from_step, float* to,
                  std::int64_t to_step) const {
    for (std::int64_t x = 0; x < dst_.width; ++x) {
      std::copy_n(from + x * from_step, floats, to + x * to_step);
    }
  }

  std::vector<SampleShape> srcs_;
  SampleShape dst_;
};

/// dst[position][c] = src[position][c] · sigmoid(logits[c])
class ChannelGateOp final : public Op {
 public:
  ChannelGateOp(std::string name, SampleShape src)
      : Op(std::move(name)),
        shape_(src),
        logits_shape_{1, 1, src.channels},
        period_(kernels::ChannelPeriod(src.channels)) {}

  OpNeeds Needs() const override {
    return {.srcs = {{.layout = {shape_}, .in_backward = true},
                     {.layout = {logits_shape_}, .in_backward = true}},
            .dsts = {{.shape = shape_, .diff_layout = {shape_}}},
            .scratch = AlignFloats(shape_.channels) + 2 * period_};
  }

  void Forward(const Chunk& chunk, std::int64_t first, std::int64_t count) const override {
    for (std::int64_t i = first; i < first + count; ++i) {
      const Gates gates = MakeGates(chunk, i);
      float* const dst = chunk.Sample(places_.dst(), i);
      Scale(gates, places_.src(), chunk.Sample(places_.src(), i), places_.dst(), dst);
    }
  }

  void Backward(const Chunk& chunk, std::int64_t first, std::int64_t count) const override {
    for (std::int64_t i = first; i < first + count; ++i) {
      const Gates gates = MakeGates(chunk, i);
      float* const diff_dst = chunk.Sample(places_.diff_dst(), i);
      if (places_.needs_diff_srcs[1]) GateGradient(chunk, i, gates, diff_dst);
      if (!places_.needs_diff_srcs[0]) continue;
      Scale(gates, places_.diff_dst(), diff_dst, places_.diff_srcs[0],
            chunk.Sample(places_.diff_srcs[0], i));
    }
  }

 private:
  struct Gates {
    float* gates;    // [c]
    float* pattern;  // of the gates
    float* zeros;    // a pattern
  };
  Gates MakeGates(const Chunk& chunk, std::int64_t i) const {
    const Gates gates = {chunk.scratch, chunk.scratch + AlignFloats(shape_.channels),
                         chunk.scratch + AlignFloats(shape_.channels) + period_};
    kernels::Sigmoid(shape_.channels, chunk.Sample(places_.srcs[1], i), gates.gates);
    kernels::RepeatChannels(shape_.channels, gates.gates, gates.pattern);
    std::fill_n(gates.zeros, period_, 0.0f);
    return gates;
  }

  void Scale(const Gates& gates, const TensorPlace& src, const float* from, const TensorPlace& dst,
             float* to) const {
    ForEachRow(src.layout, from, dst.layout, to,
               [&](std::int64_t n, const float* src_row, float* dst_row) {
                 kernels::ScaleChannels(n, shape_.channels, src_row, gates.pattern, gates.zeros,
                                        false, dst_row);
               });
    ZeroPadding(dst.layout, to);
  }

  void GateGradient(const Chunk& chunk, std::int64_t i, const Gates& gates,
                    const float* diff_dst) const {
    float* const diff_logits = chunk.Sample(places_.diff_srcs[1], i);
    std::fill_n(diff_logits, shape_.channels, 0.0f);
    ForEachRow(places_.src().layout, chunk.Sample(places_.src(), i), places_.diff_dst().layout,
               diff_dst, [&](std::int64_t n, const float* src, const float* diff) {
                 kernels::AddChannelProducts(n, shape_.channels, src, diff, diff_logits);
               });
    for (std::int64_t c = 0; c < shape_.channels; ++c) {
      diff_logits[c] *= gates.gates[c] * (1 - gates.gates[c]);
    }
  }

  SampleShape shape_, logits_shape_;
  std::int64_t period_;
};

/// All outputs are the input; its gradient is the sum of theirs, added up where the first one's is.
class ForkOp final : public Op {
 public:
  ForkOp(std::string name, SampleShape src, int num_dsts)
      : Op(std::move(name)), shape_(src), num_dsts_(num_dsts) {}

  OpNeeds Needs() const override {
    const DstNeeds dst = {.shape = shape_, .diff_layout = {shape_}};
    return {.srcs = {{.layout = {shape_}}},
            .dsts = std::vector<DstNeeds>(static_cast<std::size_t>(num_dsts_), dst),
            .sharing = Sharing::kFork};
  }

  void Forward(const Chunk&, std::int64_t, std::int64_t) const override {}

  void Backward(const Chunk& chunk, std::int64_t first, std::int64_t count) const override {
    for (std::int64_t i = first; i < first + count; ++i) {
      for (std::size_t k = 1; k < places_.diff_dsts.size(); ++k) {
        ForEachRow(places_.diff_dsts[k].layout, chunk.Sample(places_.diff_dsts[k], i),
                   places_.diff_src().layout, chunk.Sample(places_.diff_src(), i),
                   kernels::Accumulate);
      }
    }
  }

 private:
  SampleShape shape_;
  int num_dsts_;
};

/// A copy without padding.
class FlattenOp final : public Op {
 public:
  FlattenOp(std::string name, SampleShape src) : Op(std::move(name)), shape_(src) {}

  OpNeeds Needs() const override {
    const SampleShape flat = {1, 1, shape_.size()};
    return {.srcs = {{.layout = {shape_}}}, .dsts = {{.shape = flat, .diff_layout = {flat}}}};
  }

  void Forward(const Chunk& chunk, std::int64_t first, std::int64_t count) const override {
    const Layout& dst = places_.dst().layout;
    for (std::int64_t i = first; i < first + count; ++i) {
      float* const to = chunk.Sample(places_.dst(), i);
      ForEachRow(places_.src().layout, chunk.Sample(places_.src(), i), Flat(), to + dst.row(0),
                 Copy);
      ZeroPadding(dst, to);
    }
  }

  void Backward(const Chunk& chunk, std::int64_t first, std::int64_t count) const override {
    if (!places_.needs_diff_src()) return;
    const Layout& diff_src = places_.diff_src().layout;
    for (std::int64_t i = first; i < first + count; ++i) {
      const float* const from = chunk.Sample(places_.diff_dst(), i);
      float* const to = chunk.Sample(places_.diff_src(), i);
      ForEachRow(Flat(), from + places_.diff_dst().layout.row(0), diff_src, to, Copy);
      ZeroPadding(diff_src, to);
    }
  }

 private:
  Layout Flat() const { return {shape_}; }

  SampleShape shape_;
};

}  // namespace

std::unique_ptr<Op> MakeAddOp(std::string name, SampleShape src, std::size_t num_srcs) {
  return std::make_unique<AddOp>(std::move(name), src, num_srcs);
}

std::unique_ptr<Op> MakeConcatOp(std::string name, const std::vector<SampleShape>& srcs) {
  return std::make_unique<ConcatOp>(std::move(name), srcs);
}

std::unique_ptr<Op> MakeChannelGateOp(std::string name, SampleShape src) {
  return std::make_unique<ChannelGateOp>(std::move(name), src);
}

std::unique_ptr<Op> MakeForkOp(std::string name, SampleShape src, int num_dsts) {
  return std::make_unique<ForkOp>(std::move(name), src, num_dsts);
}

std::unique_ptr<Op> MakeFlattenOp(std::string name, SampleShape src) {
  return std::make_unique<FlattenOp>(std::move(name), src);
}

}  // namespace netsmith::engine
