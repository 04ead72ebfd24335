#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "netsmith/data/reading.h"
#include "netsmith/engine/weights.h"
#include "netsmith/graph/graph.h"
#include "netsmith/tensor/tensor.h"

/// A trained network that people keep: everything that it takes to use it on new samples.
namespace netsmith::model {

/// From a sample as it lies in the user's files to what the network reads, (value - mean) /
/// deviation, each channel by itself or, of a table's rows, each column.
struct Preprocessing {
  tensor::SampleShape sample;  // as many values as the graph's input, which reads them in order
  std::vector<float> mean;     // one a channel of `sample`, or one a value
  std::vector<float> deviation;
  bool operator==(const Preprocessing&) const = default;
};

/// Bytes from 0 to 255 that become numbers from 0 to 1.
Preprocessing OfBytes(tensor::SampleShape sample);

struct Model {
  graph::Graph graph;  // every node leads to the output
  engine::Weights weights;
  Preprocessing preprocessing;
  data::Reading reading = {};            // of files that are not samples yet
  std::vector<std::string> class_names;  // one an output of the graph
  /// How it was trained, a JSON object: data and its hash, seed, rates, accuracies, version. For
  /// people and reports; nothing depends on it.
  std::string training_json = "{}";

  bool operator==(const Model&) const = default;
};

/// Errors   InvalidArgument: the parts do not go together: nodes that lead nowhere; tensors that
///          are not the graph's in number or size; numbers that are not finite; preprocessing or
///          class names that do not fit the graph. As graph::Analyze.
void Check(const Model& model);

/// How many of the network's tensors each operation has, in the order of engine::Program, and how
/// many values each.
struct TensorSizes {
  std::vector<std::int64_t> params;
  std::vector<std::int64_t> running_averages;
};
TensorSizes SizesOf(const graph::Op& op, tensor::SampleShape src);
/// Of all nodes of a valid graph, one behind the other.
TensorSizes SizesOf(const graph::Graph& graph);

}  // namespace netsmith::model
