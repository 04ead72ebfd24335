#include "netsmith/space/catalog/conv_norm.h"

#include <cstdint>
#include <string>

namespace netsmith::space {

graph::Conv SquareConv(std::int64_t filters, std::int64_t kernel, std::int64_t stride) {
  return {.filters = filters,
          .kernel_height = kernel,
          .kernel_width = kernel,
          .stride_height = stride,
          .stride_width = stride};
}

int ConvNorm(NetworkBuilder& net, int src, graph::Conv conv, const std::string& name) {
  conv.bias = false;
  return net.Add(graph::BatchNorm{}, {net.Conv(src, conv, name)}, name + ".norm");
}

int ReluConvNorm(NetworkBuilder& net, int src, graph::Conv conv, const std::string& name) {
  return ConvNorm(net, net.Add(graph::Activation{}, {src}, name + ".relu"), conv, name);
}

int ReluSeparable(NetworkBuilder& net, int src, const graph::Conv& conv, const std::string& name) {
  const int active = net.Add(graph::Activation{}, {src}, name + ".relu");
  graph::Conv depth = conv;
  depth.filters = depth.groups = net.channels(src);
  depth.bias = false;
  return ConvNorm(net, net.Conv(active, depth, name + ".depth"), SquareConv(conv.filters, 1),
                  name + ".point");
}

}  // namespace netsmith::space
