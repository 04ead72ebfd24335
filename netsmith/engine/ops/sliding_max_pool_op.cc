#include <algorithm>

#include "netsmith/engine/kernels/max_pool.h"
#include "netsmith/engine/memory_plan.h"
#include "netsmith/engine/ops/ops.h"

namespace netsmith::engine {
namespace {

/// Stride-1 max pool: along the rows, then along the columns, since a maximum over a rectangle is
/// the maximum of its rows' maxima.
class SlidingMaxPoolOp final : public Op {
 public:
  SlidingMaxPoolOp(std::string name, const graph::MaxPool& pool, SampleShape src)
      : Op(std::move(name)),
        pool_(pool),
        shape_(src),
        along_row_{src.width, src.channels},
        along_column_{src.height, src.width * src.channels} {}

  OpNeeds Needs() const override {
    std::int64_t scratch = std::max(kernels::MaxPoolScratch(along_row_, pool_.window_width),
                                    kernels::MaxPoolScratch(along_column_, pool_.window_height));
    if (both()) scratch = AlignFloats(scratch) + 2 * AlignFloats(shape_.size());
    return {.srcs = {{.layout = {shape_}, .in_backward = true}},
            .dsts = {{.shape = shape_, .diff_layout = {shape_}}},
            .scratch = scratch};
  }

  void Forward(const Chunk& chunk, std::int64_t first, std::int64_t count) const override {
    for (std::int64_t i = first; i < first + count; ++i) {
      const float* src = chunk.Sample(places_.src(), i);
      float* dst = chunk.Sample(places_.dst(), i);
      if (both()) {
        float* rows = RowMaxima(chunk, src);
        Columns(rows, {shape_}, dst, Lines(chunk));
      } else if (pool_.window_height > 1) {
        Columns(src, places_.src().layout, dst, chunk.scratch);
      } else {
        Rows(src, dst, places_.dst().layout, chunk.scratch);
      }
      ZeroPadding(places_.dst().layout, dst);
    }
  }

  void Backward(const Chunk& chunk, std::int64_t first, std::int64_t count) const override {
    if (!places_.needs_diff_src()) return;
    for (std::int64_t i = first; i < first + count; ++i) {
      const float* src = chunk.Sample(places_.src(), i);
      const float* diff_dst = chunk.Sample(places_.diff_dst(), i);
      float* diff_src = chunk.Sample(places_.diff_src(), i);
      if (both()) {
        const float* rows = RowMaxima(chunk, src);
        float* diff_rows = chunk.scratch + AlignFloats(shape_.size());
        ColumnsBackward(rows, {shape_}, diff_dst, diff_rows, {shape_}, Lines(chunk));
        RowsBackward(src, diff_rows, {shape_}, diff_src, Lines(chunk));
      } else if (pool_.window_height > 1) {
        ColumnsBackward(src, places_.src().layout, diff_dst, diff_src, places_.diff_src().layout,
                        chunk.scratch);
      } else {
        RowsBackward(src, diff_dst, places_.diff_dst().layout, diff_src, chunk.scratch);
      }
      ZeroPadding(places_.diff_src().layout, diff_src);
    }
  }

 private:
  bool both() const { return pool_.window_height > 1 && pool_.window_width > 1; }

  /// With both windows the scratch memory holds the rows' maxima, their gradient, then the lines.
  float* Lines(const Chunk& chunk) const { return chunk.scratch + 2 * AlignFloats(shape_.size()); }
  float* RowMaxima(const Chunk& chunk, const float* src) const {
    Rows(src, chunk.scratch, {shape_}, Lines(chunk));
    return chunk.scratch;
  }

  void Rows(const float* src, float* dst, const Layout& dst_layout, float* scratch) const {
    for (std::int64_t y = 0; y < shape_.height; ++y) {
      kernels::MaxPoolForward(along_row_, pool_.window_width, src + places_.src().layout.row(y),
                              shape_.channels, dst + dst_layout.row(y), shape_.channels, scratch);
    }
  }
  void RowsBackward(const float* src, const float* diff_dst, const Layout& diff_dst_layout,
                    float* diff_src, float* scratch) const {
    for (std::int64_t y = 0; y < shape_.height; ++y) {
      kernels::MaxPoolBackward(along_row_, pool_.window_width, src + places_.src().layout.row(y),
                               shape_.channels, diff_dst + diff_dst_layout.row(y), shape_.channels,
                               diff_src + places_.diff_src().layout.row(y), shape_.channels,
                               scratch);
    }
  }
  void Columns(const float* src, const Layout& src_layout, float* dst, float* scratch) const {
    kernels::MaxPoolForward(along_column_, pool_.window_height, src + src_layout.row(0),
                            src_layout.row_stride(), dst + places_.dst().layout.row(0),
                            places_.dst().layout.row_stride(), scratch);
  }
  void ColumnsBackward(const float* src, const Layout& src_layout, const float* diff_dst,
                       float* diff_src, const Layout& diff_src_layout, float* scratch) const {
    const Layout& diff_dst_layout = places_.diff_dst().layout;
    kernels::MaxPoolBackward(along_column_, pool_.window_height, src + src_layout.row(0),
                             src_layout.row_stride(), diff_dst + diff_dst_layout.row(0),
                             diff_dst_layout.row_stride(), diff_src + diff_src_layout.row(0),
                             diff_src_layout.row_stride(), scratch);
  }

  graph::MaxPool pool_;
  SampleShape shape_;
  kernels::Line along_row_;
  kernels::Line along_column_;
};

}  // namespace

std::unique_ptr<Op> MakeSlidingMaxPoolOp(std::string name, const graph::MaxPool& pool,
                                         SampleShape src) {
  return std::make_unique<SlidingMaxPoolOp>(std::move(name), pool, src);
}

}  // namespace netsmith::engine
