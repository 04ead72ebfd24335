#include <algorithm>

#include "netsmith/engine/kernels/pool.h"
#include "netsmith/engine/ops/ops.h"

namespace netsmith::engine {
namespace {

/// Windows that slide over an image in both directions, row by row.
class Windows {
 public:
  template <typename Pool>
  Windows(const Pool& pool, SampleShape src)
      : window_height_(pool.window_height),
        stride_height_(pool.stride_height),
        rows_(graph::AnalyzeAxis(src.height, pool.window_height, pool.stride_height, 1,
                                 pool.padding)),
        columns_(
            graph::AnalyzeAxis(src.width, pool.window_width, pool.stride_width, 1, pool.padding)),
        src_(src),
        row_{.channels = src.channels,
             .src_width = src.width,
             .dst_width = columns_.size,
             .window = pool.window_width,
             .stride = pool.stride_width,
             .before = columns_.before} {}

  SampleShape src() const { return src_; }
  SampleShape dst() const { return {rows_.size, columns_.size, src_.channels}; }

  /// Calls visit(row of windows, first image row under it, output row).
  template <typename Visit>
  void ForEach(const Layout& src_layout, Visit visit) const {
    for (std::int64_t y = 0; y < rows_.size; ++y) {
      const std::int64_t start = y * stride_height_ - rows_.before;
      const std::int64_t first = std::max<std::int64_t>(start, 0);
      kernels::PoolRow row = row_;
      row.rows = std::min(start + window_height_, src_.height) - first;
      row.row_stride = src_layout.row_stride();
      visit(row, first, y);
    }
  }

 private:
  std::int64_t window_height_, stride_height_;
  graph::WindowAxis rows_, columns_;
  SampleShape src_;
  kernels::PoolRow row_;
};

/// What a kind of pool makes of a row of windows, there and back.
struct PoolKernels {
  void (*forward)(const kernels::PoolRow& row, const float* src, float* dst);
  void (*backward)(const kernels::PoolRow& row, const float* src, const float* diff_dst,
                   float* diff_src, std::int64_t diff_row_stride);
  bool backward_reads_src;
};

/// A pool with any stride and padding.
class PoolOp final : public Op {
 public:
  PoolOp(std::string name, const Windows& windows, const PoolKernels& kernels)
      : Op(std::move(name)), windows_(windows), kernels_(kernels) {}

  OpNeeds Needs() const override {
    return {.srcs = {{.layout = {windows_.src()}, .in_backward = kernels_.backward_reads_src}},
            .dsts = {{.shape = windows_.dst(), .diff_layout = {windows_.dst()}}}};
  }

  void Forward(const Chunk& chunk, std::int64_t first, std::int64_t count) const override {
    const Layout& from = places_.src().layout;
    const Layout& to = places_.dst().layout;
    for (std::int64_t i = first; i < first + count; ++i) {
      const float* const src = chunk.Sample(places_.src(), i);
      float* const dst = chunk.Sample(places_.dst(), i);
      windows_.ForEach(from, [&](const kernels::PoolRow& row, std::int64_t top, std::int64_t y) {
        kernels_.forward(row, src + from.row(top), dst + to.row(y));
      });
      ZeroPadding(to, dst);
    }
  }

  void Backward(const Chunk& chunk, std::int64_t first, std::int64_t count) const override {
    if (!places_.needs_diff_src()) return;
    const Layout& from = places_.src().layout;
    const Layout& to = places_.diff_src().layout;
    for (std::int64_t i = first; i < first + count; ++i) {
      const float* const src = chunk.Sample(places_.src(), i);
      const float* const diff_dst = chunk.Sample(places_.diff_dst(), i);
      float* const diff_src = chunk.Sample(places_.diff_src(), i);
      std::fill_n(diff_src, to.size(), 0.0f);
      windows_.ForEach(from, [&](const kernels::PoolRow& row, std::int64_t top, std::int64_t y) {
        kernels_.backward(row, src + from.row(top), diff_dst + places_.diff_dst().layout.row(y),
                          diff_src + to.row(top), to.row_stride());
      });
    }
  }

 private:
  Windows windows_;
  PoolKernels kernels_;
};

}  // namespace

std::unique_ptr<Op> MakeStridedMaxPoolOp(std::string name, const graph::MaxPool& pool,
                                         SampleShape src) {
  return std::make_unique<PoolOp>(std::move(name), Windows(pool, src),
                                  PoolKernels{.forward = kernels::MaxPoolRow,
                                              .backward = kernels::MaxPoolRowBackward,
                                              .backward_reads_src = true});
}

std::unique_ptr<Op> MakeAvgPoolOp(std::string name, const graph::AvgPool& pool, SampleShape src) {
  return std::make_unique<PoolOp>(
      std::move(name), Windows(pool, src),
      PoolKernels{.forward = kernels::AvgPoolRow,
                  .backward =
                      [](const kernels::PoolRow& row, const float* /*src*/, const float* diff_dst,
                         float* diff_src, std::int64_t row_stride) {
                        kernels::AvgPoolRowBackward(row, diff_dst, diff_src, row_stride);
                      },
                  .backward_reads_src = false});
}

std::unique_ptr<Op> MakeGlobalAvgPoolOp(std::string name, SampleShape src) {
  return MakeAvgPoolOp(
      std::move(name),
      {.window_height = src.height, .window_width = src.width, .padding = graph::Padding::kValid},
      src);
}

}  // namespace netsmith::engine
