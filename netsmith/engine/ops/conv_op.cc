#include <algorithm>
#include <memory>

#include "netsmith/engine/kernels/channels.h"
#include "netsmith/engine/kernels/elementwise.h"
#include "netsmith/engine/memory_plan.h"
#include "netsmith/engine/ops/conv_algorithm.h"
#include "netsmith/engine/ops/general_conv.h"
#include "netsmith/engine/ops/norm_neighbours.h"
#include "netsmith/engine/ops/ops.h"

namespace netsmith::engine {
namespace {

std::int64_t Scratch(const std::unique_ptr<ConvAlgorithm>& algorithm) {
  return algorithm ? algorithm->scratch_size() : 0;
}

/// Convolution with its ReLU when one follows. Forward and the gradient of the weights take a
/// ConvAlgorithm where there is one group and no horizontal dilation; so does the gradient of the
/// input where the stride is 1 and nothing is dilated. GeneralConv does the rest.
class ConvOp final : public Op {
 public:
  ConvOp(std::string name, const graph::Conv& conv, SampleShape src, bool with_relu,
         Precision precision, std::int64_t group)
      : Op(std::move(name)),
        conv_(conv),
        rows_(graph::AnalyzeAxis(src.height, conv.kernel_height, conv.stride_height,
                                 conv.dilation_height, conv.padding)),
        columns_(graph::AnalyzeAxis(src.width, conv.kernel_width, conv.stride_width,
                                    conv.dilation_width, conv.padding)),
        src_shape_(src),
        dst_shape_{rows_.size, columns_.size, conv.filters},
        with_relu_(with_relu),
        general_{conv, src, dst_shape_, rows_.before, columns_.before} {
    const ConvUse forward = {ConvPass::kForward, precision};
    if (const auto shape = ForwardShape(conv, src)) {
      forward_ = ChooseConvAlgorithm(*shape, forward);
      gradient_ = ChooseConvAlgorithm(*shape, {ConvPass::kWeightsGradient, precision, group});
    }
    if (const auto shape = BackwardShape(conv, src)) {
      backward_ = ChooseConvAlgorithm(*shape, forward);
    }
  }

  bool HandOverTo(const NormBehind& norm) override {
    if (with_relu_ || !forward_ || !forward_->CanHandOver() || !TilesTake(norm.channels())) {
      return false;
    }
    behind_ = &norm;
    return true;
  }

  bool HandBackTo(const NormBefore& norm) override {
    if (!backward_ || !backward_->CanHandOver() || !TilesTake(norm.channels())) return false;
    before_ = &norm;
    return true;
  }

  OpNeeds Needs() const override {
    const std::int64_t ic = src_shape_.channels / conv_.groups, oc = conv_.filters;
    // The kernel turned round reads as far before a position as it read after it.
    Layout diff_dst = {dst_shape_};
    if (backward_) {
      diff_dst = {dst_shape_, conv_.kernel_height - 1 - rows_.before,
                  conv_.kernel_width - 1 - columns_.before,
                  src_shape_.height - dst_shape_.height + rows_.before,
                  src_shape_.width - dst_shape_.width + columns_.before};
    }
    const std::int64_t window = conv_.kernel_height * conv_.kernel_width;
    OpNeeds needs = {
        .srcs = {{.layout = {src_shape_, rows_.before, columns_.before, rows_.after,
                             columns_.after},
                  .in_backward = true}},
        .dsts = {{.shape = dst_shape_, .diff_layout = diff_dst, .in_backward = with_relu_}},
        .scratch = std::max(
            {AlignFloats(Scratch(forward_)) + (behind_ != nullptr ? behind_->tile_scratch() : 0),
             Scratch(gradient_), Scratch(backward_)}),
        .kept = gradient_ ? gradient_->kept_size() : 0,
        .packed = packed_bias() + AlignFloats(forward_ ? forward_->packed_bias_size() : oc),
        .group_gradients = gradient_bias() + AlignFloats(oc),
        .params = {{.name = name() + ".weights",
                    .shape = {conv_.kernel_height, conv_.kernel_width, ic, oc},
                    .fan_in = window * ic,
                    .fan_out = window * oc / conv_.groups}}};
    if (conv_.bias) needs.params.push_back({.name = name() + ".bias", .shape = {oc}});
    return needs;
  }

