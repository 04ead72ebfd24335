#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "netsmith/graph/graph.h"

namespace netsmith::search {

/// What a child may be. 0: no limit.
struct ChildLimits {
  std::int64_t max_macs = 0;    // multiply-adds of one sample's forward pass
  std::int64_t max_params = 0;  // biases included
  /// Of training on one thread, as train::PlannedBytes counts them. A fixed number, not a share of
  /// this machine's memory, so that a study does not depend on it or on the number of workers. (The
  /// plan depends on the vector length of the instruction set, as does the last bit of a reward.)
  std::int64_t max_bytes = std::int64_t{2} << 30;
};

/// Why a network of these costs is over the limits: "30,115,840 multiply-adds, limit 30,000,000".
std::optional<std::string> OverLimit(const graph::Costs& costs, std::int64_t planned_bytes,
                                     const ChildLimits& limits);

}  // namespace netsmith::search
