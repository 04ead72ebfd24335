#pragma once

#include <cstdint>
#include <vector>

#include "netsmith/graph/graph.h"

/// Internal to this folder.
namespace netsmith::model {

/// Where each node's output lies in one array of floats, which nodes share as their times allow.
struct CppBuffers {
  std::vector<std::int64_t> values;   // offset of each node's output
  std::vector<std::int64_t> scratch;  // offset of what a squeeze-and-excite computes on the way
  std::int64_t total = 0;
};

/// Operations that go value by value work in place where nobody else reads their input; flattening
/// moves nothing.
CppBuffers PlanCppBuffers(const graph::Graph& graph);

}  // namespace netsmith::model
