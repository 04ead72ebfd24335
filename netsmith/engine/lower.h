#pragma once

#include <memory>
#include <vector>

#include "netsmith/engine/op.h"
#include "netsmith/engine/precision.h"
#include "netsmith/graph/graph.h"

/// Internal to the engine.
namespace netsmith::engine {

/// An op and the tensors that it reads and makes, by number.
struct LoweredOp {
  std::unique_ptr<Op> op;
  std::vector<int> srcs;
  std::vector<int> dsts;
};

/// Ops in an order in which they can run. Tensor 0 is the input, the last one holds the logits;
/// each is made once and read by one op at most (a fork hands on what several read).
struct LoweredGraph {
  graph::SampleShape input;
  std::vector<LoweredOp> ops;
  int num_tensors = 1;
};

/// The ops that compute the graph's output: nodes that lead nowhere or change nothing are left out,
/// a convolution or batch norm takes in the ReLU that follows it, and flattening is a matter of
/// layout. `group`: most samples whose gradients are summed up together.
LoweredGraph Lower(const graph::Graph& graph, Precision precision, std::int64_t group);

}  // namespace netsmith::engine
