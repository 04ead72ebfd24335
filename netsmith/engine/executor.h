#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "netsmith/base/thread_pool.h"
#include "netsmith/engine/compile.h"
#include "netsmith/engine/program.h"

/// Internal to the engine: takes mini-batches through a compiled graph.
namespace netsmith::engine {

/// The regions of a program's memory, one after the other in its arena.
struct Memory {
  Memory(float* arena, const MemorySizes& sizes);

  float* params;
  float* diff_params;
  float* statistics;
  float* packed;
  float* group_gradients;
  float* batch;
  float* workspaces;
};

/// Runs groups of samples on any number of threads, all of them through one phase before any enters
/// the next.
class Executor {
 public:
  /// `graph` and `pool` are borrowed. `mb`: most samples of a mini-batch.
  Executor(const CompiledGraph& graph, const Memory& memory, std::int64_t mb,
           base::ThreadPool& pool);

  /// Rearranges the parameters for the kernels: to be called before a pass if they have changed.
  void Pack(bool training);
  /// Leaves the samples' logits at their place in the batch memory.
  void Forward(std::span<const float> src);
  /// Leaves the gradient in diff_params; returns the mean loss.
  double Train(std::span<const float> src, std::span<const std::int32_t> labels,
               std::uint64_t dropout_seed, const LossOptions& loss);

  void StartProfile();
  std::vector<OpTime> profile() const;

 private:
  template <typename Visit>
  void ForEachChunk(std::int64_t count, int pass, const Chunk& of_all_chunks, Visit visit);
  template <typename Call, typename Enter>
  void RunOps(const Phase& phase, std::int64_t count, int direction, Call call, Enter enter) const;
  void FetchNext(const std::vector<TensorPlace>& reads, const Chunk& chunk, std::int64_t i) const;
  void LoadInput(const Chunk& chunk, const float* src) const;
  void ForwardOp(int i, const Chunk& chunk, int thread, std::int64_t first, std::int64_t count);
  void ForwardChunk(int p, const Chunk& chunk, int thread);
  void BackwardChunk(int p, const Chunk& chunk, int thread);
  void LossOfChunk(const Chunk& chunk, std::span<const std::int32_t> labels,
                   const LossOptions& loss);
  void FinishGradients(const Batch& whole);
  Batch WholeBatch(std::int64_t count) const;
  OpTime* TimesOf(int thread, int op);

  struct GradientPiece {
    int op;
    std::int64_t piece;
  };

  const CompiledGraph& graph_;
  Memory memory_;
  base::ThreadPool& pool_;
  std::vector<double> losses_;  // a sample each
  std::vector<GradientPiece> gradient_pieces_;
  std::vector<OpTime> times_;  // [thread][op]; empty unless profiling
};

}  // namespace netsmith::engine
