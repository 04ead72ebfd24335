#include <algorithm>

#include "netsmith/engine/kernels/channels.h"
#include "netsmith/engine/kernels/depthwise.h"
#include "netsmith/engine/kernels/elementwise.h"
#include "netsmith/engine/memory_plan.h"
#include "netsmith/engine/ops/depthwise_src_gradient.h"
#include "netsmith/engine/ops/general_conv.h"
#include "netsmith/engine/ops/norm_neighbours.h"
#include "netsmith/engine/ops/ops.h"

namespace netsmith::engine {
namespace {

/// A convolution of each channel by itself, with its ReLU when one follows. Weights [kh][kw][c].
/// The gradient of the input is gathered where that is possible; else each kernel element adds its
/// share.
class DepthwiseOp final : public Op {
 public:
  DepthwiseOp(std::string name, const graph::Conv& conv, SampleShape src, bool with_relu)
      : Op(std::move(name)),
        conv_(conv),
        rows_(graph::AnalyzeAxis(src.height, conv.kernel_height, conv.stride_height,
                                 conv.dilation_height, conv.padding)),
        columns_(graph::AnalyzeAxis(src.width, conv.kernel_width, conv.stride_width,
                                    conv.dilation_width, conv.padding)),
        src_shape_(src),
        dst_shape_{rows_.size, columns_.size, src.channels},
        with_relu_(with_relu),
        gathers_(DepthwiseSrcGradient::CanGather(conv)),
        src_gradient_(conv, src, dst_shape_, rows_.before, columns_.before) {}

  bool HandOverTo(const NormBehind& norm) override {
    if (with_relu_ || !TilesTake(norm.channels())) return false;
    behind_ = &norm;
    return true;
  }

  bool HandBackTo(const NormBefore& norm) override {
    if (!gathers_ || !TilesTake(norm.channels())) return false;
    before_ = &norm;
    return true;
  }

  OpNeeds Needs() const override {
    const std::int64_t channels = src_shape_.channels;
    OpNeeds needs = {
        .srcs = {{.layout = {src_shape_, rows_.before, columns_.before, rows_.after,
                             columns_.after},
                  .in_backward = true}},
        .dsts = {{.shape = dst_shape_,
                  .diff_layout = gathers_ ? src_gradient_.diff_dst_layout() : Layout{dst_shape_},
                  .in_backward = with_relu_}},
        .scratch = row_scratch() + (behind_ != nullptr ? behind_->tile_scratch() : 0),
        .packed = AlignFloats(weights_size()),
        .group_gradients = AlignFloats(weights_size()) + AlignFloats(channels),
        .params = {{.name = name() + ".weights",
                    .shape = {conv_.kernel_height, conv_.kernel_width, 1, channels},
                    .fan_in = window(),
                    .fan_out = window()}}};
    if (conv_.bias) needs.params.push_back({.name = name() + ".bias", .shape = {channels}});
    return needs;
  }

  void Pack(const Parameters& from, float* packed, bool /*training*/) const override {
    if (gathers_) src_gradient_.Pack(from.params + places_.params[0], packed + places_.packed);
  }

  void Forward(const Chunk& chunk, std::int64_t first, std::int64_t count) const override {
    const float* const weights = chunk.params + places_.params[0];
    const float* const bias = conv_.bias ? chunk.params + places_.params[1] : nullptr;
    const Layout& src = places_.src().layout;
    const Layout& dst = places_.dst().layout;
    for (std::int64_t i = first; i < first + count; ++i) {
      const float* const from = chunk.Sample(places_.src(), i) + Corner(src);
      const auto make_row = [&](std::int64_t y, float* row) {
        kernels::DepthwiseForward(RowOf(src), from + y * conv_.stride_height * src.row_stride(),
                                  weights, bias, with_relu_, row);
      };
      if (behind_ != nullptr && behind_->TakesTiles(chunk, i)) {
        float* const sums = chunk.scratch + row_scratch();
        kernels::MomentTiles tiles = behind_->BeginTiles(chunk, i, sums);
        HandOver(dst_shape_, chunk.scratch, tiles, make_row);
        behind_->EndTiles(chunk, i, sums);
        continue;
      }
      float* const to = chunk.Sample(places_.dst(), i);
      for (std::int64_t y = 0; y < dst_shape_.height; ++y) make_row(y, to + dst.row(y));
      ZeroPadding(dst, to);
    }
  }

  void Backward(const Chunk& chunk, std::int64_t first, std::int64_t count) const override {
    float* const gradients = chunk.group_gradients + places_.group_gradients;
    const Layout& src = places_.src().layout;
    const Layout& diff_layout = places_.diff_dst().layout;
    const std::int64_t channels = src_shape_.channels;
    for (std::int64_t i = first; i < first + count; ++i) {
      if (chunk.NumberInGroup(i) == 0) {
        std::fill_n(gradients, AlignFloats(weights_size()) + channels, 0.0f);
      }
      float* const diff_dst = chunk.Sample(places_.diff_dst(), i);
      const float* const from = chunk.Sample(places_.src(), i) + Corner(src);
      if (with_relu_) {
        ForEachRow(places_.dst().layout, chunk.Sample(places_.dst(), i), diff_layout, diff_dst,
                   kernels::ReluBackward);
      }
      for (std::int64_t y = 0; y < dst_shape_.height; ++y) {
        const float* const diff_row = diff_dst + diff_layout.row(y);
        kernels::DepthwiseWeights(RowOf(src), from + y * conv_.stride_height * src.row_stride(),
                                  diff_row, gradients);
        if (!conv_.bias) continue;
        kernels::AddChannelSums(diff_layout.row_floats(), channels, diff_row,
                                gradients + AlignFloats(weights_size()));
      }
      if (places_.needs_diff_src()) SrcGradient(chunk, i, diff_dst);
    }
  }

