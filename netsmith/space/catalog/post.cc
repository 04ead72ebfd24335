#include "netsmith/space/catalog/post.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "netsmith/base/error.h"
#include "netsmith/space/catalog/post_text.h"

namespace netsmith::space {
namespace {

constexpr std::size_t kDecisionsPerLayer = 4;

using Options = std::vector<std::int64_t>;

/// first, first + 1, …, last.
Options Range(std::int64_t first, std::int64_t last) {
  Options options(static_cast<std::size_t>(last - first + 1));
  std::iota(options.begin(), options.end(), first);
  return options;
}

/// What every layer chooses from: options of kernel, filters, pool and dropout.
std::vector<std::pair<std::string, Options>> LayerDecisions(PostRanges ranges) {
  if (ranges == PostRanges::kFull) {
    return {{"kernel", Range(1, 64)},
            {"filters", Range(1, 64)},
            {"pool", Range(1, 64)},
            {"dropout", Range(0, 60)}};
  }
  return {{"kernel", {1, 2, 3, 5, 7, 11, 15, 21, 29, 41, 57}},
          {"filters", {4, 8, 16, 24, 32, 48, 64}},
          {"pool", {1, 2, 3, 5, 7, 11, 15, 21, 29, 41, 57}},
          {"dropout", {0, 5, 10, 15, 20, 30, 40, 50, 60}}};
}

/// Lists the options themselves, so that a study made with others is never mistaken for this one.
std::string MakeSignature(int max_layers, PostRanges ranges) {
  std::string signature = fmt::format("post layers={}", max_layers);
  for (const auto& [name, options] : LayerDecisions(ranges)) {
    signature += fmt::format(" {}={}", name, fmt::join(options, ","));
  }
  return signature;
}

}  // namespace

graph::Graph BuildPost(std::span<const PostLayer> layers, graph::SampleShape input,
                       int num_classes) {
  graph::Graph graph;
  graph.input = {.height = 1, .width = input.height * input.width, .channels = input.channels};
  int last = graph.Add(graph::Input{}, {}, "input");
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const PostLayer& layer = layers[i];
    const auto add = [&](graph::Op op, const char* name) {
      last = graph.Add(op, {last}, fmt::format("layer{}.{}", i + 1, name));
    };
    add(graph::Conv{.filters = layer.filters, .kernel_height = 1, .kernel_width = layer.kernel},
        "conv");
    add(graph::Activation{}, "relu");
    if (layer.pool != 1) {
      add(graph::MaxPool{.window_height = 1, .window_width = layer.pool}, "pool");
    }
    if (layer.dropout_percent != 0) {
      add(graph::Dropout{.rate_percent = static_cast<double>(layer.dropout_percent)}, "dropout");
    }
  }
  last = graph.Add(graph::Flatten{}, {last}, "flatten");
  graph.Add(graph::Dense{.units = num_classes}, {last}, "output");
  return graph;
}

PostSpace::PostSpace(int max_layers, PostRanges ranges) {
  if (max_layers < 1 || max_layers > kMaxLayers) {
    throw base::InvalidArgument(
        fmt::format("space post: found {} layers, expected 1 to {}", max_layers, kMaxLayers));
  }
  signature_ = MakeSignature(max_layers, ranges);
  for (int layer = 1; layer <= max_layers; ++layer) {
    for (auto& [name, options] : LayerDecisions(ranges)) {
      decisions_.push_back({fmt::format("layer{}.{}", layer, name), std::move(options)});
    }
  }
}

std::vector<PostLayer> PostSpace::Layers(std::span<const int> genome) const {
  CheckGenome(decisions_, genome);
  std::vector<PostLayer> layers;
  for (std::size_t i = 0; i < genome.size(); i += kDecisionsPerLayer) {
    const auto option = [&](std::size_t k) {
      return decisions_[i + k].options[static_cast<std::size_t>(genome[i + k])];
    };
    layers.push_back({.kernel = option(0),
                      .filters = option(1),
                      .pool = option(2),
                      .dropout_percent = option(3)});
  }
  return layers;
}

graph::Graph PostSpace::Build(std::span<const int> genome, graph::SampleShape input,
                              int num_classes) const {
  return BuildPost(Layers(genome), input, num_classes);
}

std::string PostSpace::NetworkText(std::span<const int> genome) const {
  return FormatPostLayers(Layers(genome));
}

}  // namespace netsmith::space
