#include "netsmith/engine/kernels/norm_tiles.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "netsmith/engine/kernels/norm_tiles.cc"
#include <hwy/cache_control.h>
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace netsmith::engine::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Tag = hn::CappedTag<float, 16>;
using V = hn::Vec<Tag>;
constexpr std::int64_t kLanes = hn::MaxLanes(Tag());

bool StartsLine(const float* p) { return reinterpret_cast<std::uintptr_t>(p) % 64 == 0; }

void Store(bool stream, V value, float* to) {
  if (stream) {
    hn::Stream(value, Tag(), to);
  } else {
    hn::StoreU(value, Tag(), to);
  }
}

void AddTo(V value, float* sum) { hn::StoreU(hn::Add(hn::LoadU(Tag(), sum), value), Tag(), sum); }

/// kVectors vectors of channels of all the tile's positions, from channel `c` of the sample.
template <int kVectors>
void Measure(const MomentTiles::Args& args, const OutputTile& tile, std::int64_t c, bool stream) {
  const Tag d;
  V center[kVectors], sum[kVectors], square[kVectors];
#pragma GCC unroll 4
  for (int v = 0; v < kVectors; ++v) {
    center[v] = hn::LoadU(d, args.center + c + v * kLanes);
    sum[v] = square[v] = hn::Zero(d);
  }
  const float* from = tile.values + c - tile.channel;
  float* to = args.dst + tile.position * args.channels + c;
  for (std::int64_t i = 0; i < tile.rows; ++i, from += tile.row, to += args.channels) {
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) {
      const V value = hn::LoadU(d, from + v * kLanes);
      Store(stream, value, to + v * kLanes);
      const V deviation = hn::Sub(value, center[v]);
      sum[v] = hn::Add(sum[v], deviation);
      square[v] = hn::MulAdd(deviation, deviation, square[v]);
    }
  }
#pragma GCC unroll 4
  for (int v = 0; v < kVectors; ++v) {
    AddTo(sum[v], args.sums + c + v * kLanes);
    AddTo(square[v], args.squares + c + v * kLanes);
  }
}

template <int kVectors>
void Gradients(const GradientTiles::Args& args, const OutputTile& tile, std::int64_t c,
               bool stream) {
  const Tag d;
  V scale[kVectors], shift[kVectors], mean[kVectors], sum[kVectors], product[kVectors];
#pragma GCC unroll 4
  for (int v = 0; v < kVectors; ++v) {
    scale[v] = hn::LoadU(d, args.norm.scale + c + v * kLanes);
    shift[v] = hn::LoadU(d, args.norm.shift + c + v * kLanes);
    mean[v] = hn::LoadU(d, args.norm.mean + c + v * kLanes);
    sum[v] = product[v] = hn::Zero(d);
  }
  const float* from = tile.values + c - tile.channel;
  const float* src = args.src + tile.position * args.channels + c;
  float* to = args.diff_src + tile.position * args.channels + c;
  for (std::int64_t i = 0; i < tile.rows; ++i) {
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) {
      const V x = hn::LoadU(d, src + v * kLanes);
      V diff = hn::LoadU(d, from + v * kLanes);
      if (args.relu) {
        diff = hn::IfThenElseZero(hn::Gt(hn::MulAdd(x, scale[v], shift[v]), hn::Zero(d)), diff);
      }
      Store(stream, diff, to + v * kLanes);
      sum[v] = hn::Add(sum[v], diff);
      product[v] = hn::MulAdd(diff, hn::Sub(x, mean[v]), product[v]);
    }
    from += tile.row;
    src += args.channels;
    to += args.channels;
  }
#pragma GCC unroll 4
  for (int v = 0; v < kVectors; ++v) {
    AddTo(sum[v], args.sums + c + v * kLanes);
    AddTo(product[v], args.products + c + v * kLanes);
  }
}

void TakeMoments(const MomentTiles::Args& args, const OutputTile& tile) {
  const bool stream = args.stream && StartsLine(args.dst);
  const std::int64_t end = tile.channel + tile.channels;
  std::int64_t c = tile.channel;
  for (; c + 4 * kLanes <= end; c += 4 * kLanes) Measure<4>(args, tile, c, stream);
  for (; c + 2 * kLanes <= end; c += 2 * kLanes) Measure<2>(args, tile, c, stream);
  for (; c < end; c += kLanes) Measure<1>(args, tile, c, stream);
}

void TakeGradients(const GradientTiles::Args& args, const OutputTile& tile) {
  const bool stream = args.stream && StartsLine(args.diff_src);
  const std::int64_t end = tile.channel + tile.channels;
  std::int64_t c = tile.channel;
  for (; c + 4 * kLanes <= end; c += 4 * kLanes) Gradients<4>(args, tile, c, stream);
  for (; c + 2 * kLanes <= end; c += 2 * kLanes) Gradients<2>(args, tile, c, stream);
  for (; c < end; c += kLanes) Gradients<1>(args, tile, c, stream);
}

}  // namespace netsmith::engine::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace netsmith::engine::kernels {

HWY_EXPORT(TakeMoments);
HWY_EXPORT(TakeGradients);

void MomentTiles::Take(const OutputTile& tile) { HWY_DYNAMIC_DISPATCH(TakeMoments)(args_, tile); }

void GradientTiles::Take(const OutputTile& tile) {
  HWY_DYNAMIC_DISPATCH(TakeGradients)(args_, tile);
}

}  // namespace netsmith::engine::kernels
#endif
