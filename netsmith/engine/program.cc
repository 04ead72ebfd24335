#include "netsmith/engine/program.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "netsmith/base/check.h"
#include "netsmith/engine/compile.h"
#include "netsmith/engine/softmax_loss.h"
#include "netsmith/tensor/tensor.h"

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

/// Copies between stored [units][in] and canonical [in][units].
void Transpose(std::int64_t rows, std::int64_t columns, const float* from, float* to) {
  for (std::int64_t r = 0; r < rows; ++r) {
    for (std::int64_t c = 0; c < columns; ++c) to[c * rows + r] = from[r * columns + c];
  }
}

}  // namespace

struct Program::Impl {
  Impl(const graph::Graph& graph, std::int64_t mb, base::ThreadPool& thread_pool,
       Precision precision)
      : pool(thread_pool),
        max_mb(mb),
        compiled(Compile(graph, mb, precision)),
        arena(compiled.sizes.Total(pool.num_threads())),
        losses(static_cast<std::size_t>(mb)) {
    const MemorySizes& sizes = compiled.sizes;
    params = arena.data();
    diff_params = params + sizes.params;
    statistics = diff_params + sizes.params;
    packed = statistics + sizes.statistics;
    group_gradients = packed + sizes.packed;
    batch = group_gradients + kMaxGroups * sizes.group_gradients;
    workspaces = batch + sizes.batch;
    for (const ParamSpec& spec : compiled.params) param_list.push_back({spec.name, spec.shape});
    for (const ParamSpec& spec : compiled.running_averages) {
      average_list.push_back({spec.name, spec.shape});
    }
    for (int i = 0; i < static_cast<int>(compiled.ops.size()); ++i) {
      for (std::int64_t p = 0; p < compiled.ops[i].op->NumGradientPieces(); ++p) {
        gradient_pieces.push_back({i, p});
      }
    }
  }

  std::int64_t sample_floats() const { return compiled.input.layout.shape.size(); }
  std::int64_t num_classes() const { return compiled.logits.layout.size(); }

  OpTime* TimesOf(int thread, int op) {
    return times.empty() ? nullptr : &times[thread * compiled.ops.size() + op];
  }

  void Pack(bool training) {
    pool.Run(static_cast<std::int64_t>(compiled.ops.size()), [&](std::int64_t i, int thread) {
      OpTime* time = TimesOf(thread, static_cast<int>(i));
      Timed(time ? &time->gradient_ms : nullptr, [&] {
        compiled.ops[i].op->Pack({params, statistics}, packed, training);
      });
    });
  }

  /// Cuts `count` samples into groups and these into chunks; calls visit(chunk, thread) for each.
  /// `of_all_chunks` has what they have in common.
  template <typename Visit>
  void ForEachChunk(std::int64_t count, const Chunk& of_all_chunks, Visit visit) {
    const std::int64_t groups = std::min(kMaxGroups, count);
    const MemorySizes& sizes = compiled.sizes;
    pool.Run(groups, [&](std::int64_t g, int thread) {
      const std::int64_t group_first = count * g / groups;
      const std::int64_t group_end = count * (g + 1) / groups;
      Chunk chunk = of_all_chunks;
      chunk.workspace = workspaces + thread * (sizes.workspace + sizes.scratch);
      chunk.scratch = chunk.workspace + sizes.workspace;
      chunk.batch = batch;
      chunk.params = params;
      chunk.packed = packed;
      chunk.group_gradients = group_gradients + g * sizes.group_gradients;
      chunk.group_first = group_first;
      for (std::int64_t first = group_first; first < group_end; first += compiled.chunk) {
        chunk.first = first;
        chunk.count = std::min(compiled.chunk, group_end - first);
        chunk.first_of_group = first == group_first;
        visit(chunk, thread);
      }
    });
  }

  void LoadInput(const Chunk& chunk, const float* src) const {
    const Layout& layout = compiled.input.layout;
    for (std::int64_t i = 0; i < chunk.count; ++i) {
      const float* from = src + (chunk.first + i) * sample_floats();
      float* const to = chunk.Sample(compiled.input, i);
      const std::int64_t rows = layout.shape.height, row_floats = layout.row_floats();
      for (std::int64_t y = 0; y < rows; ++y) {
        std::copy_n(from + y * row_floats, row_floats, to + layout.row(y));
      }
      ZeroPadding(layout, to);
    }
  }

