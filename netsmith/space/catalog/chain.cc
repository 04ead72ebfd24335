#include "netsmith/space/catalog/chain.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "netsmith/space/catalog/conv_norm.h"
#include "netsmith/space/network_builder.h"

namespace netsmith::space {
namespace {

std::vector<ListedDecision> MakeDecisions(std::int64_t layers) {
  std::vector<ListedDecision> decisions;
  for (std::int64_t i = 1; i <= layers; ++i) {
    const std::string layer = fmt::format("layer{}.", i);
    decisions.push_back({{layer + "height", {1, 3, 5, 7}}});
    decisions.push_back({{layer + "width", {1, 3, 5, 7}}});
    decisions.push_back({{layer + "filters", {24, 36, 48, 64}}});
    for (std::int64_t j = 1; j < i; ++j) {
      decisions.push_back(Words(fmt::format("{}from{}", layer, j), {"no", "yes"}));
    }
  }
  return decisions;
}

int Join(NetworkBuilder& net, const std::vector<int>& nodes, const std::string& name) {
  return nodes.size() == 1 ? nodes.front() : net.Add(graph::Concat{}, nodes, name);
}

}  // namespace

ChainSpace::ChainSpace(const SpaceName& parameters, std::string name)
    : ListedSpace(std::move(name), MakeDecisions(parameters.parameters.at("layers"))),
      layers_(parameters.parameters.at("layers")) {}

graph::Graph ChainSpace::Build(std::span<const int> genome, graph::SampleShape input,
                               int num_classes) const {
  const Choices chosen(decisions(), genome);
  NetworkBuilder net(input);
  std::vector<int> outputs;
  std::set<int> unread;
  for (std::int64_t i = 1; i <= layers_; ++i) {
    const std::string layer = fmt::format("layer{}.", i);
    std::vector<int> sources;
    for (std::int64_t j = 1; j < i; ++j) {
      const int source = outputs[static_cast<std::size_t>(j - 1)];
      if (chosen[fmt::format("{}from{}", layer, j)] == 0) continue;
      sources.push_back(source);
      unread.erase(source);
    }
    const int src = sources.empty() ? 0 : Join(net, sources, layer + "inputs");
    graph::Conv conv{.filters = chosen[layer + "filters"],
                     .kernel_height = chosen[layer + "height"],
                     .kernel_width = chosen[layer + "width"]};
    const int made = ConvNorm(net, src, conv, layer + "conv");
    outputs.push_back(net.Add(graph::Activation{}, {made}, layer + "relu"));
    unread.insert(outputs.back());
  }
  net.Head(Join(net, {unread.begin(), unread.end()}, "outputs"), /*grid=*/1,
           /*dropout_percent=*/0, num_classes);
  return std::move(net).Take();
}

}  // namespace netsmith::space
