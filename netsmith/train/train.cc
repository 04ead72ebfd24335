#include "netsmith/train/train.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <optional>
#include <utility>

#include "netsmith/base/error.h"
#include "netsmith/base/random.h"
#include "netsmith/base/thread_pool.h"
#include "netsmith/data/augment.h"
#include "netsmith/optim/gradient_norm.h"
#include "netsmith/optim/optimizer.h"
#include "netsmith/optim/schedule.h"
#include "netsmith/optim/weight_average.h"
#include "netsmith/train/batch_loader.h"

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
  CheckRecipe(options.recipe);
  require(options.num_threads >= 1, "num_threads", options.num_threads, "at least 1");
}

/// Fisher-Yates, in place.
void Shuffle(std::vector<std::int64_t>& records, base::Generator generator) {
  for (std::size_t i = records.size(); i > 1; --i) {
    std::swap(records[i - 1], records[generator.Below(i)]);
  }
}

/// NaN and infinity alone have all bits of the exponent set. Integers, which compilers vectorise.
bool AllFinite(std::span<const float> values) {
  constexpr std::uint32_t kExponent = 0x7f800000;
  std::uint32_t bad = 0;
  for (const float value : values) {
    bad |= (std::bit_cast<std::uint32_t>(value) & kExponent) == kExponent ? 1 : 0;
  }
  return bad == 0;
}

std::vector<optim::Range> DecayedRanges(const engine::Program& program) {
  std::vector<optim::Range> ranges;
  for (const engine::ParamRange& range : program.weight_ranges()) {
    ranges.push_back({.first = range.first, .count = range.count});
  }
  return ranges;
}

/// -log of the probability that a softmax of the scores gives the label.
double CrossEntropy(std::span<const float> scores, std::int32_t label) {
  const double highest = *std::ranges::max_element(scores);
  double sum = 0;
  for (const float score : scores) sum += std::exp(score - highest);
  return std::log(sum) + highest - scores[static_cast<std::size_t>(label)];
}

/// What a network makes of samples.
struct Measured {
  Confusion confusion;
  double loss = 0;  // mean cross-entropy; 0 without samples
};

/// Averages of a program's parameters and of the running averages of its batch norms.
class ProgramAverage {
 public:
  ProgramAverage(engine::Program& program, double decay)
      : program_(program),
        params_(std::ssize(program.flat_params()), decay),
        statistics_(std::ssize(program.flat_running_averages()), decay) {}

  void Update(base::ThreadPool& pool) {
    params_.Update(program_.flat_params(), pool);
    statistics_.Update(program_.flat_running_averages(), pool);
  }
  void Swap() {
    params_.Swap(program_.flat_params());
    statistics_.Swap(program_.flat_running_averages());
  }

 private:
  engine::Program& program_;
  optim::WeightAverage params_;
  optim::WeightAverage statistics_;
};

}  // namespace

struct Child::Impl {
  Impl(const graph::Graph& graph, const data::Problem& borrowed, const TrainOptions& train_options)
      : problem(borrowed),
        options(train_options),
        recipe(options.recipe),
        streams(options.seed),
        pool(options.num_threads),
        program(graph, options.mb, pool, engine::NamedPrecision(options.recipe.precision)),
        optimizer(optim::MakeOptimizer(recipe.optimizer, std::ssize(program.flat_params()),
                                       DecayedRanges(program))),
        norm(std::ssize(program.flat_params())),
        augmenter(data::ParseAugment(recipe.augment, problem.development().shape(),
                                     recipe.augment_strength),
                  problem.development().shape()),
        class_weights(ClassWeights(recipe.class_weights, problem)),
        src(static_cast<std::size_t>(options.mb * graph.input.size())),
        labels(static_cast<std::size_t>(options.mb)),
        logits(static_cast<std::size_t>(options.mb * program.num_classes())) {
    if (recipe.ema > 0) average.emplace(program, recipe.ema);
    base::Generator generator = streams.For("weights");
    program.InitParams(generator);
  }

