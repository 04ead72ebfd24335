#include "netsmith/model/model.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <variant>

#include "netsmith/base/error.h"

namespace netsmith::model {
namespace {

using base::InvalidArgument;
using tensor::SampleShape;

TensorSizes Sizes(const graph::Conv& conv, SampleShape src) {
  const std::int64_t window = conv.kernel_height * conv.kernel_width;
  TensorSizes sizes = {.params = {window * (src.channels / conv.groups) * conv.filters},
                       .running_averages = {}};
  if (conv.bias) sizes.params.push_back(conv.filters);
  return sizes;
}
TensorSizes Sizes(const graph::BatchNorm&, SampleShape src) {
  return {.params = {src.channels, src.channels}, .running_averages = {src.channels, src.channels}};
}
TensorSizes Sizes(const graph::SqueezeExcite& gate, SampleShape src) {
  const std::int64_t weights = src.channels * gate.units;
  return {.params = {weights, gate.units, weights, src.channels}, .running_averages = {}};
}
TensorSizes Sizes(const graph::Dense& dense, SampleShape src) {
  return {.params = {src.channels * dense.units, dense.units}, .running_averages = {}};
}
/// Operations without parameters.
template <typename Plain>
TensorSizes Sizes(const Plain&, SampleShape) {
  return {};
}

void Append(const std::vector<std::int64_t>& from, std::vector<std::int64_t>& to) {
  to.insert(to.end(), from.begin(), from.end());
}

void CheckTensors(const char* what, const std::vector<std::vector<float>>& tensors,
                  const std::vector<std::int64_t>& sizes) {
  if (tensors.size() != sizes.size()) {
    throw InvalidArgument(
        fmt::format("found {} tensors of {}, expected {}", tensors.size(), what, sizes.size()));
  }
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    if (std::ssize(tensors[i]) != sizes[i]) {
      throw InvalidArgument(fmt::format("{}, tensor {}: found {} values, expected {}", what, i,
                                        tensors[i].size(), sizes[i]));
    }
    if (!std::ranges::all_of(tensors[i], [](float value) { return std::isfinite(value); })) {
      throw InvalidArgument(fmt::format("{}, tensor {}: found a value that is no number", what, i));
    }
  }
}

/// Elements of a shape whose sizes may be anything; 0 when it is no shape of fewer than 2^31.
std::int64_t Elements(const SampleShape& shape) {
  constexpr std::int64_t kMax = (std::int64_t{1} << 31) - 1;
  std::int64_t elements = 1;
  for (const std::int64_t size : {shape.height, shape.width, shape.channels}) {
    if (size < 1 || size > kMax / elements) return 0;
    elements *= size;
  }
  return elements;
}

void CheckPreprocessing(const Preprocessing& preprocessing, const graph::Graph& graph) {
  const SampleShape& sample = preprocessing.sample;
  if (Elements(sample) != graph.input.size()) {
    throw InvalidArgument(fmt::format("found samples of {}, expected {} values as the network has",
                                      ToString(sample), graph.input.size()));
  }
  const std::size_t count = preprocessing.mean.size();
  if ((std::ssize(preprocessing.mean) != sample.channels &&
       std::ssize(preprocessing.mean) != sample.size()) ||
      preprocessing.deviation.size() != count) {
    throw InvalidArgument(
        fmt::format("found {} means and {} deviations, expected {}, one a channel, or {}, one a "
                    "value",
                    count, preprocessing.deviation.size(), sample.channels, sample.size()));
  }
  const char* what = std::ssize(preprocessing.mean) == sample.channels ? "channel" : "value";
  for (std::size_t c = 0; c < count; ++c) {
    const float mean = preprocessing.mean[c], deviation = preprocessing.deviation[c];
    if (!std::isfinite(mean) || !std::isfinite(deviation) || !(deviation > 0)) {
      throw InvalidArgument(
          fmt::format("{} {}: found mean {} and deviation {}, expected numbers, the second above 0",
                      what, c, mean, deviation));
    }
  }
}

/// What a file says of sounds must be what its samples are: nothing is allocated for more.
void CheckReading(const data::Reading& reading, const SampleShape& sample) {
  if (reading.lengths != "pad" && reading.lengths != "resample") {
    throw InvalidArgument(
        fmt::format("found lengths '{}', expected pad or resample", reading.lengths));
  }
  if (!reading.values.empty() && std::ssize(reading.values) != sample.size()) {
    throw InvalidArgument(fmt::format("found the names of {} columns, expected {}",
                                      reading.values.size(), sample.size()));
  }
  if (reading.sample_rate == 0) return;
  if (reading.sample_rate < 1 || reading.sample_rate > 1'000'000 ||
      !(reading.window_seconds > 0 && reading.window_seconds <= 3600) || reading.log_mel < 0 ||
      reading.log_mel > 512) {
    throw InvalidArgument(fmt::format("found sounds of {} values a second, {} seconds and {} bands",
                                      reading.sample_rate, reading.window_seconds,
                                      reading.log_mel));
  }
  const SampleShape of_sounds = data::SoundShape(reading);
  if (of_sounds != sample) {
    throw InvalidArgument(fmt::format("found samples of {}, expected {} of its sounds",
                                      ToString(sample), ToString(of_sounds)));
  }
}

}  // namespace

Preprocessing OfBytes(SampleShape sample) {
  const auto channels = static_cast<std::size_t>(sample.channels);
  return {.sample = sample,
          .mean = std::vector<float>(channels, 0.0f),
          .deviation = std::vector<float>(channels, 255.0f)};
}

TensorSizes SizesOf(const graph::Op& op, SampleShape src) {
  return std::visit([&](const auto& operation) { return Sizes(operation, src); }, op);
}

TensorSizes SizesOf(const graph::Graph& graph) {
  const std::vector<graph::NodeInfo> infos = graph::Analyze(graph);
  TensorSizes all;
  for (const graph::Node& node : graph.nodes) {
    if (node.inputs.empty()) continue;
    const TensorSizes sizes = SizesOf(node.op, infos[node.inputs[0]].shape);
    Append(sizes.params, all.params);
    Append(sizes.running_averages, all.running_averages);
  }
  return all;
}

void Check(const Model& model) {
  const TensorSizes sizes = SizesOf(model.graph);
  if (graph::WithoutUnused(model.graph).nodes.size() != model.graph.nodes.size()) {
    throw InvalidArgument("the graph has nodes that lead nowhere");
  }
  CheckTensors("parameters", model.weights.params, sizes.params);
  CheckTensors("running averages", model.weights.running_averages, sizes.running_averages);
  CheckPreprocessing(model.preprocessing, model.graph);
  CheckReading(model.reading, model.preprocessing.sample);
  const std::int64_t outputs = graph::Analyze(model.graph).back().shape.size();
  if (std::ssize(model.class_names) != outputs) {
    throw InvalidArgument(
        fmt::format("found {} class names, expected {} as the network has outputs",
                    model.class_names.size(), outputs));
  }
}

}  // namespace netsmith::model
