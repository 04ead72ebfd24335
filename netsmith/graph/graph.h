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
/// Zeros around the image. SAME as TensorFlow's: the output has size ceil(size / stride), and the
/// padding that this takes goes half before, rounded down, and the rest behind. VALID: none.
enum class Padding { kSame, kValid };

/// Convolution of `groups` independent slices of channels; groups = channels = filters makes it
/// depthwise. Weights [kernel_height][kernel_width][channels / groups][filters].
struct Conv {
  std::int64_t filters = 1;
  std::int64_t kernel_height = 1;
  std::int64_t kernel_width = 1;
  std::int64_t stride_height = 1;
  std::int64_t stride_width = 1;
  std::int64_t dilation_height = 1;  // distance of neighbouring kernel elements
  std::int64_t dilation_width = 1;
  std::int64_t groups = 1;
  Padding padding = Padding::kSame;
  bool bias = true;
  bool operator==(const Conv&) const = default;
};
/// Maximum or mean over a window. The padding never wins, and a mean leaves it out.
struct MaxPool {
  std::int64_t window_height = 1;
  std::int64_t window_width = 1;
  std::int64_t stride_height = 1;
  std::int64_t stride_width = 1;
  Padding padding = Padding::kSame;
  bool operator==(const MaxPool&) const = default;
};
struct AvgPool {
  std::int64_t window_height = 1;
  std::int64_t window_width = 1;
  std::int64_t stride_height = 1;
  std::int64_t stride_width = 1;
  Padding padding = Padding::kSame;
  bool operator==(const AvgPool&) const = default;
};
/// Each channel's mean over the whole image.
struct GlobalAvgPool {
  bool operator==(const GlobalAvgPool&) const = default;
};
/// Per channel gamma · (x - mean) / sqrt(variance + epsilon) + beta. In training mean and biased
/// variance are the mini-batch's, over all positions; otherwise they are running averages of them.
/// Source   Ioffe & Szegedy 2015, arXiv:1502.03167
struct BatchNorm {
  double epsilon = 1e-5;
  double momentum = 0.9;  // of the running averages: what is kept of the old one
  bool operator==(const BatchNorm&) const = default;
};
/// relu: max(x, 0). relu6: min(relu(x), 6). silu: x · sigmoid(x). hard_swish: x · relu6(x + 3) / 6.
/// Source   Elfwing et al. 2018, arXiv:1702.03118; Howard et al. 2019, arXiv:1905.02244
struct Activation {
  enum class Kind { kRelu, kRelu6, kSilu, kHardSwish };
  Kind kind = Kind::kRelu;
  bool operator==(const Activation&) const = default;
};
/// The sum of two or more tensors of one shape.
struct Add {
  bool operator==(const Add&) const = default;
};
/// Two or more images of one size, their channels one behind the other.
struct Concat {
  bool operator==(const Concat&) const = default;
};
/// Scales each channel by a gate in (0, 1) that a small network makes of all channels' means:
/// sigmoid(expand · relu(reduce · means + bias) + bias), `units` wide in between.
/// Source   Hu et al. 2018, arXiv:1709.01507
struct SqueezeExcite {
  std::int64_t units = 1;
  bool operator==(const SqueezeExcite&) const = default;
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

using Op = std::variant<Input, Conv, MaxPool, AvgPool, GlobalAvgPool, BatchNorm, Activation, Add,
                        Concat, SqueezeExcite, Dropout, Flatten, Dense>;

/// One axis of a convolution or pool: the output's size, and the padding before and after.
struct WindowAxis {
  std::int64_t size = 1;
  std::int64_t before = 0;
  std::int64_t after = 0;
};
/// `window` counts elements, `dilation` apart. A size of 0 or less: VALID windows that do not fit.
WindowAxis AnalyzeAxis(std::int64_t src_size, std::int64_t window, std::int64_t stride,
                       std::int64_t dilation, Padding padding);

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
/// forward pass and count convolutions and dense layers only, padding included. The running
/// averages of a batch norm are not parameters: nothing trains them.
struct NodeInfo {
  SampleShape shape;
  std::int64_t params = 0;
  std::int64_t macs = 0;
};

/// Validates the graph and derives every node's shape and costs, in node order.
/// Errors   InvalidArgument naming the node, the axis and both values: cycles (an input that is not
///          an earlier node), wrong number of inputs, shapes that do not go together, sizes that
///          are not positive or make a tensor of 2^31 or more elements.
std::vector<NodeInfo> Analyze(const Graph& graph);

/// True for an operation that only hands its input on.
bool HasNoEffect(const Op& op);

/// The graph without nodes that its output does not need. `graph` must be valid.
Graph WithoutUnused(const Graph& graph);

struct Costs {
  std::int64_t params = 0;
  std::int64_t macs = 0;
};
Costs TotalCosts(const Graph& graph);

/// Equal for graphs that compute the same function of their weights and train alike: names are
/// ignored, and so are nodes without effect (dropout 0, pools of one element) and the order of what
/// is added. 32 hexadecimal digits.
std::string CanonicalHash(const Graph& graph);

/// JSON as docs/cli.md describes it, and back. `where` names the source in messages.
/// Errors   ConfigError for text that is no such JSON; InvalidArgument as Analyze.
std::string ToJson(const Graph& graph);
Graph FromJson(const std::string& json, const std::string& where);

}  // namespace netsmith::graph
