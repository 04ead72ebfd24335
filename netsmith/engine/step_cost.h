#pragma once

#include <cstdint>
#include <vector>

#include "netsmith/engine/precision.h"
#include "netsmith/graph/graph.h"

/// How long a training step will take, known before anything is built.
namespace netsmith::engine {

/// What one sample's way there and back costs each node of the graph, in node order, in units of
/// one vector multiply-add of the instruction set in use. Convolutions by their algorithms' own
/// costs, the rest by what a vector of values was measured to take (bench/peers/step_estimates).
/// Errors as graph::Analyze.
std::vector<double> SampleCosts(const graph::Graph& graph, std::int64_t mb,
                                Precision precision = Precision::kF32);

/// What a step costs besides, whatever the mini-batch: weights prepared, gradients of groups added
/// up, the optimizer's update.
double UpdateCost(const graph::Graph& graph);

/// What this core can do, in units of 1e9 operations a second; a multiply-add is two. Timed when
/// first asked for (about 5 ms), the fastest of several.
double PeakGflops();

/// Milliseconds that a unit of cost takes on it.
double MillisecondsPerUnit();

/// Estimated time of a training step on one thread.
double EstimatedStepMs(const graph::Graph& graph, std::int64_t mb,
                       Precision precision = Precision::kF32);

}  // namespace netsmith::engine
