#include "netsmith/space/catalog/nb201.h"

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "netsmith/base/error.h"
#include "netsmith/space/catalog/conv_norm.h"
#include "netsmith/space/network_builder.h"

namespace netsmith::space {
namespace {

struct Edge {
  int from;
  int to;
};
/// In the order of the digits.
constexpr std::array kEdges = {Edge{0, 1}, Edge{0, 2}, Edge{1, 2},
                               Edge{0, 3}, Edge{1, 3}, Edge{2, 3}};
constexpr int kNumNodes = 4;

std::vector<ListedDecision> MakeDecisions() {
  std::vector<ListedDecision> decisions;
  for (const auto& [from, to] : kEdges) {
    decisions.push_back(
        Words(fmt::format("edge{}-{}", from, to),
              {"none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3"}));
  }
  return decisions;
}

/// What an edge makes of the node it leaves; nothing for operation none.
std::optional<int> AddEdge(NetworkBuilder& net, int src, int operation, const std::string& name) {
  const std::int64_t channels = net.channels(src);
  switch (operation) {
    case 0:
      return std::nullopt;
    case 1:
      return src;
    case 2:
      return ReluConvNorm(net, src, SquareConv(channels, 1), name);
    case 3:
      return ReluConvNorm(net, src, SquareConv(channels, 3), name);
    default:
      return net.Pool(src, SquarePool<graph::AvgPool>(3, 1), name);
  }
}

/// The cell's last node; nothing where no path leads there.
std::optional<int> AddCell(NetworkBuilder& net, int src, std::span<const int> digits,
                           const std::string& name) {
  std::array<std::optional<int>, kNumNodes> nodes = {src};
  for (int to = 1; to < kNumNodes; ++to) {
    std::vector<int> arriving;
    for (std::size_t i = 0; i < kEdges.size(); ++i) {
      const auto from = nodes.at(static_cast<std::size_t>(kEdges[i].from));
      if (kEdges[i].to != to || !from) continue;
      const auto made = AddEdge(net, *from, digits[i],
                                fmt::format("{}.edge{}-{}", name, kEdges[i].from, kEdges[i].to));
      if (made) arriving.push_back(*made);
    }
    if (arriving.empty()) continue;
    nodes.at(static_cast<std::size_t>(to)) =
        net.Sum(std::move(arriving), fmt::format("{}.node{}", name, to));
  }
  return nodes.back();
}

/// Halves the image and doubles the channels.
int AddReduction(NetworkBuilder& net, int src, const std::string& name) {
  const std::int64_t filters = 2 * net.channels(src);
  int main = ReluConvNorm(net, src, SquareConv(filters, 3, 2), name + ".conv1");
  main = ReluConvNorm(net, main, SquareConv(filters, 3), name + ".conv2");
  graph::Conv project = SquareConv(filters, 1);
  project.bias = false;
  const int halved = net.Pool(src, SquarePool<graph::AvgPool>(2, 2), name + ".pool");
  return net.Sum({main, net.Conv(halved, project, name + ".project")}, name + ".add");
}

}  // namespace

Nb201Space::Nb201Space(const SpaceName& parameters, std::string name)
    : ListedSpace(std::move(name), MakeDecisions()),
      cells_(parameters.parameters.at("cells")),
      channels_(parameters.parameters.at("channels")) {}

graph::Graph Nb201Space::Build(std::span<const int> genome, graph::SampleShape input,
                               int num_classes) const {
  CheckGenome(decisions(), genome);
  NetworkBuilder net(input);
  int last = ConvNorm(net, 0, SquareConv(channels_, 3), "stem");
  for (int stage = 1; stage <= 3; ++stage) {
    if (stage > 1) last = AddReduction(net, last, fmt::format("reduction{}", stage - 1));
    for (std::int64_t cell = 1; cell <= cells_; ++cell) {
      const auto made = AddCell(net, last, genome, fmt::format("stage{}.cell{}", stage, cell));
      if (!made) {
        throw base::InvalidArgument(fmt::format(
            "space {}: no path leads from the cell's input to its output", this->name()));
      }
      last = *made;
    }
  }
  last = net.Add(graph::BatchNorm{}, {last}, "head.norm");
  last = net.Add(graph::Activation{}, {last}, "head.relu");
  net.Head(last, /*grid=*/1, /*dropout_percent=*/0, num_classes);
  return std::move(net).Take();
}

}  // namespace netsmith::space
