#include "netsmith/train/train.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <numeric>

#include "netsmith/base/error.h"
#include "netsmith/base/random.h"
#include "netsmith/base/thread_pool.h"
#include "netsmith/optim/adam.h"

namespace netsmith::train {
namespace {

using base::InvalidArgument;
using tensor::ToString;

void CheckFits(const graph::Graph& graph, const data::Problem& problem) {
  const auto shape = problem.development().shape();
  if (graph.input.size() != shape.size()) {
    throw InvalidArgument(fmt::format("the network takes samples of {}, data set '{}' has {}",
                                      ToString(graph.input), problem.development().name(),
                                      ToString(shape)));
  }
  const std::int64_t outputs = graph::Analyze(graph).back().shape.size();
  if (outputs != problem.development().num_classes()) {
    throw InvalidArgument(fmt::format("the network has {} outputs, data set '{}' has {} classes",
                                      outputs, problem.development().name(),
                                      problem.development().num_classes()));
  }
}

void CheckOptions(const TrainOptions& options) {
  const auto require = [](bool holds, const char* name, auto value, const char* expected) {
    if (!holds) throw InvalidArgument(fmt::format("{} is {}, expected {}", name, value, expected));
  };
  require(options.epochs >= 1, "epochs", options.epochs, "at least 1");
  require(options.mb >= 1, "mb", options.mb, "at least 1");
  require(options.max_samples >= 0, "max_samples", options.max_samples, "0 (all) or more");
  require(options.learning_rate > 0 && std::isfinite(options.learning_rate), "learning_rate",
          options.learning_rate, "a positive number");
  require(options.num_threads >= 1, "num_threads", options.num_threads, "at least 1");
}

/// Fisher-Yates, in place.
void Shuffle(std::vector<std::int64_t>& records, base::Generator generator) {
  for (std::size_t i = records.size(); i > 1; --i) {
    std::swap(records[i - 1], records[generator.Below(i)]);
  }
}

bool AllFinite(std::span<const float> values) {
  return std::ranges::all_of(values, [](float value) { return std::isfinite(value); });
}

}  // namespace

struct Child::Impl {
  Impl(const graph::Graph& graph, const data::Problem& borrowed, const TrainOptions& train_options)
      : problem(borrowed),
        options(train_options),
        streams(options.seed),
        pool(options.num_threads),
        program(graph, options.mb, pool),
        adam(static_cast<std::int64_t>(program.flat_params().size()),
             {.learning_rate = options.learning_rate}),
        src(static_cast<std::size_t>(options.mb * graph.input.size())),
        labels(static_cast<std::size_t>(options.mb)),
        logits(static_cast<std::size_t>(options.mb * program.num_classes())) {
    base::Generator generator = streams.For("weights");
    program.InitParams(generator);
  }

  /// The samples of `records`, read into src.
  std::span<const float> Read(const data::Dataset& dataset, std::span<const std::int64_t> records) {
    const std::span<float> to(src.data(), records.size() * dataset.shape().size());
    dataset.Read(records, to);
    return to;
  }

  double Step(std::span<const std::int64_t> records, std::uint64_t step) {
    const std::span<const float> samples = Read(problem.development(), records);
    for (std::size_t i = 0; i < records.size(); ++i) {
      labels[i] = problem.development().Label(records[i]);
    }
    const double loss = program.ForwardBackward(samples, std::span(labels).first(records.size()),
                                                streams.SeedFor("dropout", step));
    adam.Update(program.flat_params(), program.flat_gradients(), pool);
    return loss;
  }