  void Pack(const Parameters& from, float* packed, bool training) const override {
    const float* const weights = from.params + places_.params[0];
    const float* const bias = conv_.bias ? from.params + places_.params[1] : nullptr;
    float* const to = packed + places_.packed;
    if (forward_) {
      forward_->Pack(weights, to);
      if (bias != nullptr) forward_->PackBias(bias, to + packed_bias());
    } else {
      std::copy_n(weights, weights_size(), to);
      if (bias != nullptr) std::copy_n(bias, dst_shape_.channels, to + packed_bias());
    }
    if (!training || !places_.needs_diff_src()) return;
    if (backward_) {
      Turn(weights, to + packed_turned());
      backward_->Pack(to + packed_turned(), to + packed_backward());
    } else {
      general_.Transpose(weights, to + packed_backward());
    }
  }

  void Forward(const Chunk& chunk, std::int64_t first, std::int64_t count) const override {
    const float* const weights = chunk.packed + places_.packed;
    const float* const bias = conv_.bias ? weights + packed_bias() : nullptr;
    const Layout& src = places_.src().layout;
    const Layout& dst = places_.dst().layout;
    for (std::int64_t i = first; i < first + count; ++i) {
      const float* const from = chunk.Sample(places_.src(), i);
      float* const to = chunk.Sample(places_.dst(), i);
      if (behind_ != nullptr && behind_->TakesTiles(chunk, i)) {
        float* const sums = chunk.scratch + AlignFloats(forward_->scratch_size());
        kernels::MomentTiles tiles = behind_->BeginTiles(chunk, i, sums);
        forward_->HandOver(src, from, weights, bias, tiles, chunk.scratch);
        behind_->EndTiles(chunk, i, sums);
        continue;
      }
      if (forward_) {
        forward_->Forward(src, from, weights, bias, with_relu_, dst, to, chunk.scratch);
      } else {
        general_.Forward(src, from, weights, bias, with_relu_, dst, to);
      }
      ZeroPadding(dst, to);
    }
  }

  void Backward(const Chunk& chunk, std::int64_t first, std::int64_t count) const override {
    float* const gradients = chunk.group_gradients + places_.group_gradients;
    const Layout& src = places_.src().layout;
    const Layout& diff_dst_layout = places_.diff_dst().layout;
    for (std::int64_t i = first; i < first + count; ++i) {
      const GradientSum gradient = {.sum = gradients,
                                    .kept = chunk.workspace + places_.kept,
                                    .sample = chunk.NumberInGroup(i),
                                    .last = chunk.IsLastOfGroup(i)};
      float* const diff_dst = chunk.Sample(places_.diff_dst(), i);
      const float* const from = chunk.Sample(places_.src(), i);
      if (with_relu_) {
        ForEachRow(places_.dst().layout, chunk.Sample(places_.dst(), i), diff_dst_layout, diff_dst,
                   kernels::ReluBackward);
      }
      if (conv_.bias) AddBiasGradient(diff_dst, gradient.sample > 0, gradients + gradient_bias());
      if (gradient_) {
        gradient_->WeightsGradient(src, from, diff_dst_layout, diff_dst, gradient, chunk.scratch);
      } else {
        general_.WeightsGradient(src, from, diff_dst_layout, diff_dst, gradient.sample > 0,
                                 gradients);
      }
      if (places_.needs_diff_src()) SrcGradient(chunk, i, diff_dst);
    }
  }

  std::int64_t NumGradientPieces() const override { return 1; }

