#pragma once

#include <cstdint>
#include <string>

#include "netsmith/graph/graph.h"
#include "netsmith/space/network_builder.h"

/// Sequences of operations that several spaces are made of. Each returns its last node.
namespace netsmith::space {

/// Square windows and equal strides.
graph::Conv SquareConv(std::int64_t filters, std::int64_t kernel, std::int64_t stride = 1);

/// Convolution without bias, batch norm.
int ConvNorm(NetworkBuilder& net, int src, graph::Conv conv, const std::string& name);
/// ReLU, convolution without bias, batch norm.
int ReluConvNorm(NetworkBuilder& net, int src, graph::Conv conv, const std::string& name);
/// ReLU, depthwise convolution, 1x1 convolution, batch norm.
int ReluSeparable(NetworkBuilder& net, int src, const graph::Conv& conv, const std::string& name);

/// Windows of size x size.
template <typename PoolOp>
PoolOp SquarePool(std::int64_t size, std::int64_t stride) {
  return {
      .window_height = size, .window_width = size, .stride_height = stride, .stride_width = stride};
}

}  // namespace netsmith::space