  /// Mean loss of one epoch; not finite, and ended early, when training diverged.
  double Epoch(std::uint64_t epoch, std::uint64_t& step, const std::stop_token& stop) {
    std::vector<std::int64_t> order(problem.train().begin(), problem.train().end());
    Shuffle(order, streams.For("order", epoch));
    if (options.max_samples > 0 && options.max_samples < std::ssize(order)) {
      order.resize(static_cast<std::size_t>(options.max_samples));
    }
    double sum = 0;
    for (std::size_t first = 0; first < order.size();) {
      if (stop.stop_requested()) throw base::Interrupted("training was interrupted");
      const auto count = std::min(static_cast<std::size_t>(options.mb), order.size() - first);
      const double loss = Step(std::span(order).subspan(first, count), step++);
      if (!std::isfinite(loss)) return loss;
      sum += loss * static_cast<double>(count);
      first += count;
    }
    // The last update has not shown in any loss, and a ReLU or a maximum may hide what is no
    // number.
    if (!AllFinite(program.flat_params())) return std::numeric_limits<double>::quiet_NaN();
    return sum / static_cast<double>(std::max<std::size_t>(order.size(), 1));
  }

  double Accuracy(const data::Dataset& dataset, std::span<const std::int64_t> records) {
    if (records.empty()) return 0;
    const auto classes = static_cast<std::size_t>(program.num_classes());
    std::int64_t correct = 0;
    for (std::size_t first = 0; first < records.size();) {
      const auto count = std::min(static_cast<std::size_t>(options.mb), records.size() - first);
      const auto chunk = records.subspan(first, count);
      const std::span<float> scores = std::span(logits).first(count * classes);
      program.Forward(Read(dataset, chunk), scores);
      for (std::size_t i = 0; i < count; ++i) {
        const auto row = scores.subspan(i * classes, classes);
        const auto best = std::max_element(row.begin(), row.end()) - row.begin();
        correct += best == dataset.Label(chunk[i]) ? 1 : 0;
      }
      first += count;
    }
    return static_cast<double>(correct) / static_cast<double>(records.size());
  }

  const data::Problem& problem;
  TrainOptions options;
  base::RandomStreams streams;
  base::ThreadPool pool;
  engine::Program program;
  optim::Adam adam;
  std::vector<float> src;
  std::vector<std::int32_t> labels;
  std::vector<float> logits;
};

Child::Child(const graph::Graph& graph, const data::Problem& problem, const TrainOptions& options) {
  CheckOptions(options);
  CheckFits(graph, problem);
  impl_ = std::make_unique<Impl>(graph, problem, options);
}
Child::~Child() = default;

engine::Program& Child::program() { return impl_->program; }

double Child::Step(std::span<const std::int64_t> records, std::uint64_t step) {
  return impl_->Step(records, step);
}

TrainResult Child::Train(const std::stop_token& stop) {
  const auto start = std::chrono::steady_clock::now();
  const TrainOptions& options = impl_->options;
  TrainResult result;
  std::uint64_t step = 0;
  for (int epoch = 1; epoch <= options.epochs && !result.diverged; ++epoch) {
    const double loss = impl_->Epoch(static_cast<std::uint64_t>(epoch), step, stop);
    result.train_loss.push_back(loss);
    result.diverged = !std::isfinite(loss);
    if (result.diverged) break;
    const data::Problem& problem = impl_->problem;
    const double accuracy = impl_->Accuracy(problem.development(), problem.validation());
    result.validation_accuracy.push_back(accuracy);
    if (options.on_epoch) options.on_epoch(epoch, accuracy);
  }
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return result;
}

double Child::Accuracy(const data::Dataset& dataset) {
  std::vector<std::int64_t> all(static_cast<std::size_t>(dataset.size()));
  std::iota(all.begin(), all.end(), 0);
  return impl_->Accuracy(dataset, all);
}

std::int64_t PlannedBytes(const graph::Graph& graph, std::int64_t mb, int num_threads) {
  const std::vector<graph::NodeInfo> infos = graph::Analyze(graph);
  const std::int64_t staged = mb * (graph.input.size() + infos.back().shape.size() + 1);
  return engine::Program::PlannedBytes(graph, mb, num_threads) +
         optim::Adam::StateBytes(engine::Program::PlannedParams(graph)) +
         staged * static_cast<std::int64_t>(sizeof(float));
}

}  // namespace netsmith::train
