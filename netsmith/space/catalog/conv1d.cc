#include "netsmith/space/catalog/conv1d.h"

#include <fmt/format.h>

#include <span>
#include <string>
#include <utility>
#include <vector>

namespace netsmith::space {
namespace {

constexpr int kMaxDepth = 5;

std::vector<ListedDecision> MakeDecisions() {
  std::vector<ListedDecision> decisions = {
      {{"depth", {2, 3, 4, kMaxDepth}}},
      {{"convs", {1, 2, 3}}},
      Words("norm", {"none", "batch"}),
      Words("shortcut", {"none", "residual"}),
      Words("conv", {"full", "separable"}),
      Words("shrink", {"stride", "max_pool", "avg_pool"}),
      {{"head", {1, 2, 4}}},
      {{"dropout", {0, 10, 20, 30, 50}}},
  };
  for (int i = 1; i <= kMaxDepth; ++i) {
    const std::string block = fmt::format("block{}.", i);
    decisions.push_back({{block + "kernel", {3, 5, 8, 11, 16, 24, 32, 48, 64}}});
    decisions.push_back({{block + "width", {8, 16, 24, 32, 48, 64, 96, 128}}});
    decisions.push_back({{block + "shrink", {1, 2, 4}}});
  }
  return decisions;
}

}  // namespace

Conv1dSpace::Conv1dSpace(std::string name) : ListedSpace(std::move(name), MakeDecisions()) {}

ConvNetwork Conv1dSpace::Network(std::span<const int> genome) const {
  const Choices chosen(decisions(), genome);
  ConvNetwork network;
  network.convs_per_block = chosen["convs"];
  network.batch_norm = chosen["norm"] == 1;
  network.residual = chosen["shortcut"] == 1;
  network.separable = chosen["conv"] == 1;
  network.shrink = static_cast<Shrink>(chosen["shrink"]);
  network.head_grid = chosen["head"];
  network.dropout_percent = static_cast<double>(chosen["dropout"]);
  for (std::int64_t i = 1; i <= chosen["depth"]; ++i) {
    const std::string block = fmt::format("block{}.", i);
    network.stages.push_back({.blocks = 1,
                              .width = chosen[block + "width"],
                              .kernel = chosen[block + "kernel"],
                              .shrink = chosen[block + "shrink"]});
  }
  return network;
}

graph::Graph Conv1dSpace::Build(std::span<const int> genome, graph::SampleShape input,
                                int num_classes) const {
  return BuildConvNetwork(Network(genome), AsSignal(input), num_classes);
}

}  // namespace netsmith::space
