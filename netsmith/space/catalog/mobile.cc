#include "netsmith/space/catalog/mobile.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "netsmith/space/catalog/conv_norm.h"
#include "netsmith/space/network_builder.h"

namespace netsmith::space {
namespace {

using Kind = graph::Activation::Kind;

constexpr int kNumStages = 4;

std::vector<ListedDecision> MakeDecisions() {
  static const std::array<std::vector<std::int64_t>, kNumStages> kWidths = {
      {{8, 16, 24, 32}, {16, 24, 32, 48}, {24, 32, 48, 64}, {32, 48, 64, 96}}};
  std::vector<ListedDecision> decisions = {Words("activation", {"relu6", "hard_swish"}),
                                           {{"stem", {8, 16, 24}}},
                                           {{"dropout", {0, 10, 20, 30, 50}}}};
  for (int i = 1; i <= kNumStages; ++i) {
    const std::string stage = fmt::format("stage{}.", i);
    decisions.push_back({{stage + "blocks", i == 1 ? std::vector<std::int64_t>{1, 2, 3}
                                                   : std::vector<std::int64_t>{0, 1, 2, 3}}});
    decisions.push_back({{stage + "kernel", {3, 5, 7}}});
    decisions.push_back({{stage + "expansion", {1, 2, 3, 4, 6}}});
    decisions.push_back({{stage + "width", kWidths.at(static_cast<std::size_t>(i - 1))}});
    decisions.push_back(Words(stage + "gate", {"none", "squeeze_excite"}));
    decisions.push_back({{stage + "shrink", {1, 2}}});
  }
  return decisions;
}

struct Bottleneck {
  std::int64_t kernel;
  std::int64_t expansion;
  std::int64_t width;
  bool gate;
  std::int64_t stride;
  Kind activation;
};

int AddBottleneck(NetworkBuilder& net, int src, const Bottleneck& block, const std::string& name) {
  const std::int64_t wide = net.channels(src) * block.expansion;
  const graph::Activation activation{block.activation};
  int last = src;
  if (block.expansion > 1) {
    last = ConvNorm(net, last, SquareConv(wide, 1), name + ".expand");
    last = net.Add(activation, {last}, name + ".expand.act");
  }
  graph::Conv depth = SquareConv(wide, block.kernel, block.stride);
  depth.groups = wide;
  last = ConvNorm(net, last, depth, name + ".depth");
  last = net.Add(activation, {last}, name + ".depth.act");
  if (block.gate) {
    const std::int64_t units = std::max<std::int64_t>(wide / 4, 1);
    last = net.Add(graph::SqueezeExcite{.units = units}, {last}, name + ".gate");
  }
  last = ConvNorm(net, last, SquareConv(block.width, 1), name + ".project");
  return net.shape(last) == net.shape(src) ? net.Sum({last, src}, name + ".add") : last;
}

}  // namespace

MobileSpace::MobileSpace(std::string name) : ListedSpace(std::move(name), MakeDecisions()) {}

graph::Graph MobileSpace::Build(std::span<const int> genome, graph::SampleShape input,
                                int num_classes) const {
  const Choices chosen(decisions(), genome);
  const Kind activation = chosen["activation"] == 0 ? Kind::kRelu6 : Kind::kHardSwish;
  NetworkBuilder net(input);
  int last = ConvNorm(net, 0, SquareConv(chosen["stem"], 3), "stem");
  last = net.Add(graph::Activation{activation}, {last}, "stem.act");
  for (int i = 1; i <= kNumStages; ++i) {
    const std::string stage = fmt::format("stage{}.", i);
    for (std::int64_t block = 1; block <= chosen[stage + "blocks"]; ++block) {
      const Bottleneck shape{.kernel = chosen[stage + "kernel"],
                             .expansion = chosen[stage + "expansion"],
                             .width = chosen[stage + "width"],
                             .gate = chosen[stage + "gate"] == 1,
                             .stride = block == 1 ? chosen[stage + "shrink"] : 1,
                             .activation = activation};
      last = AddBottleneck(net, last, shape, fmt::format("{}block{}", stage, block));
    }
  }
  net.Head(last, /*grid=*/1, static_cast<double>(chosen["dropout"]), num_classes);
  return std::move(net).Take();
}

}  // namespace netsmith::space
