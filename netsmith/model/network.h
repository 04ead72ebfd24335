#pragma once

#include <span>
#include <vector>

#include "netsmith/engine/weights.h"
#include "netsmith/graph/graph.h"

namespace netsmith::model {

/// A graph with weights, without anything that only training needs.
struct Network {
  graph::Graph graph;
  engine::Weights weights;
};

/// The same function of the input, for inference: dropout and other operations without effect are
/// left out, and a batch norm is folded into the convolution or dense layer that it alone reads,
///
///   weights · s,  (bias - mean) · s + beta,  s = gamma / sqrt(variance + epsilon)
///
/// A batch norm behind anything else stays. `network` must be valid (model::Check).
/// Source   Jacob et al. 2018, arXiv:1712.05877, §3.2
Network ForInference(const Network& network);

using Tensors = std::span<const std::vector<float>>;

/// The tensors of one node, in the order of engine::Program.
struct NodeTensors {
  Tensors params;
  Tensors running_averages;
};
/// Of every node of `network`, which is borrowed.
std::vector<NodeTensors> TensorsOfNodes(const Network& network);

}  // namespace netsmith::model
