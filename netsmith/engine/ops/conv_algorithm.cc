#include "netsmith/engine/ops/conv_algorithm.h"

#include <functional>
#include <vector>

#include "netsmith/engine/kernels/gemm.h"
#include "netsmith/engine/kernels/tile_transform_2d.h"
#include "netsmith/engine/ops/bf16_direct_conv.h"
#include "netsmith/engine/ops/bf16_transform_conv.h"
#include "netsmith/engine/ops/direct_conv.h"
#include "netsmith/engine/ops/transform_2d_conv.h"
#include "netsmith/engine/ops/transform_conv.h"

namespace netsmith::engine {
namespace {

struct Choice {
  double cost = 0;
  std::function<std::unique_ptr<ConvAlgorithm>()> make;
};

Choice Choose(const ConvShape& shape, const ConvUse& use) {
  const ConvPass pass = use.pass;
  // A gain that is smaller than this share is not worth the rounding of a transform, or of bf16.
  constexpr double kWorthwhile = 0.85;
  const double direct = DirectConv::Cost(shape, pass);
  Choice best = {direct, [shape] { return std::make_unique<DirectConv>(shape); }};
  const auto consider = [&](double cost, auto make) {
    if (cost < best.cost && cost < kWorthwhile * direct) best = {cost, make};
  };
  const std::vector<kernels::TileScheme> schemes = TransformConv::Schemes(shape);
  for (const kernels::TileScheme& scheme : schemes) {
    consider(TransformConv::Cost(shape, scheme, pass),
             [=] { return std::make_unique<TransformConv>(shape, scheme); });
  }
  for (const kernels::TileScheme2d& scheme : Transform2dConv::Schemes(shape)) {
    consider(Transform2dConv::Cost(shape, scheme, pass, use.group),
             [=] { return std::make_unique<Transform2dConv>(shape, scheme, use.group); });
  }
  if (use.precision == Precision::kF32) return best;
  consider(Bf16DirectConv::Cost(shape, pass),
           [shape] { return std::make_unique<Bf16DirectConv>(shape); });
  for (const kernels::TileScheme& scheme : schemes) {
    consider(Bf16TransformConv::Cost(shape, scheme, pass),
             [=] { return std::make_unique<Bf16TransformConv>(shape, scheme); });
  }
  return best;
}

graph::WindowAxis Rows(const graph::Conv& conv, tensor::SampleShape src) {
  return graph::AnalyzeAxis(src.height, conv.kernel_height, conv.stride_height,
                            conv.dilation_height, conv.padding);
}

graph::WindowAxis Columns(const graph::Conv& conv, tensor::SampleShape src) {
  return graph::AnalyzeAxis(src.width, conv.kernel_width, conv.stride_width, conv.dilation_width,
                            conv.padding);
}

}  // namespace

std::optional<ConvShape> ForwardShape(const graph::Conv& conv, tensor::SampleShape src) {
  if (conv.groups != 1 || conv.dilation_width != 1) return std::nullopt;
  const graph::WindowAxis rows = Rows(conv, src), columns = Columns(conv, src);
  return ConvShape{.kh = conv.kernel_height,
                   .kw = conv.kernel_width,
                   .ic = src.channels,
                   .oc = conv.filters,
                   .stride_h = conv.stride_height,
                   .stride_w = conv.stride_width,
                   .dilation_h = conv.dilation_height,
                   .pad_top = rows.before,
                   .pad_left = columns.before,
                   .dst_height = rows.size,
                   .dst_width = columns.size};
}

std::optional<ConvShape> BackwardShape(const graph::Conv& conv, tensor::SampleShape src) {
  if (conv.groups != 1 || conv.dilation_width != 1 || conv.dilation_height != 1) return {};
  if (conv.stride_height != 1 || conv.stride_width != 1) return {};
  return ConvShape{.kh = conv.kernel_height,
                   .kw = conv.kernel_width,
                   .ic = conv.filters,
                   .oc = src.channels,
                   .pad_top = conv.kernel_height - 1 - Rows(conv, src).before,
                   .pad_left = conv.kernel_width - 1 - Columns(conv, src).before,
                   .dst_height = src.height,
                   .dst_width = src.width};
}

std::unique_ptr<ConvAlgorithm> ChooseConvAlgorithm(const ConvShape& shape, const ConvUse& use) {
  return Choose(shape, use).make();
}

double CostOfConv(const ConvShape& shape, const ConvUse& use) { return Choose(shape, use).cost; }

double CostOfSum(ConvPass pass, std::int64_t floats) {
  constexpr double kLoadAndStore = 8;
  if (pass == ConvPass::kForward) return 0;
  return kLoadAndStore * Vectors(floats);
}

double Vectors(std::int64_t floats) {
  return static_cast<double>(floats) / static_cast<double>(kernels::VectorFloats());
}

}  // namespace netsmith::engine
