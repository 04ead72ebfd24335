#pragma once

#include <string>

#include "netsmith/graph/graph.h"

namespace netsmith::report {

/// A network as an SVG drawing, the sample on top and the logits at the bottom. Operations that
/// only go on with one tensor (norms, activations, dropout, flattening) stand in the box of the one
/// before them; every box names its output's shape and its parameters.
///
/// `standalone`: a file of its own, with its colors (light and dark). Otherwise for a page that has
/// web/drawing.css.
/// Errors   as graph::Analyze
std::string DrawNetwork(const graph::Graph& graph, bool standalone);

}  // namespace netsmith::report
