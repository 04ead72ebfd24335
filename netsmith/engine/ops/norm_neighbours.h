#pragma once

#include <cstdint>

#include "netsmith/engine/kernels/norm_tiles.h"
#include "netsmith/engine/op.h"

namespace netsmith::engine {

/// The two halves of a batch norm, as the convolutions beside it know them: these hand over what
/// they make tile by tile, so that the norm needs no pass of its own over it.

/// The first half, behind a convolution.
class NormBehind {
 public:
  virtual std::int64_t channels() const = 0;
  /// Floats for one sample's sums.
  virtual std::int64_t tile_scratch() const = 0;
  /// False for a sample that must be written as a whole, where the norm's output lies.
  virtual bool TakesTiles(const Chunk& chunk, std::int64_t i) const = 0;
  virtual kernels::MomentTiles BeginTiles(const Chunk& chunk, std::int64_t i,
                                          float* scratch) const = 0;
  virtual void EndTiles(const Chunk& chunk, std::int64_t i, const float* scratch) const = 0;

 protected:
  ~NormBehind() = default;
};

/// The second half, before a convolution.
class NormBefore {
 public:
  virtual std::int64_t channels() const = 0;
  /// Takes the gradient of what the norm has made.
  virtual kernels::GradientTiles BeginGradientTiles(const Chunk& chunk, std::int64_t i) const = 0;

 protected:
  ~NormBefore() = default;
};

/// Channels that tiles take: whole vectors of any instruction set.
inline bool TilesTake(std::int64_t channels) { return channels % 16 == 0; }

}  // namespace netsmith::engine
