#include "netsmith/engine/step_cost.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <numeric>
#include <variant>

#include "netsmith/engine/compile.h"
#include "netsmith/engine/kernels/gemm.h"
#include "netsmith/engine/ops/conv_algorithm.h"
#include "netsmith/tensor/tensor.h"

namespace netsmith::engine {
namespace {

using graph::SampleShape;

/// Units that a vector of values takes, there and back.
constexpr double kPoolLevel = 27;  // stride 1: for each doubling of the window
constexpr double kPoolPair = 18;   // ... of two elements
constexpr double kPoolValue = 20;  // other strides: of the input, and
constexpr double kPoolTap = 5;     // of the output, for each element of the window
constexpr double kNormValue = 36;  // its passes, and those of the convolutions beside it
constexpr double kReluValue = 4;
constexpr double kFarValue = 60;         // of convolutions too large for the second-level cache
constexpr double kCurveValue = 60;       // SiLU, hard-swish
constexpr double kDropoutValue = 16;     // makes its mask twice
constexpr double kJoinValue = 20;        // of each input
constexpr double kGateValue = 60;        // squeeze-and-excite
constexpr double kDepthwiseElement = 5;  // of the output, for each kernel element
constexpr double kGeneralTap = 2;        // times the multiply-adds: groups, dilation
constexpr double kDenseValue = 36;       // of the input, written and read again by the whole batch
constexpr double kUpdateValue = 40;      // of the parameters, for each step

struct CostOfNode {
  const SampleShape& src;
  const SampleShape& dst;
  std::size_t num_srcs;
  std::int64_t macs;
  bool has_backward;  // parameters lie before it
  Precision precision;
  std::int64_t group;  // samples

  double operator()(const graph::Conv& conv) const {
    if (conv.groups == src.channels && conv.groups == conv.filters) {
      return kDepthwiseElement * Vectors(dst.size()) *
             static_cast<double>(conv.kernel_height * conv.kernel_width);
    }
    const double general = kGeneralTap * Vectors(macs);
    const auto forward = ForwardShape(conv, src), backward = BackwardShape(conv, src);
    double cost = kReluValue * Vectors(dst.size());
    cost += forward ? CostOfConv(*forward, {ConvPass::kForward, precision}) +
                          CostOfConv(*forward, {ConvPass::kWeightsGradient, precision, group})
                    : 2 * general;
    if (has_backward)
      cost += backward ? CostOfConv(*backward, {ConvPass::kForward, precision}) : general;
    constexpr std::int64_t kNearFloats = 128 * 1024;
    const std::int64_t floats = src.size() + dst.size();
    return floats <= kNearFloats ? cost : cost + kFarValue * Vectors(floats);
  }
  double Pool(std::int64_t window) const {
    return kPoolValue * Vectors(src.size()) +
           kPoolTap * Vectors(dst.size()) * static_cast<double>(window);
  }
  double operator()(const graph::MaxPool& pool) const {
    const std::int64_t window = pool.window_height * pool.window_width;
    if (dst != src) return Pool(window);
    if (window <= 2) return kPoolPair * Vectors(src.size());
    return kPoolLevel * Vectors(src.size()) * std::ceil(std::log2(static_cast<double>(window)));
  }
  double operator()(const graph::AvgPool& pool) const {
    return Pool(pool.window_height * pool.window_width);
  }
  double operator()(const graph::GlobalAvgPool&) const { return kJoinValue * Vectors(src.size()); }
  double operator()(const graph::BatchNorm&) const { return kNormValue * Vectors(src.size()); }
  double operator()(const graph::Activation& activation) const {
    const bool relu = activation.kind == graph::Activation::Kind::kRelu;
    return (relu ? kReluValue : kCurveValue) * Vectors(src.size());
  }
  double operator()(const graph::Add&) const {
    return kJoinValue * Vectors(src.size()) * static_cast<double>(num_srcs);
  }
  double operator()(const graph::Concat&) const { return kJoinValue * Vectors(dst.size()); }
  double operator()(const graph::SqueezeExcite&) const { return kGateValue * Vectors(src.size()); }
  double operator()(const graph::Dropout&) const { return kDropoutValue * Vectors(src.size()); }
  double operator()(const graph::Dense&) const {
    return (has_backward ? 3 : 2) * Vectors(macs) + kDenseValue * Vectors(src.size());
  }
  double operator()(const graph::Input&) const { return kJoinValue * Vectors(dst.size()); }
  double operator()(const graph::Flatten&) const { return 0; }
};

}  // namespace

std::vector<double> SampleCosts(const graph::Graph& graph, std::int64_t mb, Precision precision) {
  const std::vector<graph::NodeInfo> info = graph::Analyze(graph);
  std::vector<double> costs;
  std::vector<bool> trained;  // a node each: parameters lie in it or before it
  for (std::size_t i = 0; i < info.size(); ++i) {
    const graph::Node& node = graph.nodes[i];
    const SampleShape& src = node.inputs.empty() ? graph.input : info[node.inputs[0]].shape;
    const bool has_backward = std::any_of(node.inputs.begin(), node.inputs.end(),
                                          [&](int input) { return trained[input]; });
    trained.push_back(has_backward || info[i].params > 0);
    const CostOfNode cost{src,          info[i].shape, node.inputs.size(), info[i].macs,
                          has_backward, precision,     LargestGroup(mb)};
    costs.push_back(graph::HasNoEffect(node.op) ? 0 : std::visit(cost, node.op));
  }
  return costs;
}

double UpdateCost(const graph::Graph& graph) {
  return kUpdateValue * Vectors(graph::TotalCosts(graph).params);
}

double PeakGflops() {
  static const double gflops = [] {
    using Clock = std::chrono::steady_clock;
    // One tile whose operands stay where they are: multiply-adds and nothing else.
    constexpr std::int64_t kRows = 6, kDepth = 1024, kRepeats = 50, kRounds = 12;
    const std::int64_t columns = 4 * kernels::VectorFloats();
    tensor::AlignedBuffer a(kRows), b(columns), c(kRows * columns);
    double fastest = std::numeric_limits<double>::infinity();
    for (int round = 0; round < kRounds; ++round) {
      const auto start = Clock::now();
      for (int i = 0; i < kRepeats; ++i) {
        kernels::Gemm({.m = kRows,
                       .n = columns,
                       .k = kDepth,
                       .a = a.data(),
                       .a_row = 1,
                       .a_col = 0,
                       .b = b.data(),
                       .b_row = 0,
                       .c = c.data(),
                       .c_row = columns});
      }
      const std::chrono::duration<double> time = Clock::now() - start;
      fastest = std::min(fastest, time.count());
    }
    return 2e-9 * static_cast<double>(kRepeats * kRows * kDepth * columns) / fastest;
  }();
  return gflops;
}

double MillisecondsPerUnit() {
  constexpr double kReached = 0.9;  // share of the peak that the products reach
  return 2e-6 * static_cast<double>(kernels::VectorFloats()) / (kReached * PeakGflops());
}

double EstimatedStepMs(const graph::Graph& graph, std::int64_t mb, Precision precision) {
  const std::vector<double> costs = SampleCosts(graph, mb, precision);
  const double sample = std::accumulate(costs.begin(), costs.end(), 0.0);
  return MillisecondsPerUnit() * (static_cast<double>(mb) * sample + UpdateCost(graph));
}

}  // namespace netsmith::engine
