#include <algorithm>

#include "netsmith/engine/kernels/elementwise.h"
#include "netsmith/engine/memory_plan.h"
#include "netsmith/engine/ops/ops.h"
#include "netsmith/engine/ops/same_conv.h"

namespace netsmith::engine {
namespace {

/// Convolution, stride 1, SAME, with its ReLU when one follows. Three SameConvs: the forward pass;
/// the gradient of the input, which is the convolution of diff_dst with the kernel turned round and
/// its channels exchanged; and the gradient of the weights. Each has its own expanded weights.
class ConvOp final : public Op {
 public:
  ConvOp(std::string name, const graph::Conv& conv, SampleShape src, bool with_relu)
      : Op(std::move(name)),
        kh_(conv.kernel_height),
        kw_(conv.kernel_width),
        src_shape_(src),
        dst_shape_{src.height, src.width, conv.filters},
        with_relu_(with_relu),
        forward_{kh_, kw_, src.channels, conv.filters,
                 ChoosePositions(kw_, conv.filters, src.width)},
        backward_{kh_, kw_, conv.filters, src.channels,
                  ChoosePositions(kw_, src.channels, src.width)},
        gradient_{forward_} {}

  OpNeeds Needs() const override {
    const std::int64_t ic = src_shape_.channels, oc = dst_shape_.channels;
    const Layout src = {src_shape_, (kh_ - 1) / 2, (kw_ - 1) / 2, kh_ / 2, kw_ / 2};
    // The kernel turned round reads as far before a position as it read after it.
    const Layout diff_dst = {dst_shape_, kh_ / 2, kw_ / 2, (kh_ - 1) / 2, (kw_ - 1) / 2};
    return {.dst_shape = dst_shape_,
            .src_layout = src,
            .diff_dst_layout = diff_dst,
            .src_in_backward = true,
            .dst_in_backward = with_relu_,
            .scratch = 16 * oc,
            .packed = packed_bias() + AlignFloats(forward_.columns()),
            .group_gradients = AlignFloats(gradient_.expanded_size()) + AlignFloats(oc),
            .params = {{.name = name() + ".weights",
                        .shape = {kh_, kw_, ic, oc},
                        .fan_in = kh_ * kw_ * ic,
                        .fan_out = kh_ * kw_ * oc},
                       {.name = name() + ".bias", .shape = {oc}}}};
  }

  void Pack(const float* params, float* packed, bool training) const override {
    const float* weights = params + places_.params[0];
    float* const to = packed + places_.packed;
    forward_.Expand(weights, to);
    forward_.ExpandBias(params + places_.params[1], to + packed_bias());
    if (training && places_.needs_diff_src) ExpandTurned(weights, to + packed_backward());
  }

  void Forward(const Chunk& chunk, std::int64_t first, std::int64_t count) const override {
    const float* packed = chunk.packed + places_.packed;
    for (std::int64_t i = first; i < first + count; ++i) {
      float* dst = chunk.Sample(places_.dst, i);
      forward_.Forward(places_.src.layout, chunk.Sample(places_.src, i), packed,
                       packed + packed_bias(), with_relu_, places_.dst.layout, dst);
      ZeroPadding(places_.dst.layout, dst);
    }
  }

  void Backward(const Chunk& chunk, std::int64_t first, std::int64_t count) const override {
    float* const gradients = chunk.group_gradients + places_.group_gradients;
    for (std::int64_t i = first; i < first + count; ++i) {
      const bool accumulate = !(chunk.first_of_group && i == 0);
      float* const diff_dst = chunk.Sample(places_.diff_dst, i);
      if (with_relu_) MaskByRelu(chunk.Sample(places_.dst, i), diff_dst);
      AddBiasGradient(diff_dst, accumulate, gradients + gradient_bias(), chunk.scratch);
      gradient_.WeightsGradient(places_.src.layout, chunk.Sample(places_.src, i),
                                places_.diff_dst.layout, diff_dst, accumulate, gradients);
      if (!places_.needs_diff_src) continue;
      float* const diff_src = chunk.Sample(places_.diff_src, i);
      backward_.Forward(places_.diff_dst.layout, diff_dst,
                        chunk.packed + places_.packed + packed_backward(), nullptr, false,
                        places_.diff_src.layout, diff_src);
      ZeroPadding(places_.diff_src.layout, diff_src);
    }
  }

  std::int64_t NumGradientPieces() const override { return 1; }

  /// Adds the groups' gradients in their order into the first one's, then folds that.
  void FinishGradient(const Batch& batch, std::int64_t /*piece*/) const override {
    const std::int64_t size = gradient_bias() + dst_shape_.channels;
    float* const sum = batch.group_gradients + places_.group_gradients;
    for (int g = 1; g < batch.num_groups; ++g) {
      kernels::Accumulate(size, sum + g * batch.group_stride, sum);
    }
    gradient_.Fold(sum, batch.diff_params + places_.params[0]);
    std::copy_n(sum + gradient_bias(), dst_shape_.channels, batch.diff_params + places_.params[1]);
  }

 private:
  std::int64_t packed_backward() const { return AlignFloats(forward_.expanded_size()); }
  std::int64_t packed_bias() const {
    return packed_backward() + AlignFloats(backward_.expanded_size());
  }
  std::int64_t gradient_bias() const { return AlignFloats(gradient_.expanded_size()); }

  /// backward_'s expanded weights: turned[h][w][o][c] = weights[kh-1-h][kw-1-w][c][o].
  void ExpandTurned(const float* weights, float* expanded) const {
    const std::int64_t ic = src_shape_.channels, oc = dst_shape_.channels;
    std::fill_n(expanded, backward_.expanded_size(), 0.0f);
    for (std::int64_t h = 0; h < kh_; ++h) {
      for (std::int64_t w = 0; w < kw_; ++w) {
        const float* from = weights + ((kh_ - 1 - h) * kw_ + kw_ - 1 - w) * ic * oc;
        for (std::int64_t s = 0; s < backward_.positions; ++s) {
          float* const to =
              expanded + (h * backward_.window() + w + s) * oc * backward_.columns() + s * ic;
          for (std::int64_t o = 0; o < oc; ++o) {
            for (std::int64_t c = 0; c < ic; ++c) {
              to[o * backward_.columns() + c] = from[c * oc + o];
            }
          }
        }
      }
    }
  }

  void MaskByRelu(const float* dst, float* diff_dst) const {
    const Layout& layout = places_.dst.layout;
    for (std::int64_t y = 0; y < dst_shape_.height; ++y) {
      kernels::ReluBackward(layout.row_floats(), dst + layout.row(y),
                            diff_dst + places_.diff_dst.layout.row(y));
    }
  }

  void AddBiasGradient(const float* diff_dst, bool accumulate, float* sum, float* scratch) const {
    const Layout& layout = places_.diff_dst.layout;
    if (!accumulate) std::fill_n(sum, dst_shape_.channels, 0.0f);
    for (std::int64_t y = 0; y < dst_shape_.height; ++y) {
      kernels::AddChannelSums(layout.row_floats(), dst_shape_.channels, diff_dst + layout.row(y),
                              sum, scratch);
    }
  }

  std::int64_t kh_, kw_;
  SampleShape src_shape_, dst_shape_;
  bool with_relu_;
  SameConv forward_, backward_, gradient_;
};

}  // namespace

std::unique_ptr<Op> MakeConvOp(std::string name, const graph::Conv& conv, SampleShape src,
                               bool with_relu) {
  return std::make_unique<ConvOp>(std::move(name), conv, src, with_relu);
}

}  // namespace netsmith::engine
