#include "netsmith/space/catalog/conv_network.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include "netsmith/space/catalog/conv_norm.h"

namespace netsmith::space {
namespace {

class Builder {
 public:
  Builder(const ConvNetwork& network, graph::SampleShape input)
      : network_(network), net_(input), last_(0) {}

  graph::Graph Run(int num_classes) && {
    for (std::size_t i = 0; i < network_.stages.size(); ++i) {
      AddStage(network_.stages[i], fmt::format("stage{}", i + 1));
    }
    net_.Head(last_, network_.head_grid, network_.dropout_percent, num_classes);
    return std::move(net_).Take();
  }

 private:
  void AddStage(const ConvStage& stage, const std::string& name) {
    const bool strides = network_.shrink == Shrink::kStride;
    for (std::int64_t block = 1; block <= stage.blocks; ++block) {
      AddBlock(stage, strides && block == 1 ? stage.shrink : 1,
               fmt::format("{}.block{}", name, block));
    }
    if (strides) return;
    if (network_.shrink == Shrink::kMaxPool) {
      last_ =
          net_.Pool(last_, SquarePool<graph::MaxPool>(stage.shrink, stage.shrink), name + ".pool");
    } else {
      last_ =
          net_.Pool(last_, SquarePool<graph::AvgPool>(stage.shrink, stage.shrink), name + ".pool");
    }
  }

  void AddBlock(const ConvStage& stage, std::int64_t stride, const std::string& name) {
    const int src = last_;
    for (std::int64_t i = 1; i <= network_.convs_per_block; ++i) {
      const std::string number = fmt::format("{}", i);
      AddConv(stage, i == 1 ? stride : 1, name + ".conv" + number);
      Normalize(name + ".norm" + number);
      const bool is_last = i == network_.convs_per_block;
      if (is_last && network_.squeeze_excite) {
        last_ = net_.Add(graph::SqueezeExcite{.units = std::max<std::int64_t>(stage.width / 4, 1)},
                         {last_}, name + ".gate");
      }
      if (is_last && network_.residual) AddShortcut(src, stage.width, stride, name);
      last_ = net_.Add(graph::Activation{network_.activation}, {last_}, name + ".act" + number);
    }
  }

  void AddShortcut(int src, std::int64_t width, std::int64_t stride, const std::string& name) {
    const int main = last_;
    last_ = src;
    if (net_.shape(src) != net_.shape(main)) {
      AddPlainConv({.filters = width, .stride_height = stride, .stride_width = stride},
                   name + ".project");
      Normalize(name + ".project.norm");
    }
    last_ = net_.Sum({main, last_}, name + ".add");
  }

  void AddConv(const ConvStage& stage, std::int64_t stride, const std::string& name) {
    graph::Conv conv{.filters = stage.width,
                     .kernel_height = stage.kernel,
                     .kernel_width = stage.kernel,
                     .stride_height = stride,
                     .stride_width = stride};
    if (network_.separable && last_ != 0) {
      conv.filters = conv.groups = net_.channels(last_);
      conv.bias = false;
      last_ = net_.Conv(last_, conv, name + ".depth");
      AddPlainConv({.filters = stage.width}, name + ".point");
    } else {
      AddPlainConv(conv, name);
    }
  }

  /// A norm's offset makes a bias before it idle.
  void AddPlainConv(graph::Conv conv, std::string name) {
    conv.bias = !network_.batch_norm;
    last_ = net_.Conv(last_, conv, std::move(name));
  }

  void Normalize(std::string name) {
    if (network_.batch_norm) last_ = net_.Add(graph::BatchNorm{}, {last_}, std::move(name));
  }

  const ConvNetwork& network_;
  NetworkBuilder net_;
  int last_;
};

}  // namespace

graph::Graph BuildConvNetwork(const ConvNetwork& network, graph::SampleShape input,
                              int num_classes) {
  return Builder(network, input).Run(num_classes);
}

graph::SampleShape AsSignal(graph::SampleShape sample) {
  return {.height = 1, .width = sample.height * sample.width, .channels = sample.channels};
}

}  // namespace netsmith::space
