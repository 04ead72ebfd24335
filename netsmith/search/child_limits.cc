#include "netsmith/search/child_limits.h"

#include <fmt/format.h>

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>

#include "netsmith/base/error.h"
#include "netsmith/base/grouped.h"
#include "netsmith/graph/graph.h"
#include "netsmith/model/latency.h"

namespace netsmith::search {

double MeasureLatency(const graph::Graph& graph, const ChildLimits& limits,
                      const std::stop_token& stop) {
  const bool is_wanted = limits.measures_latency || limits.max_latency_us > 0;
  return is_wanted ? model::MedianLatencyUs(graph, stop) : 0;
}

std::optional<std::string> OverLatency(double latency_us, const ChildLimits& limits) {
  const auto max = static_cast<double>(limits.max_latency_us);
  if (max == 0 || latency_us <= max) return std::nullopt;
  return fmt::format("{:.1f} us for an answer, limit {}", latency_us, limits.max_latency_us);
}

std::optional<std::string> OverLimit(const graph::Costs& costs, std::int64_t planned_bytes,
                                     const ChildLimits& limits) {
  struct Limit {
    std::int64_t found;
    std::int64_t max;
    const char* unit;
  };
  for (const Limit& limit : {Limit{costs.macs, limits.max_macs, "multiply-adds"},
                             Limit{costs.params, limits.max_params, "parameters"},
                             Limit{planned_bytes, limits.max_bytes, "bytes of memory"}}) {
    if (limit.max == 0 || limit.found <= limit.max) continue;
    return fmt::format("{} {}, limit {}", base::Grouped(limit.found), limit.unit,
                       base::Grouped(limit.max));
  }
  return std::nullopt;
}

bool KeepsLimits(const space::SearchSpace& space, const space::Genome& genome,
                 graph::SampleShape input, int num_classes, const ChildLimits& limits) {
  try {
    return !OverLimit(graph::TotalCosts(space.Build(genome, input, num_classes)), 0, limits);
  } catch (const base::InvalidArgument&) {
    return false;
  }
}

}  // namespace netsmith::search