  /// Ops that take one sample at a time run one after the other while it is in the cache; an op
  /// that takes the whole chunk waits for all samples. `direction` +1: forward, -1: backward.
  template <typename Call>
  void RunOps(const Phase& phase, std::int64_t count, int direction, Call call) const {
    const int end = direction > 0 ? phase.end : phase.first - 1;
    for (int i = direction > 0 ? phase.first : phase.end - 1; i != end;) {
      if (compiled.ops[i].whole_chunk) {
        call(i, 0, count);
        i += direction;
        continue;
      }
      int stop = i;
      while (stop != end && !compiled.ops[stop].whole_chunk) stop += direction;
      for (std::int64_t sample = 0; sample < count; ++sample) {
        for (int j = i; j != stop; j += direction) call(j, sample, 1);
      }
      i = stop;
    }
  }

  void ForwardChunk(const Phase& phase, const Chunk& chunk, int thread) {
    RunOps(phase, chunk.count, +1, [&](int i, std::int64_t first, std::int64_t count) {
      OpTime* time = TimesOf(thread, i);
      Timed(time ? &time->forward_ms : nullptr,
            [&] { compiled.ops[i].op->Forward(chunk, first, count); });
    });
  }

  void BackwardChunk(const Phase& phase, const Chunk& chunk, int thread) {
    RunOps(phase, chunk.count, -1, [&](int i, std::int64_t first, std::int64_t count) {
      if (!compiled.ops[i].has_backward) return;
      OpTime* time = TimesOf(thread, i);
      Timed(time ? &time->backward_ms : nullptr,
            [&] { compiled.ops[i].op->Backward(chunk, first, count); });
    });
  }

  void LossOfChunk(const Chunk& chunk, std::span<const std::int32_t> labels,
                   const LossOptions& loss) {
    const auto classes = static_cast<std::size_t>(num_classes());
    const float scale = 1.0f / static_cast<float>(labels.size());
    for (std::int64_t i = 0; i < chunk.count; ++i) {
      const std::int64_t sample = chunk.first + i;
      const float weight = loss.class_weights.empty() ? 1 : loss.class_weights[labels[sample]];
      losses[sample] = weight * SoftmaxLoss({chunk.Sample(compiled.logits, i), classes},
                                            labels[sample], loss.label_smoothing, weight * scale,
                                            {chunk.Sample(compiled.diff_logits, i), classes});
    }
  }

  Batch WholeBatch(std::int64_t count) const {
    return {.count = count,
            .num_groups = static_cast<int>(std::min(kMaxGroups, count)),
            .batch = batch,
            .packed = packed,
            .params = params,
            .statistics = statistics,
            .group_gradients = group_gradients,
            .group_stride = compiled.sizes.group_gradients,
            .diff_params = diff_params};
  }

  /// The mini-batch's way there and back, phase by phase; the last phase goes both ways at once.
  void Train(std::span<const float> src, std::span<const std::int32_t> labels,
             const Chunk& of_all_chunks, const LossOptions& loss) {
    const auto count = static_cast<std::int64_t>(labels.size());
    const Batch whole = WholeBatch(count);
    const std::vector<Phase>& phases = compiled.phases;
    const int last = static_cast<int>(phases.size()) - 1;
    for (int p = 0; p <= last; ++p) {
      ForEachChunk(count, of_all_chunks, [&](const Chunk& chunk, int thread) {
        if (p == 0) LoadInput(chunk, src.data());
        ForwardChunk(phases[p], chunk, thread);
        if (p < last) return;
        LossOfChunk(chunk, labels, loss);
        BackwardChunk(phases[p], chunk, thread);
      });
      if (p < last) compiled.ops[phases[p].end - 1].op->FinishForward(whole);
    }
    for (int p = last - 1; p >= 0; --p) {
      compiled.ops[phases[p + 1].first].op->FinishBackward(whole);
      ForEachChunk(count, of_all_chunks, [&](const Chunk& chunk, int thread) {
        BackwardChunk(phases[p], chunk, thread);
      });
    }
    FinishGradients(whole);
  }

