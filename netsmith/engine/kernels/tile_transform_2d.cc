#include "netsmith/engine/kernels/tile_transform_2d.h"

#include <algorithm>
#include <cstddef>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "netsmith/engine/kernels/tile_transform_2d.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

// Included once for each instruction set.
#include "netsmith/engine/kernels/tile_lines-inl.h"
#include "netsmith/engine/kernels/toom_cook-inl.h"

HWY_BEFORE_NAMESPACE();
namespace netsmith::engine::kernels::HWY_NAMESPACE {

/// Vectors of channels of one tile, on their way between the two transforms: in the first-level
/// cache, `step` vectors from one to the next.
struct Between {
  Vector Load(int i) const { return hn::Load(Tag(), at + i * step * kLanes); }
  void Store(int i, Vector value) const { hn::Store(value, Tag(), at + i * step * kLanes); }
  float* at;
  int step;
};

/// The points of a tile that a row or a column of them has.
struct PointLine {
  Vector Load(int slot) const { return hn::MaskedLoad(mask, Tag(), at + slot * step); }
  void Store(int slot, Vector value) const {
    if (full) {
      hn::StoreU(value, Tag(), at + slot * step);
    } else {
      hn::BlendedStore(value, mask, Tag(), at + slot * step);
    }
  }
  float* at;
  std::int64_t step;
  bool full;
  hn::Mask<Tag> mask;
};

/// One vector of channels of one tile.
struct TileOfChannels {
  float* image;
  float* points;
  std::int64_t rows, positions;  // that the image has from here on
  std::int64_t channel;
  bool full;
  hn::Mask<Tag> mask;
};

template <typename Visit>
void ForEachTile(const TileScheme2d& scheme, const TileGrid2d& grid, float* image, float* points,
                 Visit visit) {
  for (std::int64_t y = 0; y < grid.tile_rows; ++y) {
    for (std::int64_t x = 0; x < grid.row_tiles; ++x, points += grid.channels) {
      const std::int64_t row = y * scheme.columns.outputs, position = x * scheme.rows.outputs;
      float* const tile = image + row * grid.row_stride + position * grid.channels;
      for (std::int64_t c = 0; c < grid.channels; c += kLanes) {
        const std::int64_t lanes = std::min(kLanes, grid.channels - c);
        visit(TileOfChannels{tile + c, points + c, std::max<std::int64_t>(0, grid.height - row),
                             std::max<std::int64_t>(0, grid.width - position), c, lanes == kLanes,
                             hn::FirstN(Tag(), static_cast<std::size_t>(lanes))});
      }
    }
  }
}

template <int kColumnPoints, int kRowPoints>
struct Transform2d {
  static constexpr int kPoints = kColumnPoints * kRowPoints;

  static void Sources(const TileScheme2d& scheme, const TileGrid2d& grid, const float* image,
                      float* points) {
    HWY_ALIGN float between[kPoints * kLanes];
    ForEachTile(scheme, grid, const_cast<float*>(image), points, [&](const TileOfChannels& tile) {
      for (int j = 0; j < kRowPoints; ++j) {
        const ImageLine column = {tile.image + j * grid.channels, grid.row_stride,
                                  j < tile.positions ? tile.rows : 0, tile.mask};
        ToomCook<kColumnPoints>::Sources(column, Between{between + j * kLanes, kRowPoints});
      }
      for (int i = 0; i < kColumnPoints; ++i) {
        ToomCook<kRowPoints>::Sources(Between{between + i * kRowPoints * kLanes, 1},
                                      PointLine{tile.points + i * kRowPoints * grid.point_stride,
                                                grid.point_stride, tile.full, tile.mask});
      }
    });
  }

  static void Gradients(const TileScheme2d& scheme, const TileGrid2d& grid, const float* image,
                        float* points) {
    HWY_ALIGN float between[kPoints * kLanes];
    const int rows = scheme.columns.outputs, positions = scheme.rows.outputs;
    ForEachTile(scheme, grid, const_cast<float*>(image), points, [&](const TileOfChannels& tile) {
      for (int j = 0; j < positions; ++j) {
        const ImageLine column = {tile.image + j * grid.channels, grid.row_stride,
                                  j < tile.positions ? tile.rows : 0, tile.mask};
        ToomCook<kColumnPoints>::Gradients(column, rows, Between{between + j * kLanes, kRowPoints});
      }
      for (int i = 0; i < kColumnPoints; ++i) {
        ToomCook<kRowPoints>::Gradients(Between{between + i * kRowPoints * kLanes, 1}, positions,
                                        PointLine{tile.points + i * kRowPoints * grid.point_stride,
                                                  grid.point_stride, tile.full, tile.mask});
      }
    });
  }

