#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "netsmith/engine/op.h"
#include "netsmith/engine/phase_reads.h"
#include "netsmith/engine/precision.h"
#include "netsmith/engine/timeline.h"
#include "netsmith/graph/graph.h"

/// Internal to the engine: from a graph to ops with every tensor in its place. Nothing is allocated
/// here, so the memory that a program takes is known before it is built.
namespace netsmith::engine {

/// A mini-batch is cut into this many groups of samples, whatever the number of threads. Each sums
/// up gradients of its own, and these are added in a fixed order.
inline constexpr std::int64_t kMaxGroups = 8;

/// Samples of the largest group.
constexpr std::int64_t LargestGroup(std::int64_t mb) { return (mb + kMaxGroups - 1) / kMaxGroups; }

/// Floats of each region of a program's memory.
struct MemorySizes {
  std::int64_t params = 0;
  std::int64_t statistics = 0;
  std::int64_t packed = 0;
  std::int64_t group_gradients = 0;  // of one group
  std::int64_t batch = 0;
  std::int64_t workspace = 0;  // of one thread
  /// Of one thread. Never none: a product may read a vector behind the thread's last tensor, where
  /// the next thread must not write.
  std::int64_t scratch = 16;

  std::int64_t Total(int num_threads) const {
    return 2 * params + statistics + packed + kMaxGroups * group_gradients + batch +
           num_threads * (workspace + scratch);
  }
};

struct CompiledOp {
  std::unique_ptr<Op> op;
  bool whole_chunk = false;
  bool has_backward = true;  // false where no parameter lies before
  bool remade = false;       // its output is not kept: Forward makes it again on the way back
};

struct CompiledGraph {
  std::vector<CompiledOp> ops;
  std::vector<Phase> phases;
  std::vector<PhaseReads> reads;  // a phase each
  std::vector<ParamSpec> params;
  std::vector<ParamSpec> running_averages;
  TensorPlace input;
  TensorPlace logits;       // whole batch
  TensorPlace diff_logits;  // whole batch
  /// Values of different phases share memory: no sample may then run ahead of the others to a later
  /// phase, also where nothing is kept for a way back.
  bool values_share_memory = false;
  std::int64_t chunk = 1;  // most samples that a thread takes through the network at a time
  MemorySizes sizes;
};

/// `mb`: most samples of a mini-batch. Errors as graph::Analyze.
CompiledGraph Compile(const graph::Graph& graph, std::int64_t mb, Precision precision);

}  // namespace netsmith::engine