  void FinishGradients(const Batch& whole) {
    pool.Run(static_cast<std::int64_t>(gradient_pieces.size()), [&](std::int64_t i, int thread) {
      const auto [op, piece] = gradient_pieces[i];
      OpTime* time = TimesOf(thread, op);
      Timed(time ? &time->gradient_ms : nullptr,
            [&] { compiled.ops[op].op->FinishGradient(whole, piece); });
    });
  }

  static std::vector<float> ReadCanonical(const float* region, const ParamSpec& spec) {
    const float* from = region + spec.offset;
    std::vector<float> values(from, from + spec.size());
    if (spec.transposed) Transpose(spec.shape[1], spec.shape[0], from, values.data());
    return values;
  }

  static void WriteCanonical(float* region, const ParamSpec& spec, std::span<const float> values) {
    NETSMITH_CHECK_EQ(static_cast<std::int64_t>(values.size()), spec.size());
    float* const to = region + spec.offset;
    if (spec.transposed) {
      Transpose(spec.shape[0], spec.shape[1], values.data(), to);
    } else {
      std::copy(values.begin(), values.end(), to);
    }
  }

  struct GradientPiece {
    int op;
    std::int64_t piece;
  };

  base::ThreadPool& pool;
  std::int64_t max_mb;
  bool frozen = false;
  CompiledGraph compiled;
  tensor::AlignedBuffer arena;
  float* params;
  float* diff_params;
  float* statistics;
  float* packed;
  float* group_gradients;
  float* batch;
  float* workspaces;
  std::vector<double> losses;
  std::vector<Param> param_list, average_list;
  std::vector<GradientPiece> gradient_pieces;
  std::vector<OpTime> times;  // [thread][op]; empty unless profiling
};

Program::Program(const graph::Graph& graph, std::int64_t mb, base::ThreadPool& pool,
                 Precision precision)
    : impl_(std::make_unique<Impl>(graph, mb, pool, precision)) {}
Program::~Program() = default;
Program::Program(Program&&) noexcept = default;

std::int64_t Program::PlannedBytes(const graph::Graph& graph, std::int64_t mb, int num_threads,
                                   Precision precision) {
  return Compile(graph, mb, precision).sizes.Total(num_threads) *
         static_cast<std::int64_t>(sizeof(float));
}

std::int64_t Program::PlannedParams(const graph::Graph& graph) {
  return Compile(graph, 1, Precision::kF32).sizes.params;
}

std::int64_t Program::planned_bytes() const {
  return impl_->arena.size() * static_cast<std::int64_t>(sizeof(float));
}

std::int64_t Program::mb() const { return impl_->max_mb; }
int Program::num_classes() const { return static_cast<int>(impl_->num_classes()); }
const std::vector<Param>& Program::params() const { return impl_->param_list; }

const std::vector<Param>& Program::running_averages() const { return impl_->average_list; }

void Program::InitParams(base::Generator& generator) {
  std::fill_n(impl_->params, impl_->compiled.sizes.params, 0.0f);
  for (const ParamSpec& spec : impl_->compiled.params) {
    float* values = impl_->params + spec.offset;
    if (spec.fan_in == 0) {
      std::fill_n(values, spec.size(), spec.initial);
      continue;
    }
    const double bound = std::sqrt(6.0 / static_cast<double>(spec.fan_in + spec.fan_out));
    for (std::int64_t i = 0; i < spec.size(); ++i) {
      values[i] = static_cast<float>((2 * generator.Uniform() - 1) * bound);
    }
  }
  for (const ParamSpec& spec : impl_->compiled.running_averages) {
    std::fill_n(impl_->statistics + spec.offset, spec.size(), spec.initial);
  }
}

std::vector<float> Program::ReadParam(int index) const {
  return Impl::ReadCanonical(impl_->params, impl_->compiled.params.at(index));
}

std::vector<float> Program::ReadGradient(int index) const {
  return Impl::ReadCanonical(impl_->diff_params, impl_->compiled.params.at(index));
}

void Program::WriteParam(int index, std::span<const float> values) {
  NETSMITH_CHECK(!impl_->frozen);
  Impl::WriteCanonical(impl_->params, impl_->compiled.params.at(index), values);
}

std::vector<float> Program::ReadRunningAverage(int index) const {
  return Impl::ReadCanonical(impl_->statistics, impl_->compiled.running_averages.at(index));
}

