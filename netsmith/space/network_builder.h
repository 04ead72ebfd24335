#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "netsmith/graph/graph.h"

namespace netsmith::space {

/// Grows a graph node by node and knows the shape at each. Windows are cut to what can touch the
/// image, so that any sizes fit any sample, and sizes that mean the same make the same network.
class NetworkBuilder {
 public:
  /// Begins with the input, node 0.
  explicit NetworkBuilder(graph::SampleShape input);

  const graph::SampleShape& shape(int node) const;
  std::int64_t channels(int node) const { return shape(node).channels; }

  /// Appends a node as it is, and returns it.
  /// Errors   InvalidArgument as graph::Analyze.
  int Add(graph::Op op, std::vector<int> inputs, std::string name);

  /// A convolution; kernels reach at most from one end of the image to the other, strides end at
  /// one position. VALID ones are left as they are.
  int Conv(int src, graph::Conv conv, std::string name);
  /// A MaxPool or AvgPool, cut likewise; no node where there is nothing to pool.
  template <typename PoolOp>
  int Pool(int src, PoolOp pool, const std::string& name);
  /// The sum; one summand is itself.
  int Sum(std::vector<int> summands, const std::string& name);

  /// The end of a network: means over a grid of `grid` x `grid` parts of the image (1: over all of
  /// it), dropout, and a dense layer of one output a class.
  void Head(int src, std::int64_t grid, double dropout_percent, int num_classes);

  /// Flattens where it must, and adds the dense layer of one output a class.
  void Output(int src, int num_classes);

  graph::Graph Take() && { return std::move(graph_); }

 private:
  graph::Graph graph_;
  std::vector<graph::SampleShape> shapes_;
};

}  // namespace netsmith::space
