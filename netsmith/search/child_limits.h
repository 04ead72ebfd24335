#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>

#include "netsmith/graph/graph.h"
#include "netsmith/space/search_space.h"

namespace netsmith::search {

/// What a child may be. 0: no limit.
struct ChildLimits {
  std::int64_t max_macs = 0;    // multiply-adds of one sample's forward pass
  std::int64_t max_params = 0;  // biases included
  /// Of training on one thread, as train::PlannedBytes counts them. A fixed number, not a share of
  /// this machine's memory, so that a study does not depend on it or on the number of workers. (The
  /// plan depends on the vector length of the instruction set, as does the last bit of a reward.)
  std::int64_t max_bytes = std::int64_t{2} << 30;
  std::int64_t max_latency_us = 0;  // of one answer, as model::MedianLatencyUs measures it
  bool measures_latency = false;    // where it is not limited, too
};

/// The network's latency where it is wanted, else 0. Errors   Interrupted when `stop` is requested
double MeasureLatency(const graph::Graph& graph, const ChildLimits& limits,
                      const std::stop_token& stop);
/// Why it is over the limit: "620.5 us for an answer, limit 500".
std::optional<std::string> OverLatency(double latency_us, const ChildLimits& limits);

/// Why a network of these costs is over the limits: "30,115,840 multiply-adds, limit 30,000,000".
std::optional<std::string> OverLimit(const graph::Costs& costs, std::int64_t planned_bytes,
                                     const ChildLimits& limits);

/// Whether a genome has a valid network within max_macs and max_params: what is known of it without
/// planning or measuring. A strategy is given this, so that it proposes no other.
bool KeepsLimits(const space::SearchSpace& space, const space::Genome& genome,
                 graph::SampleShape input, int num_classes, const ChildLimits& limits);

}  // namespace netsmith::search
