#include "netsmith/space/catalog/conv2d.h"

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace netsmith::space {
namespace {

using Kind = graph::Activation::Kind;

constexpr int kMaxStages = 4;
constexpr std::array kActivations = {Kind::kRelu, Kind::kSilu, Kind::kHardSwish};

/// A convolution costs height · width · filters²: early stages, of large images, are narrow.
std::vector<std::int64_t> WidthsOfStage(int stage) {
  switch (stage) {
    case 1:
      return {8, 16, 24, 32};
    case 2:
      return {16, 24, 32, 48, 64};
    case 3:
      return {24, 32, 48, 64, 96};
    default:
      return {32, 48, 64, 96, 128};
  }
}

std::vector<ListedDecision> MakeDecisions() {
  std::vector<ListedDecision> decisions = {
      {{"stages", {2, 3, kMaxStages}}},
      {{"convs", {1, 2}}},
      Words("shortcut", {"none", "residual"}),
      Words("conv", {"full", "separable"}),
      Words("gate", {"none", "squeeze_excite"}),
      Words("activation", {"relu", "silu", "hard_swish"}),
      Words("shrink", {"stride", "max_pool"}),
      {{"head", {1, 2, 4}}},
      {{"dropout", {0, 10, 20, 30, 40, 50}}},
  };
  for (int i = 1; i <= kMaxStages; ++i) {
    const std::string stage = fmt::format("stage{}.", i);
    decisions.push_back({{stage + "blocks", {1, 2, 3}}});
    decisions.push_back({{stage + "width", WidthsOfStage(i)}});
    decisions.push_back({{stage + "kernel", {3, 5}}});
    decisions.push_back({{stage + "shrink", {1, 2}}});
  }
  return decisions;
}

}  // namespace

Conv2dSpace::Conv2dSpace(std::string name) : ListedSpace(std::move(name), MakeDecisions()) {}

ConvNetwork Conv2dSpace::Network(std::span<const int> genome) const {
  const Choices chosen(decisions(), genome);
  ConvNetwork network;
  network.convs_per_block = chosen["convs"];
  network.residual = chosen["shortcut"] == 1;
  network.separable = chosen["conv"] == 1;
  network.squeeze_excite = chosen["gate"] == 1;
  network.activation = kActivations.at(static_cast<std::size_t>(chosen["activation"]));
  network.shrink = static_cast<Shrink>(chosen["shrink"]);
  network.head_grid = chosen["head"];
  network.dropout_percent = static_cast<double>(chosen["dropout"]);
  for (std::int64_t i = 1; i <= chosen["stages"]; ++i) {
    const std::string stage = fmt::format("stage{}.", i);
    network.stages.push_back({.blocks = chosen[stage + "blocks"],
                              .width = chosen[stage + "width"],
                              .kernel = chosen[stage + "kernel"],
                              .shrink = chosen[stage + "shrink"]});
  }
  return network;
}

graph::Graph Conv2dSpace::Build(std::span<const int> genome, graph::SampleShape input,
                                int num_classes) const {
  return BuildConvNetwork(Network(genome), input, num_classes);
}

}  // namespace netsmith::space
