#pragma once

#include <span>

#include "netsmith/graph/graph.h"
#include "netsmith/model/network.h"

/// Several networks as one, which is saved, asked and exported like any other.
namespace netsmith::model {

/// The graph that gives the mean of the members' logits: each member reads the one input, and the
/// last node adds what their last layers give.
/// Errors   InvalidArgument: fewer than two members; different inputs or numbers of classes; a
///          member whose last node is not a dense layer, which takes in the division.
/// Source   Hansen & Salamon 1990, doi:10.1109/34.58871; Lakshminarayanan et al. 2017,
///          arXiv:1612.01474 (who take the mean of probabilities, not of their logarithms)
graph::Graph EnsembleGraph(std::span<const graph::Graph> members);

/// The same with weights: those of the members one behind the other, their last layers divided by
/// how many members there are.
Network Ensemble(std::span<const Network> members);

}  // namespace netsmith::model
