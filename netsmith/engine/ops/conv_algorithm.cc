#include "netsmith/engine/ops/conv_algorithm.h"

#include <optional>

#include "netsmith/engine/kernels/gemm.h"
#include "netsmith/engine/kernels/tile_transform.h"
#include "netsmith/engine/ops/direct_conv.h"
#include "netsmith/engine/ops/transform_conv.h"

namespace netsmith::engine {
std::unique_ptr<ConvAlgorithm> ChooseConvAlgorithm(const ConvShape& shape, ConvPass pass) {
  // A gain that is smaller than this share is not worth the transforms' rounding.
  constexpr double kWorthwhile = 0.85;
  double best_cost = kWorthwhile * DirectConv::Cost(shape, pass);
  std::optional<kernels::TileScheme> best;
  for (const kernels::TileScheme& scheme : TransformConv::Schemes(shape)) {
    const double cost = TransformConv::Cost(shape, scheme, pass);
    if (cost >= best_cost) continue;
    best_cost = cost;
    best = scheme;
  }
  if (best) return std::make_unique<TransformConv>(shape, *best);
  return std::make_unique<DirectConv>(shape);
}

double CostOfSum(ConvPass pass, std::int64_t floats) {
  constexpr double kLoadAndStore = 8;
  if (pass == ConvPass::kForward) return 0;
  return kLoadAndStore * static_cast<double>(floats / kernels::VectorFloats());
}

}  // namespace netsmith::engine
