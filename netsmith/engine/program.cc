#include "netsmith/engine/program.h"

#include <algorithm>
#include <cmath>

#include "netsmith/base/check.h"
#include "netsmith/engine/compile.h"
#include "netsmith/engine/executor.h"
#include "netsmith/tensor/tensor.h"

namespace netsmith::engine {
namespace {

/// Copies between stored [units][in] and canonical [in][units].
void Transpose(std::int64_t rows, std::int64_t columns, const float* from, float* to) {
  for (std::int64_t r = 0; r < rows; ++r) {
    for (std::int64_t c = 0; c < columns; ++c) to[c * rows + r] = from[r * columns + c];
  }
}

}  // namespace

struct Program::Impl {
  Impl(const graph::Graph& graph, std::int64_t mb, base::ThreadPool& pool, Precision precision)
      : max_mb(mb),
        compiled(Compile(graph, mb, precision)),
        arena(compiled.sizes.Total(pool.num_threads())),
        memory(arena.data(), compiled.sizes),
        executor(compiled, memory, mb, pool) {
    for (const ParamSpec& spec : compiled.params) param_list.push_back({spec.name, spec.shape});
    for (const ParamSpec& spec : compiled.running_averages) {
      average_list.push_back({spec.name, spec.shape});
    }
  }

  std::int64_t sample_floats() const { return compiled.input.layout.shape.size(); }
  std::int64_t num_classes() const { return compiled.logits.layout.size(); }

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

  std::int64_t max_mb;
  bool frozen = false;
  CompiledGraph compiled;
  tensor::AlignedBuffer arena;
  Memory memory;
  Executor executor;
  std::vector<Param> param_list, average_list;
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
  std::fill_n(impl_->memory.params, impl_->compiled.sizes.params, 0.0f);
  for (const ParamSpec& spec : impl_->compiled.params) {
    float* values = impl_->memory.params + spec.offset;
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
    std::fill_n(impl_->memory.statistics + spec.offset, spec.size(), spec.initial);
  }
}

std::vector<float> Program::ReadParam(int index) const {
  return Impl::ReadCanonical(impl_->memory.params, impl_->compiled.params.at(index));
}

std::vector<float> Program::ReadGradient(int index) const {
  return Impl::ReadCanonical(impl_->memory.diff_params, impl_->compiled.params.at(index));
}

void Program::WriteParam(int index, std::span<const float> values) {
  NETSMITH_CHECK(!impl_->frozen);
  Impl::WriteCanonical(impl_->memory.params, impl_->compiled.params.at(index), values);
}

std::vector<float> Program::ReadRunningAverage(int index) const {
  return Impl::ReadCanonical(impl_->memory.statistics, impl_->compiled.running_averages.at(index));
}

void Program::WriteRunningAverage(int index, std::span<const float> values) {
  NETSMITH_CHECK(!impl_->frozen);
  Impl::WriteCanonical(impl_->memory.statistics, impl_->compiled.running_averages.at(index),
                       values);
}

std::span<float> Program::flat_params() {
  NETSMITH_CHECK(!impl_->frozen);
  return {impl_->memory.params, static_cast<std::size_t>(impl_->compiled.sizes.params)};
}

std::span<const float> Program::flat_gradients() const {
  return {impl_->memory.diff_params, static_cast<std::size_t>(impl_->compiled.sizes.params)};
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
  return {impl_->memory.statistics, static_cast<std::size_t>(impl_->compiled.sizes.statistics)};
}

void Program::Freeze() {
  impl_->executor.Pack(false);
  impl_->frozen = true;
}

void Program::Forward(std::span<const float> src, std::span<float> logits) {
  const std::int64_t count = static_cast<std::int64_t>(src.size()) / impl_->sample_floats();
  NETSMITH_CHECK_EQ(count * impl_->sample_floats(), static_cast<std::int64_t>(src.size()));
  NETSMITH_CHECK_EQ(count * impl_->num_classes(), static_cast<std::int64_t>(logits.size()));
  NETSMITH_CHECK_LE(count, impl_->max_mb);
  if (count == 0) return;
  if (!impl_->frozen) impl_->executor.Pack(false);
  impl_->executor.Forward(src);
  std::copy_n(impl_->memory.batch + impl_->compiled.logits.offset, logits.size(), logits.data());
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
  impl_->executor.Pack(true);
  return impl_->executor.Train(src, labels, dropout_seed, loss);
}

void Program::StartProfile() { impl_->executor.StartProfile(); }

std::vector<OpTime> Program::profile() const { return impl_->executor.profile(); }

}  // namespace netsmith::engine
