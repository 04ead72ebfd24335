#include "tests/engine/networks.h"

#include <functional>
#include <utility>

#include "netsmith/space/network.h"

namespace netsmith::engine::testing {
namespace {

using graph::Activation;
using graph::Padding;

/// Builds a graph node by node; `last` is what the next one reads.
class Builder {
 public:
  explicit Builder(graph::SampleShape input) : graph_{.input = input, .nodes = {}} {
    last_ = graph_.Add(graph::Input{}, {});
  }
  int Add(graph::Op op) { return last_ = graph_.Add(op, {last_}); }
  int Join(graph::Op op, std::vector<int> inputs) {
    return last_ = graph_.Add(op, std::move(inputs));
  }
  int last() const { return last_; }
  void GoTo(int node) { last_ = node; }
  graph::Graph Classify(int classes) {
    Add(graph::Flatten{});
    Add(graph::Dense{classes});
    return std::move(graph_);
  }

 private:
  graph::Graph graph_;
  int last_;
};

/// One operation between two convolutions, so that gradients flow through it.
graph::Graph Around(graph::SampleShape input, std::int64_t channels,
                    const std::function<void(Builder&)>& middle, bool after = true) {
  Builder b(input);
  b.Add(graph::Conv{.filters = channels, .kernel_height = 2, .kernel_width = 3});
  middle(b);
  if (after) b.Add(graph::Conv{.filters = 3, .kernel_width = 2});
  return b.Classify(3);
}

}  // namespace

std::vector<NamedGraph> OperationGraphs(bool small) {
  const graph::SampleShape image =
      small ? graph::SampleShape{4, 5, 2} : graph::SampleShape{9, 11, 3};
  const graph::SampleShape signal =
      small ? graph::SampleShape{1, 9, 2} : graph::SampleShape{1, 53, 3};
  const std::int64_t c = small ? 4 : 18;
  std::vector<NamedGraph> graphs;
  const auto add = [&](std::string name, graph::SampleShape input, auto middle, bool after = true) {
    graphs.push_back({std::move(name), Around(input, c, middle, after)});
  };
  const auto one = [&](const std::string& name, graph::SampleShape input, graph::Op op) {
    add(name, input, [op](Builder& b) { b.Add(op); });
  };

  one("conv stride", image,
      graph::Conv{.filters = 5,
                  .kernel_height = 3,
                  .kernel_width = 3,
                  .stride_height = 2,
                  .stride_width = 2});
  one("conv unequal strides, no bias", image,
      graph::Conv{.filters = 3,
                  .kernel_height = 2,
                  .kernel_width = 3,
                  .stride_height = 1,
                  .stride_width = 3,
                  .bias = false});
  one("conv valid", image,
      graph::Conv{.filters = 3, .kernel_height = 3, .kernel_width = 2, .padding = Padding::kValid});
  one("conv valid stride", image,
      graph::Conv{.filters = 3,
                  .kernel_height = 2,
                  .kernel_width = 2,
                  .stride_height = 2,
                  .stride_width = 2,
                  .padding = Padding::kValid});
  one("conv 1x1 stride", image, graph::Conv{.filters = 5, .stride_height = 2, .stride_width = 2});
  one("conv pointwise", image, graph::Conv{.filters = 7});
  one("conv dilated", image,
      graph::Conv{.filters = 3,
                  .kernel_height = 3,
                  .kernel_width = 3,
                  .dilation_height = 2,
                  .dilation_width = 2});
  one("conv dilated stride", image,
      graph::Conv{.filters = 3,
                  .kernel_height = 2,
                  .kernel_width = 2,
                  .stride_height = 2,
                  .stride_width = 2,
                  .dilation_height = 2,
                  .dilation_width = 3});
  one("conv dilated rows only", image,
      graph::Conv{.filters = 3, .kernel_height = 3, .kernel_width = 2, .dilation_height = 2});
  one("conv dilated signal", signal,
      graph::Conv{.filters = 3, .kernel_width = 3, .dilation_width = 4});
  one("conv long stride signal", signal,
      graph::Conv{.filters = 3, .kernel_width = 7, .stride_width = 4});
  one("conv groups", image,
      graph::Conv{.filters = 6, .kernel_height = 3, .kernel_width = 3, .groups = 2});
  one("conv groups stride dilation", image,
      graph::Conv{.filters = 4,
                  .kernel_height = 2,
                  .kernel_width = 2,
                  .stride_height = 2,
                  .stride_width = 1,
                  .dilation_width = 2,
                  .groups = 2});
  const graph::Conv depthwise = {.filters = c, .kernel_height = 3, .kernel_width = 3, .groups = c};
  one("depthwise", image, depthwise);
  add("depthwise relu", image, [&](Builder& b) {
    b.Add(depthwise);
    b.Add(Activation{});
  });
  graph::Conv strided = depthwise;
  strided.stride_height = strided.stride_width = 2;
  strided.bias = false;
  one("depthwise stride", image, strided);
  graph::Conv dilated = depthwise;
  dilated.dilation_height = 2;
  dilated.kernel_width = 7;
  one("depthwise dilated long", image, dilated);
  graph::Conv multiplied = depthwise;
  multiplied.filters = 2 * c;
  one("depthwise with multiplier", image, multiplied);

  one("max pool stride", image, graph::MaxPool{2, 3, 2, 2});
  one("max pool valid", image, graph::MaxPool{2, 2, 1, 1, Padding::kValid});
  one("max pool long signal", signal, graph::MaxPool{1, 5, 1, 3});
  one("avg pool", image, graph::AvgPool{3, 2});
  one("avg pool stride valid", image, graph::AvgPool{2, 3, 2, 1, Padding::kValid});
  one("global avg pool", image, graph::GlobalAvgPool{});

  one("relu", image, Activation{});
  one("relu6", image, Activation{Activation::Kind::kRelu6});
  one("silu", image, Activation{Activation::Kind::kSilu});
  one("hard swish", image, Activation{Activation::Kind::kHardSwish});
  one("dropout", image, graph::Dropout{30});
  add("relu6 then dropout", image, [](Builder& b) {
    b.Add(Activation{Activation::Kind::kRelu6});
    b.Add(graph::Dropout{30});
  });

  one("batch norm", image, graph::BatchNorm{});
  add("batch norm relu", image, [](Builder& b) {
    b.Add(graph::BatchNorm{.epsilon = 1e-3});
    b.Add(Activation{});
  });
  add("two batch norms", signal, [](Builder& b) {
    b.Add(graph::BatchNorm{});
    b.Add(Activation{});
    b.Add(graph::Conv{.filters = 5, .kernel_width = 3, .bias = false});
    b.Add(graph::BatchNorm{});
  });
  // Whole vectors of channels, which the convolutions hand over to the norms tile by tile.
  const std::int64_t vector = small ? 2 : 16;
  add("norms between convolutions", image, [&](Builder& b) {
    const auto separate = [&](std::int64_t channels, std::int64_t stride) {
      b.Add(graph::Conv{.filters = channels,
                        .kernel_height = 3,
                        .kernel_width = 3,
                        .stride_height = stride,
                        .stride_width = stride,
                        .groups = channels,
                        .bias = false});
      b.Add(graph::BatchNorm{});
    };
    b.Add(graph::Conv{.filters = vector, .kernel_height = 3, .kernel_width = 3});
    b.Add(graph::BatchNorm{});
    b.Add(Activation{});
    separate(vector, 1);
    b.Add(Activation{});
    b.Add(graph::Conv{.filters = 5 * vector, .bias = false});
    b.Add(graph::BatchNorm{});
    separate(5 * vector, 2);
    b.Add(Activation{});
    b.Add(graph::Conv{.filters = 4 * vector, .bias = false});
    b.Add(graph::BatchNorm{});
    b.Add(Activation{});
  });
  // In these orders a norm and the convolution before or behind it are no neighbours.
  const graph::Conv wide{.filters = vector, .bias = false};  // computed as it is defined
  add("two convolutions, then their norms", image, [&](Builder& b) {
    const int start = b.last();
    const int first = b.Join(wide, {start}), second = b.Join(wide, {start});
    const int norm = b.Join(graph::BatchNorm{}, {first});
    b.Join(graph::Add{}, {norm, b.Join(graph::BatchNorm{}, {second})});
  });
  add("two norms, then their convolutions", image, [&](Builder& b) {
    const int start = b.Join(wide, {b.last()});
    const int first = b.Join(graph::BatchNorm{}, {start});
    const int second = b.Join(graph::BatchNorm{}, {start});
    const int conv = b.Join(wide, {first});
    b.Join(graph::Add{}, {conv, b.Join(wide, {second})});
  });
  add("a norm, another, and convolutions of both behind", image, [&](Builder& b) {
    b.Add(wide);
    const int first = b.Add(graph::BatchNorm{});
    const int other = b.Join(wide, {0});
    const int second = b.Join(graph::BatchNorm{}, {other});
    const int conv = b.Join(wide, {second});
    b.Join(graph::Add{}, {conv, b.Join(wide, {first})});
  });
  one("squeeze and excite", image, graph::SqueezeExcite{2});

  add("residual", image, [&](Builder& b) {
    const int start = b.last();
    b.Add(graph::Conv{.filters = c, .kernel_height = 3, .kernel_width = 3});
    b.Add(Activation{});
    b.Join(graph::Add{}, {start, b.last()});
  });
  add("residual with batch norms", image, [&](Builder& b) {
    b.Add(graph::BatchNorm{});
    const int start = b.Add(Activation{});
    b.Add(graph::Conv{.filters = c, .kernel_height = 3, .kernel_width = 3, .bias = false});
    b.Add(graph::BatchNorm{});
    b.Add(Activation{});
    b.Add(graph::Conv{.filters = c, .kernel_height = 3, .kernel_width = 1, .bias = false});
    b.Add(graph::BatchNorm{});
    b.Join(graph::Add{}, {b.last(), start});
    b.Add(Activation{});
  });
  add("shortcut with stride", image, [&](Builder& b) {
    const int start = b.last();
    b.Add(graph::Conv{.filters = 5,
                      .kernel_height = 3,
                      .kernel_width = 3,
                      .stride_height = 2,
                      .stride_width = 2});
    const int left = b.Add(graph::BatchNorm{});
    b.GoTo(start);
    b.Add(graph::AvgPool{2, 2, 2, 2});
    b.Add(graph::Conv{.filters = 5});
    b.Join(graph::Add{}, {left, b.last(), left});
  });
  add("concat", image, [&](Builder& b) {
    const int start = b.last();
    const int left = b.Add(graph::Conv{.filters = 3, .kernel_height = 3, .kernel_width = 3});
    b.GoTo(start);
    const int right = b.Add(graph::MaxPool{3, 3});
    b.Join(graph::Concat{}, {left, start, right});
  });
  add("relu on one branch only", image, [&](Builder& b) {
    const int start = b.last();
    const int left = b.Add(Activation{});
    b.GoTo(start);
    const int right = b.Add(graph::Dropout{20});
    b.Join(graph::Add{}, {left, right, start});
  });
  add("input on two branches", image, [&](Builder& b) {
    const int left = b.last();
    b.GoTo(0);
    const int right = b.Add(graph::MaxPool{2, 2});
    b.Join(graph::Concat{}, {left, right, 0});
  });
  add(
      "flatten then relu and dropout", image,
      [](Builder& b) {
        b.Add(graph::Flatten{});
        b.Add(Activation{});
        b.Add(graph::Dropout{25});
      },
      false);
  add(
      "dense on a branch", image,
      [](Builder& b) {
        b.Add(graph::GlobalAvgPool{});
        const int start = b.last();
        b.Add(graph::Dense{6});
        const int left = b.Add(Activation{Activation::Kind::kSilu});
        b.GoTo(start);
        const int right = b.Add(graph::Dense{6});
        b.Join(graph::Add{}, {left, right});
      },
      false);
  add(
      "flattened image on two branches", image,
      [](Builder& b) {
        const int flat = b.Add(graph::Flatten{});
        const int left = b.Add(graph::Conv{.filters = 2, .kernel_width = 3});
        b.GoTo(flat);
        const int right = b.Add(graph::Dense{2});
        b.Join(graph::Add{}, {left, right});
      },
      false);
  return graphs;
}

std::vector<Case> OddChains() {
  return {
      {"dense alone", {1, 7, 3}, 5, {}},
      {"one by one", {1, 1, 1}, 2, {{.filters = 1}}},
      {"kernel 1", {1, 19, 2}, 3, {{.filters = 3}}},
      {"classic small",
       {1, 50, 1},
       10,
       {{.kernel_width = 5, .filters = 32, .pool_width = 2, .dropout_percent = 3},
        {.kernel_width = 5, .filters = 64, .pool_width = 2, .dropout_percent = 3}}},
      {"kernel longer than the signal", {1, 9, 1}, 3, {{.kernel_width = 64, .filters = 5}}},
      {"pool longer than the signal",
       {1, 9, 2},
       3,
       {{.kernel_width = 3, .filters = 4, .pool_width = 64}}},
      {"odd channels",
       {1, 37, 3},
       7,
       {{.kernel_width = 6, .filters = 13, .pool_width = 7, .dropout_percent = 25},
        {.kernel_width = 4, .filters = 17, .pool_width = 5, .dropout_percent = 50},
        {.kernel_width = 2, .filters = 7, .pool_width = 4}}},
      {"many channels",
       {1, 23, 1},
       4,
       {{.kernel_width = 3, .filters = 130}, {.kernel_width = 3, .filters = 67}}},
      {"deep sum", {1, 40, 90}, 3, {{.kernel_width = 29, .filters = 6}}},
      {"no relu",
       {1, 21, 2},
       3,
       {{.kernel_width = 3, .filters = 9, .pool_width = 3, .relu = false}}},
      {"image",
       {11, 13, 3},
       6,
       {{.kernel_height = 3, .kernel_width = 3, .filters = 10, .pool_height = 2, .pool_width = 2},
        {.kernel_height = 5, .kernel_width = 2, .filters = 20, .pool_height = 3, .pool_width = 4}}},
      {"columns only", {12, 5, 2}, 3, {{.kernel_height = 4, .filters = 6, .pool_height = 5}}},
      {"kernel higher than the image",
       {3, 4, 1},
       2,
       {{.kernel_height = 7, .kernel_width = 3, .filters = 3}}},
  };
}

graph::Graph WideImages() {
  graph::Graph graph{.input = {10, 11, 20}, .nodes = {}};
  int last = graph.Add(graph::Input{}, {});
  const auto conv = [&](std::int64_t filters) {
    last =
        graph.Add(graph::Conv{.filters = filters, .kernel_height = 3, .kernel_width = 3}, {last});
  };
  conv(24);
  conv(33);
  last = graph.Add(graph::BatchNorm{}, {last});
  conv(24);
  last = graph.Add(graph::GlobalAvgPool{}, {last});
  graph.Add(graph::Dense{3}, {last});
  return graph;
}

std::vector<NamedGraph> AllGraphs() {
  std::vector<NamedGraph> graphs = OperationGraphs(/*small=*/false);
  for (const Case& c : OddChains()) graphs.push_back({c.name, MakeGraph(c)});
  // A cell's norms are read far behind them, in other phases.
  const char* const cell = "nasnet:0,4,0,2,1,4,2,6,2,2,2,2,0,2,0,6,2,6,2,3,1,4,0,2";
  graphs.push_back({"wide images", WideImages()});
  graphs.push_back({"nasnet", space::ParseNetwork(cell, {8, 8, 1}, 2)});
  return graphs;
}
}  // namespace netsmith::engine::testing
