#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "netsmith/engine/kernels/tile_sink.h"
#include "netsmith/engine/layout.h"
#include "netsmith/engine/precision.h"
#include "netsmith/graph/graph.h"

namespace netsmith::engine {

/// A convolution of stride 1 or more with one group and kernel elements side by side, on samples
/// with padding around them.
struct ConvShape {
  std::int64_t kh = 1, kw = 1, ic = 1, oc = 1;
  std::int64_t stride_h = 1, stride_w = 1;
  std::int64_t dilation_h = 1;
  std::int64_t pad_top = 0, pad_left = 0;
  std::int64_t dst_height = 1, dst_width = 1;

  std::int64_t weights_size() const { return kh * kw * ic * oc; }
};

/// The convolution that makes the output; none where there are groups or horizontal dilation.
std::optional<ConvShape> ForwardShape(const graph::Conv& conv, tensor::SampleShape src);
/// The one that makes the gradient of the input: of diff_dst, with the kernel turned round and its
/// channels exchanged; none where there are strides or vertical dilation as well.
std::optional<ConvShape> BackwardShape(const graph::Conv& conv, tensor::SampleShape src);

enum class ConvPass { kForward, kWeightsGradient };

/// What an algorithm is chosen for.
struct ConvUse {
  ConvPass pass = ConvPass::kForward;
  Precision precision = Precision::kF32;
  std::int64_t group = 1;  // most samples whose gradients are summed up together
};

/// Where a group of samples sums up the gradient of its weights.
struct GradientSum {
  float* sum = nullptr;
  float* kept = nullptr;    // kept_size() floats that nobody else writes until the last sample
  std::int64_t sample = 0;  // its number in the group
  bool last = true;         // of the group
};

/// One way to compute a convolution. Weights, and gradients while they are summed up, have a form
/// of its own.
class ConvAlgorithm {
 public:
  virtual ~ConvAlgorithm() = default;

  /// Floats.
  virtual std::int64_t packed_size() const = 0;
  virtual std::int64_t packed_bias_size() const = 0;
  virtual std::int64_t gradient_size() const = 0;
  virtual std::int64_t scratch_size() const = 0;
  virtual std::int64_t kept_size() const { return 0; }

  /// From [kh][kw][ic][oc], and from [oc].
  virtual void Pack(const float* weights, float* packed) const = 0;
  virtual void PackBias(const float* bias, float* packed) const = 0;
  /// dst = conv(src) + bias, then ReLU if asked. `src` has at least the shape's padding; `bias` is
  /// packed, or null.
  virtual void Forward(const Layout& src_layout, const float* src, const float* packed,
                       const float* bias, bool relu, const Layout& dst_layout, float* dst,
                       float* scratch) const = 0;
  /// True when the output, if of whole vectors, can be handed over tile by tile: HandOver is
  /// Forward without ReLU and without memory for the output.
  virtual bool CanHandOver() const { return false; }
  virtual void HandOver(const Layout& /*src_layout*/, const float* /*src*/, const float* /*packed*/,
                        const float* /*bias*/, kernels::TileSink& /*sink*/,
                        float* /*scratch*/) const {}
  /// The weights' gradient. The samples of a group come in order, from number 0 on; the sum need
  /// not be complete before the last one.
  virtual void WeightsGradient(const Layout& src_layout, const float* src,
                               const Layout& diff_dst_layout, const float* diff_dst,
                               const GradientSum& gradient, float* scratch) const = 0;
  /// A sum of gradients to [kh][kw][ic][oc], behind which a vector more may be read.
  virtual void Unpack(const float* gradient, float* diff_weights) const = 0;
};

/// The algorithm that takes the least time by its multiply-adds and transforms: a pure function of
/// the shape, the use and the instruction set.
std::unique_ptr<ConvAlgorithm> ChooseConvAlgorithm(const ConvShape& shape, const ConvUse& use);

/// What that one costs a sample, in units of one vector multiply-add.
double CostOfConv(const ConvShape& shape, const ConvUse& use);

/// Vectors that so many floats fill.
double Vectors(std::int64_t floats);

/// a / b, rounded up.
constexpr std::int64_t Ceil(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

/// The vectors of a sum that a pass over a sample loads and stores, in units of one vector
/// multiply-add; measured with bench/micro/conv.cc, as are the other costs.
double CostOfSum(ConvPass pass, std::int64_t floats);

}  // namespace netsmith::engine