  std::int64_t samples_per_epoch() const {
    const std::int64_t all = std::ssize(problem.train());
    return options.max_samples > 0 ? std::min(options.max_samples, all) : all;
  }

  double LearningRate(std::uint64_t step) const {
    const std::int64_t steps_per_epoch = (samples_per_epoch() + options.mb - 1) / options.mb;
    const auto warmup = std::llround(recipe.warmup_epochs * static_cast<double>(steps_per_epoch));
    return options.learning_rate *
           optim::RateFactor({.name = recipe.schedule, .warmup_steps = warmup},
                             static_cast<std::int64_t>(step), steps_per_epoch * options.epochs);
  }

  /// The samples of `records`, read into src.
  std::span<const float> Read(const data::Dataset& dataset, std::span<const std::int64_t> records) {
    const std::span<float> to(src.data(), records.size() * dataset.shape().size());
    dataset.Read(records, to);
    return to;
  }

  StepResult Step(const MiniBatch& batch, std::uint64_t step) {
    StepResult result;
    result.finite_samples = AllFinite(batch.samples);
    result.loss = program.ForwardBackward(
        batch.samples, batch.labels, streams.SeedFor("dropout", step),
        {.label_smoothing = recipe.label_smoothing, .class_weights = class_weights});
    result.gradient_norm = norm.Measure(program.flat_gradients(), pool);
    if (!result.finite()) return result;
    optimizer->Update(program.flat_params(), program.flat_gradients(), LearningRate(step), pool,
                      optim::ClipScale(result.gradient_norm, recipe.clip_norm));
    if (average) average->Update(pool);
    return result;
  }

  StepResult Step(std::span<const std::int64_t> records, std::uint64_t step) {
    const std::span<const float> samples = Read(problem.development(), records);
    for (std::size_t i = 0; i < records.size(); ++i) {
      labels[i] = problem.development().Label(records[i]);
    }
    return Step(MiniBatch{.samples = samples, .labels = std::span(labels).first(records.size())},
                step);
  }

  /// Appends the epoch's mean loss to the result. Ends early when training diverged.
  void Epoch(std::uint64_t epoch, std::uint64_t& step, const std::stop_token& stop,
             TrainResult& result) {
    std::vector<std::int64_t> order(problem.train().begin(), problem.train().end());
    Shuffle(order, streams.For("order", epoch));
    order.resize(static_cast<std::size_t>(samples_per_epoch()));
    const auto num_samples = static_cast<double>(order.size());
    BatchLoader loader(problem.development(), std::move(order), augmenter,
                       {.mb = options.mb, .seed = options.seed, .epoch = epoch});
    double sum = 0;
    for (MiniBatch batch = loader.Next(); !batch.labels.empty(); batch = loader.Next()) {
      if (stop.stop_requested()) throw base::Interrupted("training was interrupted");
      const StepResult found = Step(batch, step++);
      if (!found.finite()) {
        result.train_loss.push_back(found.loss);
        result.diverged = true;
        result.reason = found.Trouble();
        return;
      }
      sum += found.loss * static_cast<double>(batch.labels.size());
    }
    result.train_loss.push_back(sum / num_samples);
    // The last update has not shown in any loss.
    result.diverged = !AllFinite(program.flat_params());
    if (result.diverged) result.reason = "a weight became NaN or infinite";
  }

  /// Of the averaged network, where there is one.
  void Validate(TrainResult& result) {
    if (average) average->Swap();
    const Measured found = Measure(problem.development(), problem.validation());
    if (average) average->Swap();
    result.validation_accuracy.push_back(found.confusion.Accuracy());
    result.validation_score.push_back(Score(options.metric, found.confusion));
    result.validation_loss.push_back(found.loss);
  }

