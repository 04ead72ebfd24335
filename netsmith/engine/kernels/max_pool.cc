#include "netsmith/engine/kernels/max_pool.h"

#include <algorithm>
#include <limits>
#include <utility>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "netsmith/engine/kernels/max_pool.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace netsmith::engine::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Tag = hn::CappedTag<float, 16>;
constexpr std::int64_t kLanes = hn::MaxLanes(Tag());

/// dst[i] = max(src[i], src[i + shift]) while both exist, else src[i]. dst may be src.
void MaxShifted(std::int64_t n, std::int64_t shift, const float* src, float* dst) {
  const Tag d;
  const std::int64_t both = n - shift;
  std::int64_t i = 0;
  for (; i + kLanes <= both; i += kLanes) {
    hn::StoreU(hn::Max(hn::LoadU(d, src + i), hn::LoadU(d, src + i + shift)), d, dst + i);
  }
  for (; i < both; ++i) dst[i] = std::max(src[i], src[i + shift]);
  if (dst != src) std::copy(src + i, src + n, dst + i);
}

/// Gradient of MaxShifted: diff_src[i] is diff_dst[i] where src[i] won or was alone, plus
/// diff_dst[i - shift] where src[i] beat src[i - shift].
void MaxShiftedDiff(std::int64_t n, std::int64_t shift, const float* src, const float* diff_dst,
                    float* diff_src) {
  const Tag d;
  const auto from_itself = [&](std::int64_t i) {
    return i + shift >= n || src[i] >= src[i + shift] ? diff_dst[i] : 0.0f;
  };
  const auto from_before = [&](std::int64_t i) {
    return i >= shift && src[i] > src[i - shift] ? diff_dst[i - shift] : 0.0f;
  };
  std::int64_t i = 0;
  for (; i < std::min(shift, n); ++i) diff_src[i] = from_itself(i);
  for (; i + kLanes <= n - shift; i += kLanes) {
    const auto x = hn::LoadU(d, src + i);
    const auto stays = hn::Ge(x, hn::LoadU(d, src + i + shift));
    const auto won = hn::Gt(x, hn::LoadU(d, src + i - shift));
    const auto itself = hn::IfThenElseZero(stays, hn::LoadU(d, diff_dst + i));
    const auto before = hn::IfThenElseZero(won, hn::LoadU(d, diff_dst + i - shift));
    hn::StoreU(hn::Add(itself, before), d, diff_src + i);
  }
  for (; i < n; ++i) diff_src[i] = from_itself(i) + from_before(i);
}

}  // namespace netsmith::engine::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace netsmith::engine::kernels {
namespace {

HWY_EXPORT(MaxShifted);
HWY_EXPORT(MaxShiftedDiff);

/// The tree's levels: maxima of 1, 2, 4, … neighbours, each from the one below shifted by that many
/// positions; the last shift makes up the rest of the window.
template <typename Visit>
void ForEachShift(std::int64_t window, Visit visit) {
  std::int64_t width = 1;
  for (; 2 * width <= window; width *= 2) visit(width);
  if (width < window) visit(window - width);
}

std::int64_t NumShifts(std::int64_t window) {
  std::int64_t count = 0;
  ForEachShift(window, [&](std::int64_t) { ++count; });
  return count;
}

/// Windows up to 2 need no position before the first and a single shift: no scratch at all.
bool IsDirect(const Line& line, std::int64_t window, std::int64_t stride_a, std::int64_t stride_b,
              std::int64_t stride_c) {
  return window == 2 && stride_a == line.inner && stride_b == line.inner && stride_c == line.inner;
}

/// A longer window than 2 · positions - 1 sees everything from everywhere already.
std::int64_t Effective(const Line& line, std::int64_t window) {
  return std::min(window, 2 * line.positions - 1);
}

/// A strip: some of the inner floats of all positions, copied together behind `before` positions of
/// padding, so that the whole tree works on contiguous memory that stays in the second-level cache.
struct Strip {
  std::int64_t before;  // positions of padding
  std::int64_t width;   // floats a position
  std::int64_t size;    // floats in all

  Strip(const Line& line, std::int64_t window)
      : before((window - 1) / 2),
        width(WidthFor(line, window)),
        size((before + line.positions) * width) {}

