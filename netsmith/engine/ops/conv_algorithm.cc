#include "netsmith/engine/ops/conv_algorithm.h"

#include <optional>
#include <vector>

#include "netsmith/engine/kernels/tile_transform.h"
#include "netsmith/engine/ops/direct_conv.h"
#include "netsmith/engine/ops/transform_conv.h"

namespace netsmith::engine {
namespace {

using kernels::TileScheme;

/// The schemes that a kernel row of `kw` elements can take: in one piece, or in several.
std::vector<TileScheme> SchemesFor(std::int64_t kw) {
  std::vector<TileScheme> schemes;
  const auto add = [&](TileScheme::Kind kind, int points) {
    const std::int64_t outputs = points - kw + 1;
    if (outputs >= 2) schemes.push_back({kind, points, static_cast<int>(outputs)});
    if (kind == TileScheme::Kind::kFourier && kw > points / 2) {
      schemes.push_back({kind, points, points / 2});
    }
  };
  for (const int points : {4, 6, 8}) add(TileScheme::Kind::kToomCook, points);
  for (const int points : {16, 32, 64}) add(TileScheme::Kind::kFourier, points);
  return schemes;
}

}  // namespace

std::unique_ptr<ConvAlgorithm> ChooseConvAlgorithm(const ConvShape& shape) {
  // A gain that is smaller than this share is not worth the transforms' rounding.
  constexpr double kWorthwhile = 0.85;
  double best_cost = kWorthwhile * DirectConv::Cost(shape);
  std::optional<TileScheme> best;
  if (shape.stride_h == 1 && shape.stride_w == 1 && shape.kw > 1) {
    for (const TileScheme& scheme : SchemesFor(shape.kw)) {
      const double cost = TransformConv::Cost(shape, scheme);
      if (cost >= best_cost) continue;
      best_cost = cost;
      best = scheme;
    }
  }
  if (best) return std::make_unique<TransformConv>(shape, *best);
  return std::make_unique<DirectConv>(shape);
}

}  // namespace netsmith::engine
