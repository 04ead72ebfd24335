#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "netsmith/base/random.h"
#include "netsmith/graph/graph.h"

/// Small networks and data for the engine's tests.
namespace netsmith::engine::testing {

struct ConvLayer {
  std::int64_t kernel_height = 1;
  std::int64_t kernel_width = 1;
  std::int64_t filters = 1;
  std::int64_t pool_height = 1;
  std::int64_t pool_width = 1;
  double dropout_percent = 0;
  bool relu = true;
};

struct Case {
  std::string name;
  graph::SampleShape input;
  int classes = 2;
  std::vector<ConvLayer> layers;
};

inline graph::Graph MakeGraph(const Case& c) {
  graph::Graph graph{.input = c.input, .nodes = {}};
  int last = graph.Add(graph::Input{}, {});
  for (const ConvLayer& layer : c.layers) {
    last = graph.Add(graph::Conv{layer.filters, layer.kernel_height, layer.kernel_width}, {last});
    if (layer.relu) last = graph.Add(graph::Activation{}, {last});
    last = graph.Add(graph::MaxPool{layer.pool_height, layer.pool_width}, {last});
    last = graph.Add(graph::Dropout{layer.dropout_percent}, {last});
  }
  last = graph.Add(graph::Flatten{}, {last});
  graph.Add(graph::Dense{c.classes}, {last});
  return graph;
}

/// `count` values uniform in [-1, 1).
inline std::vector<double> RandomValues(base::Generator& generator, std::int64_t count) {
  std::vector<double> values(count);
  for (double& value : values) value = 2 * generator.Uniform() - 1;
  return values;
}

inline std::vector<float> ToFloat(const std::vector<double>& values) {
  return {values.begin(), values.end()};
}

inline int NumClasses(const graph::Graph& graph) {
  return static_cast<int>(graph::Analyze(graph).back().shape.size());
}

inline std::vector<std::int32_t> RandomLabels(base::Generator& generator, int count, int classes) {
  std::vector<std::int32_t> labels(count);
  for (std::int32_t& label : labels) label = static_cast<std::int32_t>(generator.Below(classes));
  return labels;
}

struct NamedGraph {
  std::string name;
  graph::Graph graph;
};

/// Graphs that between them have every operation with every attribute, in odd shapes. The small
/// ones are for finite differences.
std::vector<NamedGraph> OperationGraphs(bool small);

/// Chains of shapes that no vector length, register tile or group of positions divides.
std::vector<Case> OddChains();

/// Convolutions of so many channels that tiles are transformed both ways, in two phases; smooth, so
/// that rounding cannot grow at a kink.
graph::Graph WideImages();

/// Chains of the classic kind and graphs with every operation.
std::vector<NamedGraph> AllGraphs();

}  // namespace netsmith::engine::testing