  static void Outputs(const TileScheme2d& scheme, const TileGrid2d& grid, const float* points,
                      const float* bias, bool relu, float* image) {
    HWY_ALIGN float between[kPoints * kLanes];
    const int rows = scheme.columns.outputs, positions = scheme.rows.outputs;
    ForEachTile(scheme, grid, image, const_cast<float*>(points), [&](const TileOfChannels& tile) {
      const Vector start =
          bias != nullptr ? hn::MaskedLoad(tile.mask, Tag(), bias + tile.channel) : hn::Zero(Tag());
      for (int j = 0; j < kRowPoints; ++j) {
        ToomCook<kColumnPoints>::Outputs(
            PointLine{tile.points + j * grid.point_stride, kRowPoints * grid.point_stride,
                      tile.full, tile.mask},
            rows, Between{between + j * kLanes, kRowPoints});
      }
      for (int i = 0; i < std::min<std::int64_t>(rows, tile.rows); ++i) {
        const OutputLine line = {
            {tile.image + i * grid.row_stride, grid.channels, tile.positions, tile.mask},
            start,
            relu,
            tile.full};
        ToomCook<kRowPoints>::Outputs(Between{between + i * kRowPoints * kLanes, 1}, positions,
                                      line);
      }
    });
  }
};

/// Calls visit with an object of the scheme's transform.
template <int kColumnPoints, typename Visit>
void WithRows(const TileScheme2d& scheme, Visit visit) {
  switch (scheme.rows.points) {
    case 4:
      return visit(Transform2d<kColumnPoints, 4>());
    case 6:
      return visit(Transform2d<kColumnPoints, 6>());
    default:
      return visit(Transform2d<kColumnPoints, 8>());
  }
}

template <typename Visit>
void WithTransform(const TileScheme2d& scheme, Visit visit) {
  switch (scheme.columns.points) {
    case 4:
      return WithRows<4>(scheme, visit);
    case 6:
      return WithRows<6>(scheme, visit);
    default:
      return WithRows<8>(scheme, visit);
  }
}

void Sources2d(const TileScheme2d& scheme, const TileGrid2d& grid, const float* image,
               float* points) {
  WithTransform(scheme, [&](auto transform) { transform.Sources(scheme, grid, image, points); });
}

void Gradients2d(const TileScheme2d& scheme, const TileGrid2d& grid, const float* image,
                 float* points) {
  WithTransform(scheme, [&](auto transform) { transform.Gradients(scheme, grid, image, points); });
}

void Outputs2d(const TileScheme2d& scheme, const TileGrid2d& grid, const float* points,
               const float* bias, bool relu, float* image) {
  WithTransform(
      scheme, [&](auto transform) { transform.Outputs(scheme, grid, points, bias, relu, image); });
}

}  // namespace netsmith::engine::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace netsmith::engine::kernels {

HWY_EXPORT(Sources2d);
HWY_EXPORT(Gradients2d);
HWY_EXPORT(Outputs2d);

void TransformSources(const TileScheme2d& scheme, const TileGrid2d& grid, const float* image,
                      float* points) {
  HWY_DYNAMIC_DISPATCH(Sources2d)(scheme, grid, image, points);
}

void TransformGradients(const TileScheme2d& scheme, const TileGrid2d& grid, const float* image,
                        float* points) {
  HWY_DYNAMIC_DISPATCH(Gradients2d)(scheme, grid, image, points);
}

void TransformOutputs(const TileScheme2d& scheme, const TileGrid2d& grid, const float* points,
                      const float* bias, bool relu, float* image) {
  HWY_DYNAMIC_DISPATCH(Outputs2d)(scheme, grid, points, bias, relu, image);
}

}  // namespace netsmith::engine::kernels
#endif
