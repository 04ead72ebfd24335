#include "tests/model/models.h"

#include <fmt/format.h>

#include <cmath>

#include "netsmith/engine/reference/network.h"

namespace netsmith::model::testing {
namespace {

std::vector<float> Uniform(base::Generator& generator, std::int64_t count, double low,
                           double high) {
  std::vector<float> values(static_cast<std::size_t>(count));
  for (float& value : values) {
    value = static_cast<float>(low + (high - low) * generator.Uniform());
  }
  return values;
}

}  // namespace

Model RandomModel(const graph::Graph& graph, std::uint64_t seed) {
  base::Generator generator = base::RandomStreams(seed).For("model");
  Model model;
  model.graph = graph::WithoutUnused(graph);
  const auto infos = graph::Analyze(model.graph);
  for (const graph::Node& node : model.graph.nodes) {
    if (node.inputs.empty()) continue;
    const tensor::SampleShape src = infos[node.inputs[0]].shape;
    const TensorSizes sizes = SizesOf(node.op, src);
    for (const std::int64_t size : sizes.params) {
      const bool is_norm = std::holds_alternative<graph::BatchNorm>(node.op);
      const double fan = std::max(1.0, static_cast<double>(size) / (1.0 + src.channels));
      const double bound = is_norm ? 1.5 : std::sqrt(3.0 / fan);
      model.weights.params.push_back(Uniform(generator, size, -bound, bound));
    }
    if (!sizes.running_averages.empty()) {
      const std::int64_t channels = sizes.running_averages[0];
      model.weights.running_averages.push_back(Uniform(generator, channels, -0.5, 0.5));
      model.weights.running_averages.push_back(Uniform(generator, channels, 0.3, 2.0));
    }
  }
  model.preprocessing = {.sample = graph.input, .mean = {}, .deviation = {}};
  model.preprocessing.mean = Uniform(generator, graph.input.channels, 100, 150);
  model.preprocessing.deviation = Uniform(generator, graph.input.channels, 50, 100);
  for (std::int64_t i = 0; i < infos.back().shape.size(); ++i) {
    model.class_names.push_back(fmt::format("class {}", i));
  }
  return model;
}

Model ModelOfColumns(const graph::Graph& graph) {
  Model model = RandomModel(graph);
  Preprocessing& columns = model.preprocessing;
  columns.mean.clear();
  columns.deviation.clear();
  for (std::int64_t i = 0; i < columns.sample.size(); ++i) {
    const auto magnitude = static_cast<float>(std::pow(10.0, static_cast<double>(i % 10 - 3)));
    columns.deviation.push_back(magnitude);
    columns.mean.push_back(magnitude * static_cast<float>(i % 7 == 6 ? 1000 : i % 7));
  }
  return model;
}

std::vector<float> RandomSamples(const Model& model, int count, std::uint64_t seed) {
  base::Generator generator = base::RandomStreams(seed).For("samples");
  std::vector<float> samples(static_cast<std::size_t>(count * model.graph.input.size()));
  for (float& value : samples) value = static_cast<float>(generator.Below(256));
  const Preprocessing& preprocessing = model.preprocessing;
  const std::size_t size = preprocessing.mean.size();
  if (std::ssize(preprocessing.mean) == preprocessing.sample.channels) return samples;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    samples[i] =
        preprocessing.mean[i % size] + (samples[i] / 64 - 2) * preprocessing.deviation[i % size];
  }
  return samples;
}

graph::Graph SmallGraph() {
  graph::Graph graph{.input = {5, 4, 2}, .nodes = {}};
  int last = graph.Add(graph::Input{}, {});
  last = graph.Add(graph::Conv{.filters = 3, .kernel_height = 3, .kernel_width = 2}, {last});
  last = graph.Add(graph::BatchNorm{}, {last});
  last = graph.Add(graph::Activation{}, {last});
  last = graph.Add(graph::Dropout{20}, {last});
  last = graph.Add(graph::Flatten{}, {last});
  graph.Add(graph::Dense{3}, {last});
  return graph;
}

std::vector<std::vector<double>> ReferenceLogits(const Model& model,
                                                 const std::vector<float>& samples) {
  using engine::reference::Statistics;
  using engine::reference::Values;
  engine::reference::Network network(model.graph);
  for (std::size_t i = 0; i < model.weights.params.size(); ++i) {
    const auto& param = model.weights.params[i];
    network.params()[i] = Values(param.begin(), param.end());
  }
  std::vector<Statistics> statistics;
  const auto& averages = model.weights.running_averages;
  for (std::size_t i = 0; i < averages.size(); i += 2) {
    statistics.push_back({Values(averages[i].begin(), averages[i].end()),
                          Values(averages[i + 1].begin(), averages[i + 1].end())});
  }
  Values src;
  const std::size_t count = model.preprocessing.mean.size();
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const double mean = model.preprocessing.mean[i % count];
    src.push_back((samples[i] - mean) / model.preprocessing.deviation[i % count]);
  }
  return network.Infer(src, statistics);
}

}  // namespace netsmith::model::testing
