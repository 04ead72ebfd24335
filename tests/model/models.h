#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "netsmith/base/random.h"
#include "netsmith/graph/graph.h"
#include "netsmith/model/model.h"

/// Models with random weights, for tests.
namespace netsmith::model::testing {

/// Weights of Glorot's size; running averages as after some training. The graph loses nodes that
/// lead nowhere. Classes are named "class 0", …
Model RandomModel(const graph::Graph& graph, std::uint64_t seed = 1);

/// The same with the means and deviations of a table, one a value, from a thousandth to a million.
Model ModelOfColumns(const graph::Graph& graph);

/// Samples as a user has them: whole numbers from 0 to 255, or within two deviations of each
/// column's mean.
std::vector<float> RandomSamples(const Model& model, int count, std::uint64_t seed = 1);

/// A small convolutional network with a batch norm: 5x4x2 in, 3 classes.
graph::Graph SmallGraph();

/// The network's logits by the plain reference, in double.
std::vector<std::vector<double>> ReferenceLogits(const Model& model,
                                                 const std::vector<float>& samples);

}  // namespace netsmith::model::testing