  Measured Measure(const data::Dataset& dataset, std::span<const std::int64_t> records) {
    const auto classes = static_cast<std::size_t>(program.num_classes());
    Measured found{.confusion = Confusion(program.num_classes())};
    for (std::size_t first = 0; first < records.size();) {
      const auto count = std::min(static_cast<std::size_t>(options.mb), records.size() - first);
      const auto chunk = records.subspan(first, count);
      const std::span<float> scores = std::span(logits).first(count * classes);
      program.Forward(Read(dataset, chunk), scores);
      for (std::size_t i = 0; i < count; ++i) {
        const auto row = scores.subspan(i * classes, classes);
        const auto best = std::max_element(row.begin(), row.end()) - row.begin();
        const std::int32_t label = dataset.Label(chunk[i]);
        found.confusion.Add(label, static_cast<std::int32_t>(best));
        found.loss += CrossEntropy(row, label);
      }
      first += count;
    }
    if (!records.empty()) found.loss /= static_cast<double>(records.size());
    if (std::isnan(found.loss)) found.loss = std::numeric_limits<double>::infinity();
    return found;
  }

  const data::Problem& problem;
  TrainOptions options;
  const Recipe& recipe;  // of the options
  base::RandomStreams streams;
  base::ThreadPool pool;
  engine::Program program;
  std::unique_ptr<optim::Optimizer> optimizer;
  optim::GradientNorm norm;
  std::optional<ProgramAverage> average;
  data::Augmenter augmenter;
  std::vector<float> class_weights;  // empty: 1 for all
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

bool StepResult::finite() const {
  return finite_samples && std::isfinite(loss) && std::isfinite(gradient_norm);
}

std::string StepResult::Trouble() const {
  if (!finite_samples) return "a sample has a value that is NaN or infinite";
  if (!std::isfinite(loss)) return "the loss became NaN or infinite";
  return std::isfinite(gradient_norm) ? "" : "a gradient became NaN or infinite";
}

StepResult Child::Step(std::span<const std::int64_t> records, std::uint64_t step) {
  return impl_->Step(records, step);
}

TrainResult Child::Train(const std::stop_token& stop) {
  const auto start = std::chrono::steady_clock::now();
  const TrainOptions& options = impl_->options;
  TrainResult result;
  std::uint64_t step = 0;
  for (int epoch = 1; epoch <= options.epochs; ++epoch) {
    impl_->Epoch(static_cast<std::uint64_t>(epoch), step, stop, result);
    if (result.diverged) break;
    impl_->Validate(result);
    if (options.on_epoch) options.on_epoch(epoch, result.validation_accuracy.back());
    if (epoch < options.epochs && options.go_on && !options.go_on(result.validation_score)) break;
  }
  if (impl_->average && !result.diverged) impl_->average->Swap();
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return result;
}

Confusion Child::Measure(const data::Dataset& dataset) {
  std::vector<std::int64_t> all(static_cast<std::size_t>(dataset.size()));
  std::iota(all.begin(), all.end(), 0);
  return impl_->Measure(dataset, all).confusion;
}

double Child::Accuracy(const data::Dataset& dataset) { return Measure(dataset).Accuracy(); }

std::int64_t PlannedBytes(const graph::Graph& graph, std::int64_t mb, int num_threads,
                          const Recipe& recipe) {
  const std::vector<graph::NodeInfo> infos = graph::Analyze(graph);
  const std::int64_t loaders = recipe.augment == "none" ? 1 : 2;
  const std::int64_t staged =
      mb * ((1 + loaders) * (graph.input.size() + 1) + infos.back().shape.size());
  const std::int64_t params = engine::Program::PlannedParams(graph);
  // The running averages are two of each batch norm's channels, which the parameters cover.
  return engine::Program::PlannedBytes(graph, mb, num_threads,
                                       engine::NamedPrecision(recipe.precision)) +
         optim::StateBytes(recipe.optimizer, params) +
         (recipe.ema > 0 ? 2 * optim::WeightAverage::StateBytes(params) : 0) +
         staged * static_cast<std::int64_t>(sizeof(float));
}

std::int64_t PlannedBytes(const graph::Graph& graph, std::int64_t mb, int num_threads) {
  return PlannedBytes(graph, mb, num_threads, Recipe());
}

}  // namespace netsmith::train