void Program::WriteRunningAverage(int index, std::span<const float> values) {
  NETSMITH_CHECK(!impl_->frozen);
  Impl::WriteCanonical(impl_->statistics, impl_->compiled.running_averages.at(index), values);
}

std::span<float> Program::flat_params() {
  NETSMITH_CHECK(!impl_->frozen);
  return {impl_->params, static_cast<std::size_t>(impl_->compiled.sizes.params)};
}

std::span<const float> Program::flat_gradients() const {
  return {impl_->diff_params, static_cast<std::size_t>(impl_->compiled.sizes.params)};
}

std::vector<ParamRange> Program::weight_ranges() const {
  std::vector<ParamRange> ranges;
  for (const ParamSpec& spec : impl_->compiled.params) {
    if (spec.fan_in > 0) ranges.push_back({.first = spec.offset, .count = spec.size()});
  }
  std::ranges::sort(ranges, {}, &ParamRange::first);
  return ranges;
}

std::span<float> Program::flat_running_averages() {
  return {impl_->statistics, static_cast<std::size_t>(impl_->compiled.sizes.statistics)};
}

void Program::Freeze() {
  impl_->Pack(false);
  impl_->frozen = true;
}

void Program::Forward(std::span<const float> src, std::span<float> logits) {
  const std::int64_t count = static_cast<std::int64_t>(src.size()) / impl_->sample_floats();
  NETSMITH_CHECK_EQ(count * impl_->sample_floats(), static_cast<std::int64_t>(src.size()));
  NETSMITH_CHECK_EQ(count * impl_->num_classes(), static_cast<std::int64_t>(logits.size()));
  NETSMITH_CHECK_LE(count, impl_->max_mb);
  if (count == 0) return;
  if (!impl_->frozen) impl_->Pack(false);
  impl_->ForEachChunk(count, {}, [&](const Chunk& chunk, int thread) {
    impl_->LoadInput(chunk, src.data());
    for (const Phase& phase : impl_->compiled.phases) impl_->ForwardChunk(phase, chunk, thread);
  });
  std::copy_n(impl_->batch + impl_->compiled.logits.offset, logits.size(), logits.data());
}

double Program::ForwardBackward(std::span<const float> src, std::span<const std::int32_t> labels,
                                std::uint64_t dropout_seed, const LossOptions& loss) {
  NETSMITH_CHECK(!impl_->frozen);
  const auto count = static_cast<std::int64_t>(labels.size());
  NETSMITH_CHECK_EQ(count * impl_->sample_floats(), static_cast<std::int64_t>(src.size()));
  NETSMITH_CHECK_LE(count, impl_->max_mb);
  NETSMITH_CHECK_LT(0, count);
  if (!loss.class_weights.empty()) {
    NETSMITH_CHECK_EQ(std::ssize(loss.class_weights), impl_->num_classes());
  }
  for (const std::int32_t label : labels) {
    NETSMITH_CHECK(label >= 0 && label < impl_->num_classes());
  }
  impl_->Pack(true);
  Chunk of_all_chunks;
  of_all_chunks.training = true;
  of_all_chunks.dropout_seed = dropout_seed;
  impl_->Train(src, labels, of_all_chunks, loss);
  double sum = 0;
  for (std::int64_t i = 0; i < count; ++i) sum += impl_->losses[i];
  return sum / static_cast<double>(count);
}

void Program::StartProfile() {
  const auto& ops = impl_->compiled.ops;
  impl_->times.clear();
  for (int t = 0; t < impl_->pool.num_threads(); ++t) {
    for (const CompiledOp& compiled : ops) {
      impl_->times.push_back({.name = compiled.op->name()});
    }
  }
}

std::vector<OpTime> Program::profile() const {
  const std::size_t num_ops = impl_->compiled.ops.size();
  const std::vector<OpTime>& times = impl_->times;
  if (times.empty()) return {};
  std::vector<OpTime> total(times.begin(), times.begin() + static_cast<std::ptrdiff_t>(num_ops));
  for (std::size_t first = num_ops; first < times.size(); first += num_ops) {
    for (std::size_t op = 0; op < num_ops; ++op) {
      total[op].forward_ms += times[first + op].forward_ms;
      total[op].backward_ms += times[first + op].backward_ms;
      total[op].gradient_ms += times[first + op].gradient_ms;
    }
  }
  return total;
}

}  // namespace netsmith::engine
