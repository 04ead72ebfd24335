// A program outside the project: describes a network and asks what it costs.
#include <cstdint>
#include <iostream>

#include "netsmith/graph/graph.h"

int main() {
  namespace graph = netsmith::graph;
  graph::Graph network;
  network.input = {.height = 1, .width = 784, .channels = 1};
  const int input = network.Add(graph::Input{}, {});
  const int conv =
      network.Add(graph::Conv{.filters = 32, .kernel_height = 1, .kernel_width = 5}, {input});
  const int flatten = network.Add(graph::Flatten{}, {conv});
  network.Add(graph::Dense{.units = 10}, {flatten});

  // By hand: 5·32 + 32 in the convolution, 784·32·10 + 10 in the dense layer.
  constexpr std::int64_t kParams = 5 * 32 + 32 + 784 * 32 * 10 + 10;
  const graph::Costs costs = graph::TotalCosts(network);
  std::cout << costs.params << " parameters, expected " << kParams << "\n";
  return costs.params == kParams ? 0 : 1;
}
