#pragma once

#include <vector>

#include "netsmith/base/random.h"
#include "netsmith/graph/graph.h"
#include "netsmith/space/search_space.h"

namespace netsmith::space {

/// The networks of `count` genomes drawn uniformly, but for those without a valid one: a sample of
/// what the space costs.
std::vector<graph::Graph> DrawNetworks(const SearchSpace& space, graph::SampleShape input,
                                       int num_classes, int count, base::Generator& generator);

}  // namespace netsmith::space
