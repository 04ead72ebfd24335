#include "netsmith/space/catalog/nasnet.h"

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <numeric>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "netsmith/space/catalog/conv_norm.h"
#include "netsmith/space/network_builder.h"

namespace netsmith::space {
namespace {

std::vector<ListedDecision> MakeDecisions(std::int64_t blocks) {
  std::vector<ListedDecision> decisions;
  for (const char* cell : {"normal", "reduction"}) {
    for (std::int64_t i = 1; i <= blocks; ++i) {
      std::vector<std::int64_t> inputs(static_cast<std::size_t>(i + 1));
      std::iota(inputs.begin(), inputs.end(), 0);
      const std::string block = fmt::format("{}{}.", cell, i);
      for (const char* side : {"1", "2"}) {
        decisions.push_back({{block + "input" + side, inputs}});
        decisions.push_back(
            Words(block + "op" + side, {"identity", "sep_conv_3x3", "sep_conv_5x5", "sep_conv_7x7",
                                        "dil_conv_3x3", "avg_pool_3x3", "max_pool_3x3"}));
      }
    }
  }
  return decisions;
}

int AddOperation(NetworkBuilder& net, int src, std::int64_t operation, std::int64_t stride,
                 const std::string& name) {
  const std::int64_t channels = net.channels(src);
  switch (operation) {
    case 0:
      return stride == 1 ? src : ReluConvNorm(net, src, SquareConv(channels, 1, stride), name);
    case 1:
    case 2:
    case 3:
      return ReluSeparable(net, src, SquareConv(channels, 2 * operation + 1, stride), name);
    case 4: {
      graph::Conv dilated = SquareConv(channels, 3, stride);
      dilated.dilation_height = dilated.dilation_width = 2;
      return ReluSeparable(net, src, dilated, name);
    }
    case 5:
      return net.Pool(src, SquarePool<graph::AvgPool>(3, stride), name);
    default:
      return net.Pool(src, SquarePool<graph::MaxPool>(3, stride), name);
  }
}

struct Stacker {
  NetworkBuilder& net;
  const Choices& chosen;
  std::int64_t blocks;
  int before;  // the last cell's output but one
  int last;    // the last cell's output

  /// Appends a cell of so many channels a block.
  void AddCell(const std::string& kind, std::int64_t channels, const std::string& name) {
    const std::int64_t stride = kind == "reduction" ? 2 : 1;
    std::vector<int> states = {Fit(before, channels, name + ".fit1"),
                               Fit(last, channels, name + ".fit2")};
    std::set<int> unread;
    for (std::int64_t i = 1; i <= blocks; ++i) {
      const std::string block = fmt::format("{}{}.", kind, i);
      std::vector<int> summands;
      for (const char* side : {"1", "2"}) {
        const auto input = static_cast<std::size_t>(chosen[block + "input" + side]);
        unread.erase(static_cast<int>(input));
        summands.push_back(AddOperation(net, states[input], chosen[block + "op" + side],
                                        input < 2 ? stride : 1,
                                        fmt::format("{}.block{}.op{}", name, i, side)));
      }
      unread.insert(static_cast<int>(states.size()));
      states.push_back(net.Sum(std::move(summands), fmt::format("{}.block{}", name, i)));
    }
    std::vector<int> outputs;
    for (const int state : unread) outputs.push_back(states[static_cast<std::size_t>(state)]);
    before = last;
    last = outputs.size() == 1 ? outputs.front()
                               : net.Add(graph::Concat{}, std::move(outputs), name + ".join");
  }

  /// A cell's input with the channels of its blocks and the size of the last cell's output.
  int Fit(int src, std::int64_t channels, const std::string& name) {
    const graph::SampleShape from = net.shape(src), to = net.shape(last);
    const bool larger = from.height != to.height || from.width != to.width;
    return ReluConvNorm(net, src, SquareConv(channels, 1, larger ? 2 : 1), name);
  }
};

}  // namespace

NasnetSpace::NasnetSpace(const SpaceName& parameters, std::string name)
    : ListedSpace(std::move(name), MakeDecisions(parameters.parameters.at("blocks"))),
      blocks_(parameters.parameters.at("blocks")),
      cells_(parameters.parameters.at("cells")),
      channels_(parameters.parameters.at("channels")) {}

graph::Graph NasnetSpace::Build(std::span<const int> genome, graph::SampleShape input,
                                int num_classes) const {
  const Choices chosen(decisions(), genome);
  NetworkBuilder net(input);
  const int stem = ConvNorm(net, 0, SquareConv(channels_, 3), "stem");
  Stacker stack{net, chosen, blocks_, stem, stem};
  std::int64_t channels = channels_;
  for (int stage = 1; stage <= 3; ++stage) {
    if (stage > 1) {
      channels *= 2;
      stack.AddCell("reduction", channels, fmt::format("reduction{}", stage - 1));
    }
    for (std::int64_t cell = 1; cell <= cells_; ++cell) {
      stack.AddCell("normal", channels, fmt::format("stage{}.cell{}", stage, cell));
    }
  }
  net.Head(net.Add(graph::Activation{}, {stack.last}, "head.relu"), /*grid=*/1,
           /*dropout_percent=*/0, num_classes);
  return std::move(net).Take();
}

}  // namespace netsmith::space
