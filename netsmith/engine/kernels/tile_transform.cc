#include "netsmith/engine/kernels/tile_transform.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "netsmith/base/check.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "netsmith/engine/kernels/tile_transform.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

// Included once for each instruction set.
#include "netsmith/engine/kernels/fourier-inl.h"
#include "netsmith/engine/kernels/tile_lines-inl.h"
#include "netsmith/engine/kernels/toom_cook-inl.h"

HWY_BEFORE_NAMESPACE();
namespace netsmith::engine::kernels::HWY_NAMESPACE {

/// Where the slots (real points, and the halves of complex ones) of a tile lie.
struct Slots {
  Slots(const TileScheme& scheme, std::int64_t num_tiles, std::int64_t channels) {
    const std::int64_t plane = num_tiles * channels;
    for (int s = 0; s < scheme.points; ++s) {
      const bool complex = scheme.fourier() && s >= 2;
      const int imaginary = complex ? s % 2 : 0;
      offset[s] = (s - imaginary) * plane + imaginary * channels;
      step[s] = complex ? 2 * channels : channels;
    }
  }
  std::array<std::int64_t, 64> offset;
  std::array<std::int64_t, 64> step;
};

/// Vectors of channels of a tile at its points.
struct PointTile {
  Vector Load(int slot) const { return hn::MaskedLoad(mask, Tag(), Place(slot)); }
  void Store(int slot, Vector value) const {
    if (full) {
      hn::StoreU(value, Tag(), Place(slot));
    } else {
      hn::BlendedStore(value, mask, Tag(), Place(slot));
    }
  }
  float* Place(int slot) const { return at + slots.offset[slot] + tile * slots.step[slot]; }

  float* at;
  const Slots& slots;
  std::int64_t tile;
  bool full;
  hn::Mask<Tag> mask;
};

/// Calls visit(image tile, point tile, first channel) for each vector of channels of each tile.
template <typename Visit>
void ForEachTile(const TileScheme& scheme, const TileGrid& grid, std::int64_t point_tiles,
                 float* image, float* points, Visit visit) {
  const Slots slots(scheme, grid.rows * point_tiles, grid.channels);
  for (std::int64_t y = 0; y < grid.rows; ++y) {
    for (std::int64_t t = 0; t < grid.tiles; ++t) {
      const std::int64_t first = t * scheme.outputs;
      float* const tile = image + y * grid.row_stride + first * grid.channels;
      const std::int64_t valid = std::max<std::int64_t>(0, grid.width - first);
      for (std::int64_t c = 0; c < grid.channels; c += kLanes) {
        const std::int64_t lanes = std::min(kLanes, grid.channels - c);
        const auto mask = hn::FirstN(Tag(), static_cast<std::size_t>(lanes));
        visit(ImageLine{tile + c, grid.channels, valid, mask},
              PointTile{points + c, slots, y * point_tiles + t, lanes == kLanes, mask}, c);
      }
    }
  }
}

template <typename Transform>
void Sources(const TileScheme& scheme, const TileGrid& grid, const float* image, float* points) {
  ForEachTile(scheme, grid, grid.tiles, const_cast<float*>(image), points,
              [](const ImageLine& tile, const PointTile& point, std::int64_t) {
                Transform::Sources(tile, point);
              });
}

template <typename Transform>
void Gradients(const TileScheme& scheme, const TileGrid& grid, const float* image, float* points) {
  ForEachTile(scheme, grid, grid.tiles, const_cast<float*>(image), points,
              [&](ImageLine tile, const PointTile& point, std::int64_t) {
                tile.valid = std::min<std::int64_t>(tile.valid, scheme.outputs);
                Transform::Gradients(tile, scheme.outputs, point);
              });
}

template <typename Transform>
void Outputs(const TileScheme& scheme, const TileGrid& grid, std::int64_t point_tiles,
             const float* points, const float* bias, bool relu, float* image) {
  ForEachTile(
      scheme, grid, point_tiles, image, const_cast<float*>(points),
      [&](const ImageLine& tile, const PointTile& point, std::int64_t c) {
        const Vector start =
            bias != nullptr ? hn::MaskedLoad(tile.mask, Tag(), bias + c) : hn::Zero(Tag());
        Transform::Outputs(point, scheme.outputs, OutputLine{tile, start, relu, point.full});
      });
}

/// Calls visit with an object of the scheme's transform.
template <typename Visit>
void WithTransform(const TileScheme& scheme, Visit visit) {
  switch (scheme.points) {
    case 4:
      return visit(ToomCook<4>());
    case 6:
      return visit(ToomCook<6>());
    case 8:
      return visit(ToomCook<8>());
    case 16:
      return visit(Fourier<16>());
    case 32:
      return visit(Fourier<32>());
    default:
      return visit(Fourier<64>());
  }
}

void AnySources(const TileScheme& scheme, const TileGrid& grid, const float* image, float* points) {
  WithTransform(scheme,
                [&](auto transform) { Sources<decltype(transform)>(scheme, grid, image, points); });
}

void AnyGradients(const TileScheme& scheme, const TileGrid& grid, const float* image,
                  float* points) {
  WithTransform(
      scheme, [&](auto transform) { Gradients<decltype(transform)>(scheme, grid, image, points); });
}

void AnyOutputs(const TileScheme& scheme, const TileGrid& grid, std::int64_t point_tiles,
                const float* points, const float* bias, bool relu, float* image) {
  WithTransform(scheme, [&](auto transform) {
    Outputs<decltype(transform)>(scheme, grid, point_tiles, points, bias, relu, image);
  });
}

}  // namespace netsmith::engine::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace netsmith::engine::kernels {

HWY_EXPORT(AnySources);
HWY_EXPORT(AnyGradients);
HWY_EXPORT(AnyOutputs);

void TransformSources(const TileScheme& scheme, const TileGrid& grid, const float* image,
                      float* points) {
  HWY_DYNAMIC_DISPATCH(AnySources)(scheme, grid, image, points);
}

void TransformGradients(const TileScheme& scheme, const TileGrid& grid, const float* image,
                        float* points) {
  HWY_DYNAMIC_DISPATCH(AnyGradients)(scheme, grid, image, points);
}

void TransformOutputs(const TileScheme& scheme, const TileGrid& grid, std::int64_t point_tiles,
                      const float* points, const float* bias, bool relu, float* image) {
  NETSMITH_CHECK_LE(grid.tiles, point_tiles);
  HWY_DYNAMIC_DISPATCH(AnyOutputs)(scheme, grid, point_tiles, points, bias, relu, image);
}

}  // namespace netsmith::engine::kernels
#endif