  static std::int64_t WidthFor(const Line& line, std::int64_t window) {
    constexpr std::int64_t kCacheFloats = 1 << 16;
    constexpr std::int64_t kWidthUnit = 16;
    const std::int64_t rows = ((window - 1) / 2 + line.positions) * (NumShifts(window) + 2);
    const std::int64_t fitting = kCacheFloats / rows / kWidthUnit * kWidthUnit;
    return std::min(line.inner, std::max(kWidthUnit, fitting));
  }
};

void CopyRows(std::int64_t rows, std::int64_t width, const float* src, std::int64_t src_stride,
              float* dst, std::int64_t dst_stride) {
  if (width == src_stride && width == dst_stride) {
    std::copy_n(src, rows * width, dst);
    return;
  }
  for (std::int64_t r = 0; r < rows; ++r) {
    std::copy_n(src + r * src_stride, width, dst + r * dst_stride);
  }
}

/// Level 0 of the tree: padding that never wins, then the strip's values.
void LoadStrip(const Line& line, const Strip& strip, std::int64_t width, const float* src,
               std::int64_t src_stride, float* level) {
  std::fill_n(level, strip.before * width, -std::numeric_limits<float>::infinity());
  CopyRows(line.positions, width, src, src_stride, level + strip.before * width, width);
}

}  // namespace

std::int64_t MaxPoolScratch(const Line& line, std::int64_t window) {
  window = Effective(line, window);
  return Strip(line, window).size * (NumShifts(window) + 2);
}

void MaxPoolForward(const Line& line, std::int64_t window, const float* src,
                    std::int64_t src_stride, float* dst, std::int64_t dst_stride, float* scratch) {
  window = Effective(line, window);
  if (IsDirect(line, window, src_stride, dst_stride, line.inner)) {
    HWY_DYNAMIC_DISPATCH(MaxShifted)(line.positions * line.inner, line.inner, src, dst);
    return;
  }
  const Strip strip(line, window);
  for (std::int64_t first = 0; first < line.inner; first += strip.width) {
    const std::int64_t width = std::min(strip.width, line.inner - first);
    const std::int64_t size = (strip.before + line.positions) * width;
    LoadStrip(line, strip, width, src + first, src_stride, scratch);
    ForEachShift(window, [&](std::int64_t shift) {
      HWY_DYNAMIC_DISPATCH(MaxShifted)(size, std::min(size, shift * width), scratch, scratch);
    });
    CopyRows(line.positions, width, scratch, width, dst + first, dst_stride);
  }
}

void MaxPoolBackward(const Line& line, std::int64_t window, const float* src,
                     std::int64_t src_stride, const float* diff_dst, std::int64_t diff_dst_stride,
                     float* diff_src, std::int64_t diff_src_stride, float* scratch) {
  window = Effective(line, window);
  if (IsDirect(line, window, src_stride, diff_dst_stride, diff_src_stride)) {
    HWY_DYNAMIC_DISPATCH(MaxShiftedDiff)
    (line.positions * line.inner, line.inner, src, diff_dst, diff_src);
    return;
  }
  const Strip strip(line, window);
  const std::int64_t num_levels = NumShifts(window);
  for (std::int64_t first = 0; first < line.inner; first += strip.width) {
    const std::int64_t width = std::min(strip.width, line.inner - first);
    const std::int64_t size = (strip.before + line.positions) * width;
    const auto level = [&](std::int64_t l) { return scratch + l * size; };
    LoadStrip(line, strip, width, src + first, src_stride, level(0));
    std::int64_t shifts[64];
    std::int64_t l = 0;
    ForEachShift(window, [&](std::int64_t shift) {
      shifts[l] = std::min(size, shift * width);
      if (l + 1 < num_levels) {
        HWY_DYNAMIC_DISPATCH(MaxShifted)(size, shifts[l], level(l), level(l + 1));
      }
      ++l;
    });
    float* diff = level(num_levels);
    float* next = level(num_levels + 1);
    CopyRows(line.positions, width, diff_dst + first, diff_dst_stride, diff, width);
    std::fill_n(diff + line.positions * width, strip.before * width, 0.0f);
    for (l = num_levels - 1; l >= 0; --l) {
      HWY_DYNAMIC_DISPATCH(MaxShiftedDiff)(size, shifts[l], level(l), diff, next);
      std::swap(diff, next);
    }
    CopyRows(line.positions, width, diff + strip.before * width, width, diff_src + first,
             diff_src_stride);
  }
}

}  // namespace netsmith::engine::kernels
#endif