  /// Adds the groups' gradients in their order into the first one's.
  void FinishGradient(const Batch& batch, std::int64_t /*piece*/) const override {
    const std::int64_t size = gradient_bias() + dst_shape_.channels;
    float* const sum = batch.group_gradients + places_.group_gradients;
    for (int g = 1; g < batch.num_groups; ++g) {
      kernels::Accumulate(size, sum + g * batch.group_stride, sum);
    }
    float* const weights = batch.diff_params + places_.params[0];
    if (gradient_) {
      gradient_->Unpack(sum, weights);
    } else {
      std::copy_n(sum, weights_size(), weights);
    }
    if (!conv_.bias) return;
    std::copy_n(sum + gradient_bias(), dst_shape_.channels, batch.diff_params + places_.params[1]);
  }

 private:
  std::int64_t weights_size() const { return general_.weights_size(); }
  /// Packed: the weights forward; turned round, if that is how the way back goes; backward; bias.
  std::int64_t packed_turned() const {
    return AlignFloats(forward_ ? forward_->packed_size() : weights_size());
  }
  std::int64_t packed_backward() const {
    return packed_turned() + (backward_ ? AlignFloats(weights_size()) : 0);
  }
  std::int64_t packed_bias() const {
    return packed_backward() + AlignFloats(backward_ ? backward_->packed_size() : weights_size());
  }
  std::int64_t gradient_bias() const {
    return AlignFloats(gradient_ ? gradient_->gradient_size() : weights_size());
  }

  void SrcGradient(const Chunk& chunk, std::int64_t sample, const float* diff_dst) const {
    const Layout& layout = places_.diff_src().layout;
    const float* const weights = chunk.packed + places_.packed + packed_backward();
    float* const diff_src = chunk.Sample(places_.diff_src(), sample);
    if (!backward_) {
      general_.SrcGradient(places_.diff_dst().layout, diff_dst, weights, layout, diff_src);
      return;
    }
    if (before_ != nullptr) {
      kernels::GradientTiles tiles = before_->BeginGradientTiles(chunk, sample);
      backward_->HandOver(places_.diff_dst().layout, diff_dst, weights, nullptr, tiles,
                          chunk.scratch);
      return;
    }
    backward_->Forward(places_.diff_dst().layout, diff_dst, weights, nullptr, false, layout,
                       diff_src, chunk.scratch);
    ZeroPadding(layout, diff_src);
  }

  /// turned[h][w][o][c] = weights[kh-1-h][kw-1-w][c][o]
  void Turn(const float* weights, float* turned) const {
    const std::int64_t ic = src_shape_.channels, oc = dst_shape_.channels;
    for (std::int64_t tap = conv_.kernel_height * conv_.kernel_width - 1; tap >= 0; --tap) {
      const float* const from = weights + tap * ic * oc;
      for (std::int64_t o = 0; o < oc; ++o) {
        for (std::int64_t c = 0; c < ic; ++c) *turned++ = from[c * oc + o];
      }
    }
  }

  void AddBiasGradient(const float* diff_dst, bool accumulate, float* sum) const {
    const Layout& layout = places_.diff_dst().layout;
    if (!accumulate) std::fill_n(sum, dst_shape_.channels, 0.0f);
    for (std::int64_t y = 0; y < dst_shape_.height; ++y) {
      kernels::AddChannelSums(layout.row_floats(), dst_shape_.channels, diff_dst + layout.row(y),
                              sum);
    }
  }

  graph::Conv conv_;
  graph::WindowAxis rows_, columns_;
  SampleShape src_shape_, dst_shape_;
  bool with_relu_;
  GeneralConv general_;
  const NormBehind* behind_ = nullptr;  // that it hands over to
  const NormBefore* before_ = nullptr;
  std::unique_ptr<ConvAlgorithm> forward_, gradient_, backward_;
};

}  // namespace

std::unique_ptr<Op> MakeConvOp(std::string name, const graph::Conv& conv, SampleShape src,
                               bool with_relu, Precision precision, std::int64_t group) {
  return std::make_unique<ConvOp>(std::move(name), conv, src, with_relu, precision, group);
}

}  // namespace netsmith::engine
