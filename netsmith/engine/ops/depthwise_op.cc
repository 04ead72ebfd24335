#include <algorithm>

#include "netsmith/engine/kernels/channels.h"
#include "netsmith/engine/kernels/depthwise.h"
#include "netsmith/engine/kernels/elementwise.h"
#include "netsmith/engine/memory_plan.h"
#include "netsmith/engine/ops/general_conv.h"
#include "netsmith/engine/ops/norm_neighbours.h"
#include "netsmith/engine/ops/ops.h"

namespace netsmith::engine {
namespace {

/// A convolution of each channel by itself, with its ReLU when one follows. Weights [kh][kw][c].
/// The gradient of the input is the same with the kernel turned round where the stride is 1; else
/// each kernel element adds its share.
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
        slides_back_(conv.stride_height == 1 && conv.stride_width == 1) {}

  bool HandOverTo(const NormBehind& norm) override {
    if (with_relu_ || !TilesTake(norm.channels())) return false;
    behind_ = &norm;
    return true;
  }

  bool HandBackTo(const NormBefore& norm) override {
    if (!slides_back_ || !TilesTake(norm.channels())) return false;
    before_ = &norm;
    return true;
  }

  OpNeeds Needs() const override {
    const std::int64_t channels = src_shape_.channels;
    Layout diff_dst = {dst_shape_};
    if (slides_back_) {
      diff_dst = {dst_shape_, back_top(), back_left(),
                  src_shape_.height - dst_shape_.height + rows_.before,
                  src_shape_.width - dst_shape_.width + columns_.before};
    }
    OpNeeds needs = {
        .srcs = {{.layout = {src_shape_, rows_.before, columns_.before, rows_.after,
                             columns_.after},
                  .in_backward = true}},
        .dsts = {{.shape = dst_shape_, .diff_layout = diff_dst, .in_backward = with_relu_}},
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

  /// The kernel turned round.
  void Pack(const Parameters& from, float* packed, bool /*training*/) const override {
    const float* weights = from.params + places_.params[0];
    float* const turned = packed + places_.packed;
    const std::int64_t channels = src_shape_.channels;
    for (std::int64_t tap = 0; tap < window(); ++tap) {
      std::copy_n(weights + tap * channels, channels, turned + (window() - 1 - tap) * channels);
    }
  }

  void Forward(const Chunk& chunk, std::int64_t first, std::int64_t count) const override {
    const float* const weights = chunk.params + places_.params[0];
    const float* const bias = conv_.bias ? chunk.params + places_.params[1] : nullptr;
    const Layout& src = places_.src().layout;
    const Layout& dst = places_.dst().layout;
    for (std::int64_t i = first; i < first + count; ++i) {
      const float* const from = chunk.Sample(places_.src(), i) + Corner(src);
      if (behind_ != nullptr && behind_->TakesTiles(chunk, i)) {
        float* const sums = chunk.scratch + row_scratch();
        kernels::MomentTiles tiles = behind_->BeginTiles(chunk, i, sums);
        HandOver(RowOf(src), dst_shape_, from, conv_.stride_height * src.row_stride(), weights,
                 bias, chunk.scratch, tiles);
        behind_->EndTiles(chunk, i, sums);
        continue;
      }
      float* const to = chunk.Sample(places_.dst(), i);
      for (std::int64_t y = 0; y < dst_shape_.height; ++y) {
        kernels::DepthwiseForward(RowOf(src), from + y * conv_.stride_height * src.row_stride(),
                                  weights, bias, with_relu_, to + dst.row(y));
      }
      ZeroPadding(dst, to);
    }
  }

  void Backward(const Chunk& chunk, std::int64_t first, std::int64_t count) const override {
    float* const gradients = chunk.group_gradients + places_.group_gradients;
    const Layout& src = places_.src().layout;
    const Layout& diff_layout = places_.diff_dst().layout;
    const std::int64_t channels = src_shape_.channels;
    for (std::int64_t i = first; i < first + count; ++i) {
      if (chunk.first_of_group && i == 0) {
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
  std::int64_t back_top() const {
    return (conv_.kernel_height - 1) * conv_.dilation_height - rows_.before;
  }
  std::int64_t back_left() const {
    return (conv_.kernel_width - 1) * conv_.dilation_width - columns_.before;
  }
  std::int64_t Corner(const Layout& src) const { return src.corner(rows_.before, columns_.before); }
  kernels::DepthwiseRow RowOf(const Layout& src) const {
    return {.channels = src_shape_.channels,
            .width = dst_shape_.width,
            .kh = conv_.kernel_height,
            .kw = conv_.kernel_width,
            .src_step = conv_.stride_width * src_shape_.channels,
            .src_row = conv_.dilation_height * src.row_stride(),
            .src_tap = conv_.dilation_width * src_shape_.channels};
  }

  /// Floats of a row that is handed over.
  std::int64_t row_scratch() const {
    return AlignFloats(std::max(src_shape_.width, dst_shape_.width) * src_shape_.channels);
  }

  /// Makes the rows of a sample of shape `dst`, from windows `step` floats apart.
  static void HandOver(const kernels::DepthwiseRow& row, const SampleShape& dst, const float* src,
                       std::int64_t step, const float* weights, const float* bias, float* scratch,
                       kernels::TileSink& sink) {
    for (std::int64_t y = 0; y < dst.height; ++y) {
      kernels::DepthwiseForward(row, src + y * step, weights, bias, false, scratch);
      sink.Take({.position = y * dst.width,
                 .rows = dst.width,
                 .channels = dst.channels,
                 .values = scratch,
                 .row = dst.channels});
    }
  }

  void SrcGradient(const Chunk& chunk, std::int64_t sample, const float* diff_dst) const {
    const Layout& from = places_.diff_dst().layout;
    const Layout& to = places_.diff_src().layout;
    float* const diff_src = chunk.Sample(places_.diff_src(), sample);
    if (slides_back_) {
      kernels::DepthwiseRow row = RowOf(from);
      row.width = src_shape_.width;
      const float* const windows = diff_dst + from.corner(back_top(), back_left());
      const float* const turned = chunk.packed + places_.packed;
      if (before_ != nullptr) {
        kernels::GradientTiles tiles = before_->BeginGradientTiles(chunk, sample);
        HandOver(row, src_shape_, windows, from.row_stride(), turned, nullptr, chunk.scratch,
                 tiles);
        return;
      }
      for (std::int64_t y = 0; y < src_shape_.height; ++y) {
        kernels::DepthwiseForward(row, windows + y * from.row_stride(), turned, nullptr, false,
                                  diff_src + to.row(y));
      }
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
  bool slides_back_;
  const NormBehind* behind_ = nullptr;  // that it hands over to
  const NormBefore* before_ = nullptr;
};

}  // namespace

std::unique_ptr<Op> MakeDepthwiseOp(std::string name, const graph::Conv& conv, SampleShape src,
                                    bool with_relu) {
  return std::make_unique<DepthwiseOp>(std::move(name), conv, src, with_relu);
}

}  // namespace netsmith::engine
