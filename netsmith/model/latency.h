#pragma once

#include <cstdint>
#include <stop_token>
#include <vector>

#include "netsmith/graph/graph.h"
#include "netsmith/model/model.h"

namespace netsmith::model {

/// A network as it is before any training: what it answers is worthless, how fast it does is not.
Model Untrained(const graph::Graph& graph);

/// Microseconds of each of `runs` answers to one sample of noise, ascending: preprocessing, network
/// and softmax, one after the other on one thread, after a tenth as many to warm up.
/// Errors   Interrupted when `stop` is requested
std::vector<double> TimeAnswers(const Model& model, std::int64_t runs, const std::stop_token& stop);

/// The median of 51 answers of the untrained network. What else runs on this machine counts as
/// well.
double MedianLatencyUs(const graph::Graph& graph, const std::stop_token& stop);

}  // namespace netsmith::model
