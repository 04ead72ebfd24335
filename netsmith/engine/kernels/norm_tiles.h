#pragma once

#include "netsmith/engine/kernels/channels.h"
#include "netsmith/engine/kernels/tile_sink.h"

/// The passes of a batch norm over what a convolution makes, while it is in the first-level cache.
/// Samples have a multiple of 16 channels and no padding.
namespace netsmith::engine::kernels {

/// As CopyAndMeasure.
class MomentTiles final : public TileSink {
 public:
  /// Shapes   center, sums, squares [channels]; dst [positions][channels]
  struct Args {
    std::int64_t channels = 0;
    const float* center = nullptr;
    float* sums = nullptr;
    float* squares = nullptr;
    bool stream = false;
    float* dst = nullptr;
  };
  explicit MomentTiles(const Args& args) : args_(args) {}
  void Take(const OutputTile& tile) override;

 private:
  Args args_;
};

/// As AddNormGradients, of which tiles are diff_dst.
class GradientTiles final : public TileSink {
 public:
  /// Shapes   sums, products [channels]; src, diff_src [positions][channels]
  struct Args {
    std::int64_t channels = 0;
    const float* src = nullptr;
    NormConstants norm;
    bool relu = false;
    float* sums = nullptr;
    float* products = nullptr;
    bool stream = false;
    float* diff_src = nullptr;
  };
  explicit GradientTiles(const Args& args) : args_(args) {}
  void Take(const OutputTile& tile) override;

 private:
  Args args_;
};

}  // namespace netsmith::engine::kernels
