// The rows and columns of an image's tile that transforms read and write; for each instruction set.
#if defined(NETSMITH_ENGINE_KERNELS_TILE_LINES_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef NETSMITH_ENGINE_KERNELS_TILE_LINES_INL_H_
#undef NETSMITH_ENGINE_KERNELS_TILE_LINES_INL_H_
#else
#define NETSMITH_ENGINE_KERNELS_TILE_LINES_INL_H_
#endif

#include <hwy/highway.h>

#include "netsmith/engine/kernels/vector-inl.h"

HWY_BEFORE_NAMESPACE();
namespace netsmith::engine::kernels::HWY_NAMESPACE {

/// Vectors of channels, `step` floats from one position to the next; positions from `valid` on are
/// zero and are not written.
struct ImageLine {
  Vector Load(int position) const {
    return position < valid ? hn::MaskedLoad(mask, Tag(), at + position * step) : hn::Zero(Tag());
  }
  float* at;
  std::int64_t step, valid;
  hn::Mask<Tag> mask;
};

struct OutputLine {
  void Store(int position, Vector value) const {
    if (position >= image.valid) return;
    value = hn::Add(value, bias);
    if (relu) value = hn::IfThenZeroElse(hn::Lt(value, hn::Zero(Tag())), value);
    float* const place = image.at + position * image.step;
    if (full) {
      hn::StoreU(value, Tag(), place);
    } else {
      hn::BlendedStore(value, image.mask, Tag(), place);
    }
  }
  ImageLine image;
  Vector bias;
  bool relu, full;  // full: the mask is of a whole vector
};

}  // namespace netsmith::engine::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
