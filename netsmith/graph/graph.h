#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "netsmith/tensor/tensor.h"

/// The network description: operations and their connections. A plain value without weights.
namespace netsmith::graph {

using tensor::SampleShape;

/// The sample as it comes from the data set, of shape Graph::input.
struct Input {
  bool operator==(const Input&) const = default;
};
/// Convolution, stride 1, SAME padding as TensorFlow's: before (k-1)/2 rounded down, after the
/// rest.
struct Conv {
  std::int64_t filters = 1;
  std::int64_t kernel_height = 1;
  std::int64_t kernel_width = 1;
  bool operator==(const Conv&) const = default;
};
/// Maximum over a window, stride 1, SAME; the padding never wins.
struct MaxPool {
  std::int64_t window_height = 1;
  std::int64_t window_width = 1;
  bool operator==(const MaxPool&) const = default;
};
struct Relu {
  bool operator==(const Relu&) const = default;
};
/// In training zeroes each value with probability `rate_percent`/100 and scales the others by
/// 1/(1 - rate); otherwise the identity.
struct Dropout {
  double rate_percent = 0;
  bool operator==(const Dropout&) const = default;
};
/// To a vector in memory order: index = (row · width + position) · channels + channel.
struct Flatten {
  bool operator==(const Flatten&) const = default;
};
/// Every output is a weighted sum of all inputs plus a bias.
struct Dense {
  std::int64_t units = 1;
  bool operator==(const Dense&) const = default;
};

using Op = std::variant<Input, Conv, MaxPool, Relu, Dropout, Flatten, Dense>;

/// "conv", "max_pool", …: the name in JSON, in tables and in messages.
std::string OpName(const Op& op);

struct Node {
  std::string name;  // unique in the graph
  Op op;
  std::vector<int> inputs;  // indices of earlier nodes
  bool operator==(const Node&) const = default;
};

/// Nodes in an order in which inputs come first; node 0 is the only Input; the last node holds the
/// logits, one a class. Loss (softmax cross-entropy) and optimizer are not part of the graph.
struct Graph {
  SampleShape input;
  std::vector<Node> nodes;

  /// Appends a node and returns its index; an empty name becomes the op's name and its count.
  int Add(Op op, std::vector<int> inputs, std::string name = "");
  bool operator==(const Graph&) const = default;
};

/// Shapes and costs of one node. Parameters include biases; multiply-adds are of one sample's
/// forward pass and count convolutions and dense layers only, padding included.
struct NodeInfo {
  SampleShape shape;
  std::int64_t params = 0;
  std::int64_t macs = 0;
};

/// Validates the graph and derives every node's shape and costs, in node order.
/// Errors   InvalidArgument naming the node, the axis and both values: cycles (an input that is not
///          an earlier node), wrong number of inputs, sizes that are not positive or make a tensor
///          of 2^31 or more elements.
std::vector<NodeInfo> Analyze(const Graph& graph);

struct Costs {
  std::int64_t params = 0;
  std::int64_t macs = 0;
};
Costs TotalCosts(const Graph& graph);

/// Equal for graphs that compute the same function of their weights and train alike: names are
/// ignored, and so are nodes without effect (dropout 0, window 1x1). 32 hexadecimal digits.
std::string CanonicalHash(const Graph& graph);

/// JSON as docs/cli.md describes it, and back. `where` names the source in messages.
/// Errors   ConfigError for text that is no such JSON; InvalidArgument as Analyze.
std::string ToJson(const Graph& graph);
Graph FromJson(const std::string& json, const std::string& where);

}  // namespace netsmith::graph
