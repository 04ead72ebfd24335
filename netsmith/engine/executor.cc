#include "netsmith/engine/executor.h"

#include <algorithm>
#include <array>
#include <chrono>

#include "netsmith/engine/kernels/channels.h"
#include "netsmith/engine/kernels/prefetch.h"
#include "netsmith/engine/softmax_loss.h"

namespace netsmith::engine {
namespace {

using Clock = std::chrono::steady_clock;

/// Calls `work`, and adds its time to `total_ms` if that is not null.
template <typename Work>
void Timed(double* total_ms, Work work) {
  if (total_ms == nullptr) {
    work();
    return;
  }
  const auto start = Clock::now();
  work();
  *total_ms += std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

/// What the caches hold of a mini-batch, 16 MiB: tensors of more go past them. At 10 MiB that costs
/// a seventh of a step, at 17 it saves 5 %, at 35 a sixth.
constexpr std::int64_t kCacheFloats = std::int64_t{4} << 20;

}  // namespace

Memory::Memory(float* arena, const MemorySizes& sizes)
    : params(arena),
      diff_params(params + sizes.params),
      statistics(diff_params + sizes.params),
      packed(statistics + sizes.statistics),
      group_gradients(packed + sizes.packed),
      batch(group_gradients + kMaxGroups * sizes.group_gradients),
      workspaces(batch + sizes.batch) {}

Executor::Executor(const CompiledGraph& graph, const Memory& memory, std::int64_t mb,
                   base::ThreadPool& pool)
    : graph_(graph), memory_(memory), pool_(pool), losses_(static_cast<std::size_t>(mb)) {
  for (int i = 0; i < std::ssize(graph_.ops); ++i) {
    for (std::int64_t p = 0; p < graph_.ops[i].op->NumGradientPieces(); ++p) {
      gradient_pieces_.push_back({i, p});
    }
  }
}

OpTime* Executor::TimesOf(int thread, int op) {
  return times_.empty() ? nullptr : &times_[thread * graph_.ops.size() + op];
}

void Executor::Pack(bool training) {
  pool_.Run(static_cast<std::int64_t>(graph_.ops.size()), [&](std::int64_t i, int thread) {
    OpTime* time = TimesOf(thread, static_cast<int>(i));
    Timed(time ? &time->gradient_ms : nullptr, [&] {
      graph_.ops[i].op->Pack({memory_.params, memory_.statistics}, memory_.packed, training);
    });
  });
}

/// Cuts `count` samples into groups and these into chunks; calls visit(chunk, thread) for each.
/// `of_all_chunks` has what they have in common. Every other pass of a step takes the groups
/// from the last to the first: it then begins with what the pass before has left in the cache.
template <typename Visit>
void Executor::ForEachChunk(std::int64_t count, int pass, const Chunk& of_all_chunks, Visit visit) {
  const std::int64_t groups = std::min(kMaxGroups, count);
  const MemorySizes& sizes = graph_.sizes;
  pool_.Run(groups, [&](std::int64_t task, int thread) {
    const std::int64_t g = pass % 2 == 0 ? task : groups - 1 - task;
    const std::int64_t group_first = count * g / groups;
    const std::int64_t group_end = count * (g + 1) / groups;
    const std::int64_t next_group = pass % 2 == 0 ? g + 1 : g - 1;
    const bool known = pool_.num_threads() == 1 && next_group >= 0 && next_group < groups;
    const std::int64_t next_group_first = known ? count * next_group / groups : -1;
    Chunk chunk = of_all_chunks;
    chunk.workspace = memory_.workspaces + thread * (sizes.workspace + sizes.scratch);
    chunk.scratch = chunk.workspace + sizes.workspace;
    chunk.batch = memory_.batch;
    chunk.params = memory_.params;
    chunk.packed = memory_.packed;
    chunk.group_gradients = memory_.group_gradients + g * sizes.group_gradients;
    chunk.group_first = group_first;
    chunk.group_end = group_end;
    for (std::int64_t first = group_first; first < group_end; first += graph_.chunk) {
      chunk.first = first;
      chunk.count = std::min(graph_.chunk, group_end - first);
      chunk.next = first + chunk.count < group_end ? first + chunk.count : next_group_first;
      visit(chunk, thread);
    }
    kernels::ThreadPrefetcher().Pause();
    if (chunk.stream) kernels::FlushStreams();
  });
}

/// As sample `i` of the chunk begins: `reads` of the one that follows are fetched meanwhile.
void Executor::FetchNext(const std::vector<TensorPlace>& reads, const Chunk& chunk,
                         std::int64_t i) const {
  if (reads.empty() || !chunk.training) return;
  const std::int64_t next = i + 1 < chunk.count ? chunk.first + i + 1 : chunk.next;
  std::array<kernels::MemoryRange, kernels::Prefetcher::kMostRanges> ranges;
  std::size_t num_ranges = 0;
  if (next >= 0) {
    for (; num_ranges < std::min(reads.size(), ranges.size()); ++num_ranges) {
      const std::int64_t size = reads[num_ranges].layout.size();
      ranges[num_ranges] = {memory_.batch + reads[num_ranges].offset + next * size, size};
    }
  }
  kernels::ThreadPrefetcher().Begin({ranges.data(), num_ranges});
}

void Executor::LoadInput(const Chunk& chunk, const float* src) const {
  const Layout& layout = graph_.input.layout;
  for (std::int64_t i = 0; i < chunk.count; ++i) {
    const float* from = src + (chunk.first + i) * graph_.input.layout.shape.size();
    float* const to = chunk.Sample(graph_.input, i);
    const std::int64_t rows = layout.shape.height, row_floats = layout.row_floats();
    for (std::int64_t y = 0; y < rows; ++y) {
      std::copy_n(from + y * row_floats, row_floats, to + layout.row(y));
    }
    ZeroPadding(layout, to);
  }
}

/// Ops that take one sample at a time run one after the other while it is in the cache; an op
/// that takes the whole chunk waits for all samples. `direction` +1: forward, -1: backward.
/// enter(first op, end, sample) is called before a sample passes such neighbours.
template <typename Call, typename Enter>
void Executor::RunOps(const Phase& phase, std::int64_t count, int direction, Call call,
                      Enter enter) const {
  const int end = direction > 0 ? phase.end : phase.first - 1;
  for (int i = direction > 0 ? phase.first : phase.end - 1; i != end;) {
    if (graph_.ops[i].whole_chunk) {
      call(i, 0, count);
      i += direction;
      continue;
    }
    int stop = i;
    while (stop != end && !graph_.ops[stop].whole_chunk) stop += direction;
    for (std::int64_t sample = 0; sample < count; ++sample) {
      enter(std::min(i, stop + 1), std::max(i + 1, stop), sample);
      for (int j = i; j != stop; j += direction) call(j, sample, 1);
    }
    i = stop;
  }
}

void Executor::ForwardOp(int i, const Chunk& chunk, int thread, std::int64_t first,
                         std::int64_t count) {
  OpTime* time = TimesOf(thread, i);
  Timed(time ? &time->forward_ms : nullptr,
        [&] { graph_.ops[i].op->Forward(chunk, first, count); });
}

void Executor::ForwardChunk(int p, const Chunk& chunk, int thread) {
  const Phase& phase = graph_.phases[p];
  RunOps(
      phase, chunk.count, +1,
      [&](int i, std::int64_t first, std::int64_t count) {
        ForwardOp(i, chunk, thread, first, count);
      },
      [&](int first_op, int, std::int64_t sample) {
        if (first_op == phase.first) FetchNext(graph_.reads[p].forward, chunk, sample);
      });
}

void Executor::BackwardChunk(int p, const Chunk& chunk, int thread) {
  const Phase& phase = graph_.phases[p];
  const auto backward = [&](int i, std::int64_t first, std::int64_t count) {
    if (!graph_.ops[i].has_backward) return;
    OpTime* time = TimesOf(thread, i);
    Timed(time ? &time->backward_ms : nullptr,
          [&] { graph_.ops[i].op->Backward(chunk, first, count); });
  };
  const auto enter = [&](int first_op, int end_op, std::int64_t sample) {
    if (end_op == phase.end) FetchNext(graph_.reads[p].backward, chunk, sample);
    for (int i = first_op; i < end_op; ++i) {
      if (graph_.ops[i].remade) ForwardOp(i, chunk, thread, sample, 1);
    }
  };
  RunOps(phase, chunk.count, -1, backward, enter);
}

void Executor::LossOfChunk(const Chunk& chunk, std::span<const std::int32_t> labels,
                           const LossOptions& loss) {
  const auto classes = static_cast<std::size_t>(graph_.logits.layout.size());
  const float scale = 1.0f / static_cast<float>(labels.size());
  for (std::int64_t i = 0; i < chunk.count; ++i) {
    const std::int64_t sample = chunk.first + i;
    const float weight = loss.class_weights.empty() ? 1 : loss.class_weights[labels[sample]];
    losses_[sample] = weight * SoftmaxLoss({chunk.Sample(graph_.logits, i), classes},
                                           labels[sample], loss.label_smoothing, weight * scale,
                                           {chunk.Sample(graph_.diff_logits, i), classes});
  }
}

Batch Executor::WholeBatch(std::int64_t count) const {
  return {.count = count,
          .num_groups = static_cast<int>(std::min(kMaxGroups, count)),
          .batch = memory_.batch,
          .packed = memory_.packed,
          .params = memory_.params,
          .statistics = memory_.statistics,
          .group_gradients = memory_.group_gradients,
          .group_stride = graph_.sizes.group_gradients,
          .diff_params = memory_.diff_params};
}

/// Nothing waits for the whole mini-batch here, so a sample goes through all phases while it is in
/// the cache, unless it would write where another in an earlier phase still reads.
void Executor::Forward(std::span<const float> src) {
  const std::int64_t count = std::ssize(src) / graph_.input.layout.shape.size();
  const int num_phases = static_cast<int>(graph_.phases.size());
  const int at_once = graph_.values_share_memory ? 1 : num_phases;
  for (int first = 0; first < num_phases; first += at_once) {
    ForEachChunk(count, 0, {}, [&](const Chunk& chunk, int thread) {
      if (first == 0) LoadInput(chunk, src.data());
      for (int p = first; p < first + at_once; ++p) ForwardChunk(p, chunk, thread);
    });
  }
}

/// The mini-memory_.batch's way there and back, phase by phase; the last phase goes both ways at
/// once.
double Executor::Train(std::span<const float> src, std::span<const std::int32_t> labels,
                       std::uint64_t dropout_seed, const LossOptions& loss) {
  const auto count = static_cast<std::int64_t>(labels.size());
  Chunk of_all_chunks;
  of_all_chunks.training = true;
  of_all_chunks.stream = graph_.sizes.batch > kCacheFloats;
  of_all_chunks.dropout_seed = dropout_seed;
  const Batch whole = WholeBatch(count);
  const std::vector<Phase>& phases = graph_.phases;
  const int last = static_cast<int>(phases.size()) - 1;
  for (int p = 0; p <= last; ++p) {
    ForEachChunk(count, p, of_all_chunks, [&](const Chunk& chunk, int thread) {
      if (p == 0) LoadInput(chunk, src.data());
      ForwardChunk(p, chunk, thread);
      if (p < last) return;
      LossOfChunk(chunk, labels, loss);
      BackwardChunk(p, chunk, thread);
    });
    if (p < last) graph_.ops[phases[p].end - 1].op->FinishForward(whole);
  }
  for (int p = last - 1; p >= 0; --p) {
    graph_.ops[phases[p + 1].first].op->FinishBackward(whole);
    ForEachChunk(count, 2 * last - p, of_all_chunks,
                 [&](const Chunk& chunk, int thread) { BackwardChunk(p, chunk, thread); });
  }
  FinishGradients(whole);
  double sum = 0;
  for (std::int64_t i = 0; i < count; ++i) sum += losses_[i];
  return sum / static_cast<double>(count);
}

void Executor::FinishGradients(const Batch& whole) {
  pool_.Run(std::ssize(gradient_pieces_), [&](std::int64_t i, int thread) {
    const GradientPiece& part = gradient_pieces_[i];
    OpTime* time = TimesOf(thread, part.op);
    Timed(time ? &time->gradient_ms : nullptr,
          [&] { graph_.ops[part.op].op->FinishGradient(whole, part.piece); });
  });
}

void Executor::StartProfile() {
  times_.clear();
  for (int t = 0; t < pool_.num_threads(); ++t) {
    for (const CompiledOp& compiled : graph_.ops) times_.push_back({.name = compiled.op->name()});
  }
}

std::vector<OpTime> Executor::profile() const {
  const std::size_t num_ops = graph_.ops.size();
  if (times_.empty()) return {};
  std::vector<OpTime> total(times_.begin(), times_.begin() + static_cast<std::ptrdiff_t>(num_ops));
  for (std::size_t first = num_ops; first < times_.size(); first += num_ops) {
    for (std::size_t op = 0; op < num_ops; ++op) {
      total[op].forward_ms += times_[first + op].forward_ms;
      total[op].backward_ms += times_[first + op].backward_ms;
      total[op].gradient_ms += times_[first + op].gradient_ms;
    }
  }
  return total;
}

}  // namespace netsmith::engine
