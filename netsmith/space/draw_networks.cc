#include "netsmith/space/draw_networks.h"

#include <vector>

#include "netsmith/base/error.h"

namespace netsmith::space {

std::vector<graph::Graph> DrawNetworks(const SearchSpace& space, graph::SampleShape input,
                                       int num_classes, int count, base::Generator& generator) {
  std::vector<graph::Graph> networks;
  for (int i = 0; i < count; ++i) {
    try {
      networks.push_back(
          space.Build(DrawUniformly(space.decisions(), generator), input, num_classes));
    } catch (const base::InvalidArgument&) {
      // It has no valid network.
    }
  }
  return networks;
}

}  // namespace netsmith::space
