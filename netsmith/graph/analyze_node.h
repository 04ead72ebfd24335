#pragma once

#include <span>

#include "netsmith/graph/graph.h"

namespace netsmith::graph {

/// Shape and costs of one node by itself, `sources` being the shapes of its inputs (of an Input:
/// the sample). Names and connections are not looked at. Errors   as Analyze.
NodeInfo AnalyzeNode(const Node& node, std::span<const SampleShape> sources);

}  // namespace netsmith::graph