  std::int64_t NumGradientPieces() const override { return 1; }

  void FinishGradient(const Batch& batch, std::int64_t /*piece*/) const override {
    const std::int64_t channels = src_shape_.channels;
    float* const sum = batch.group_gradients + places_.group_gradients;
    for (int g = 1; g < batch.num_groups; ++g) {
      kernels::Accumulate(AlignFloats(weights_size()) + channels, sum + g * batch.group_stride,
                          sum);
    }
    std::copy_n(sum, weights_size(), batch.diff_params + places_.params[0]);
    if (!conv_.bias) return;
    std::copy_n(sum + AlignFloats(weights_size()), channels, batch.diff_params + places_.params[1]);
  }

 private:
  std::int64_t window() const { return conv_.kernel_height * conv_.kernel_width; }
  std::int64_t weights_size() const { return window() * src_shape_.channels; }
  std::int64_t Corner(const Layout& src) const { return src.corner(rows_.before, columns_.before); }
  kernels::DepthwiseRow RowOf(const Layout& src) const {
    return {.channels = src_shape_.channels,
            .width = dst_shape_.width,
            .kh = conv_.kernel_height,
            .kw = conv_.kernel_width,
            .src_step = conv_.stride_width * src_shape_.channels,
            .src_row = conv_.dilation_height * src.row_stride(),
            .src_tap = conv_.dilation_width * src_shape_.channels,
            .dst_step = src_shape_.channels};
  }

  /// Floats of a row that is handed over.
  std::int64_t row_scratch() const {
    return AlignFloats(std::max(src_shape_.width, dst_shape_.width) * src_shape_.channels);
  }

  /// Hands over the rows of a sample of shape `dst`, as make(y, row) makes them.
  template <typename Make>
  static void HandOver(const SampleShape& dst, float* row, kernels::TileSink& sink, Make make) {
    for (std::int64_t y = 0; y < dst.height; ++y) {
      make(y, row);
      sink.Take({.position = y * dst.width,
                 .rows = dst.width,
                 .channels = dst.channels,
                 .values = row,
                 .row = dst.channels});
    }
  }

  void SrcGradient(const Chunk& chunk, std::int64_t sample, const float* diff_dst) const {
    const Layout& from = places_.diff_dst().layout;
    const Layout& to = places_.diff_src().layout;
    float* const diff_src = chunk.Sample(places_.diff_src(), sample);
    if (gathers_) {
      const auto make_row = [&](std::int64_t y, float* row) {
        src_gradient_.MakeRow(from, diff_dst, chunk.packed + places_.packed, y, row);
      };
      if (before_ != nullptr) {
        kernels::GradientTiles tiles = before_->BeginGradientTiles(chunk, sample);
        HandOver(src_shape_, chunk.scratch, tiles, make_row);
        return;
      }
      for (std::int64_t y = 0; y < src_shape_.height; ++y) make_row(y, diff_src + to.row(y));
      ZeroPadding(to, diff_src);
      return;
    }
    std::fill_n(diff_src, to.size(), 0.0f);
    const std::int64_t channels = src_shape_.channels;
    const float* weights = chunk.params + places_.params[0];
    for (std::int64_t h = 0; h < conv_.kernel_height; ++h) {
      const std::int64_t top = h * conv_.dilation_height - rows_.before;
      const TapRange rows =
          RangeOfTap(top, conv_.stride_height, src_shape_.height, dst_shape_.height);
      for (std::int64_t w = 0; w < conv_.kernel_width; ++w, weights += channels) {
        const std::int64_t left = w * conv_.dilation_width - columns_.before;
        const TapRange columns =
            RangeOfTap(left, conv_.stride_width, src_shape_.width, dst_shape_.width);
        const std::int64_t sx = columns.first * conv_.stride_width + left;
        for (std::int64_t y = rows.first; y < rows.end; ++y) {
          const std::int64_t sy = y * conv_.stride_height + top;
          kernels::AddWeighted(columns.end - columns.first, channels,
                               diff_dst + from.row(y) + columns.first * channels, weights,
                               diff_src + to.row(sy) + sx * channels,
                               conv_.stride_width * channels);
        }
      }
    }
  }

  graph::Conv conv_;
  graph::WindowAxis rows_, columns_;
  SampleShape src_shape_, dst_shape_;
  bool with_relu_;
  bool gathers_;
  DepthwiseSrcGradient src_gradient_;
  const NormBehind* behind_ = nullptr;  // that it hands over to
  const NormBefore* before_ = nullptr;
};

}  // namespace

std::unique_ptr<Op> MakeDepthwiseOp(std::string name, const graph::Conv& conv, SampleShape src,
                                    bool with_relu) {
  return std::make_unique<DepthwiseOp>(std::move(name), conv, src, with_relu);
}

}  // namespace netsmith::engine
