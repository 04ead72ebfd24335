#pragma once

#include <memory>
#include <vector>

#include "netsmith/engine/op.h"
#include "netsmith/graph/graph.h"

/// Internal to the engine.
namespace netsmith::engine {

/// The ops that compute the graph's output, in order: nodes that lead nowhere or change nothing are
/// left out, a convolution takes in the ReLU that follows it, and flattening is a matter of layout.
std::vector<std::unique_ptr<Op>> Lower(const graph::Graph& graph);

}  // namespace netsmith::engine
