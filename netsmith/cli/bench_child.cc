#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <numeric>
#include <stop_token>
#include <string>
#include <vector>

#include "netsmith/base/error.h"
#include "netsmith/base/random.h"
#include "netsmith/cli/commands.h"
#include "netsmith/cli/flags.h"
#include "netsmith/cli/output.h"
#include "netsmith/cli/study_json.h"
#include "netsmith/data/dataset.h"
#include "netsmith/data/memory_dataset.h"
#include "netsmith/engine/instruction_set.h"
#include "netsmith/engine/precision.h"
#include "netsmith/engine/step_cost.h"
#include "netsmith/graph/graph.h"
#include "netsmith/report/table.h"
#include "netsmith/train/train.h"

namespace netsmith::cli {
namespace {

using Clock = std::chrono::steady_clock;

double MillisecondsSince(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

/// Random bytes with random labels: training takes as long as on real data.
data::Problem NoiseProblem(const graph::Graph& graph, std::int64_t num_samples) {
  const int classes = static_cast<int>(graph::Analyze(graph).back().shape.size());
  base::Generator generator = base::RandomStreams(1).For("bench");
  std::vector<std::uint8_t> samples(num_samples * graph.input.size());
  for (std::uint8_t& value : samples) value = static_cast<std::uint8_t>(generator.Below(256));
  std::vector<std::int32_t> labels(num_samples);
  for (std::int32_t& label : labels) label = static_cast<std::int32_t>(generator.Below(classes));
  const auto dataset = std::make_shared<data::MemoryDataset>("noise", graph.input, classes,
                                                             std::move(samples), std::move(labels));
  std::vector<std::int64_t> train(num_samples - 1);
  std::iota(train.begin(), train.end(), 0);
  return {dataset, dataset, std::move(train), {num_samples - 1}};
}

std::int64_t PeakResidentBytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss * std::int64_t{1024};
}

/// Times training steps of one network: the very steps that `train` takes, each with new samples,
/// dropout and the optimizer's update.
class BenchChild : public Command {
 public:
  void Declare(OptionTable& options) override {
    network_.Declare(options);
    options.Group("Measurement");
    options.Integer("mb", &mb_, {1, 1'000'000}, "Samples a training step");
    options.Integer("threads", &threads_, {1, 1024}, "Threads");
    options.Integer("steps", &steps_, {1, 1'000'000}, "Steps measured, after two to warm up");
    options.Choice("precision", &recipe_.precision, engine::PrecisionNames(),
                   "Operands of the convolutions' products");
    options.Group("Output");
    options.Flag("json", &json_, "Print one JSON object on one line");
  }

  int Run(const std::stop_token& stop) override {
    if (network_.network.empty()) {
      throw base::ConfigError("--network: not given, expected a network");
    }
    const graph::Graph graph = network_.Parse();
    const data::Problem problem = NoiseProblem(graph, 4 * mb_ + 1);
    const auto start = Clock::now();
    train::Child child(graph, problem, {.mb = mb_, .recipe = recipe_, .num_threads = threads_});
    const double build_ms = MillisecondsSince(start);
    Measure(child, problem, kWarmUpSteps, stop);
    const std::vector<double> times = Measure(child, problem, steps_, stop);
    child.program().StartProfile();
    Measure(child, problem, kProfiledSteps, stop);
    Report(graph, child.program().profile(), times, build_ms);
    return kDone;
  }

 private:
  static constexpr int kWarmUpSteps = 2;
  static constexpr int kProfiledSteps = 5;

  /// Milliseconds of each step.
  std::vector<double> Measure(train::Child& child, const data::Problem& problem, int steps,
                              const std::stop_token& stop) const {
    std::vector<double> times;
    for (int step = 0; step < steps; ++step) {
      if (stop.stop_requested()) throw base::Interrupted("the measurement was interrupted");
      const auto records = problem.train().subspan(step % 4 * mb_, mb_);
      const auto start = Clock::now();
      child.Step(records, static_cast<std::uint64_t>(step));
      times.push_back(MillisecondsSince(start));
    }
    return times;
  }

  void Report(const graph::Graph& graph, const std::vector<engine::OpTime>& ops,
              std::vector<double> times, double build_ms) const {
    std::sort(times.begin(), times.end());
    const double median = times[times.size() / 2];
    const engine::Precision precision = engine::NamedPrecision(recipe_.precision);
    const graph::Costs costs = graph::TotalCosts(graph);
    // Forward, and the gradients of inputs and of weights: three products of equal size.
    const double gflops = 6.0 * static_cast<double>(costs.macs * mb_) / median / 1e6;
    if (json_) {
      nlohmann::ordered_json op_times = nlohmann::ordered_json::array();
      for (const engine::OpTime& op : ops) {
        op_times.push_back({{"name", op.name},
                            {"forward_ms", op.forward_ms / kProfiledSteps},
                            {"backward_ms", op.backward_ms / kProfiledSteps},
                            {"gradient_ms", op.gradient_ms / kProfiledSteps}});
      }
      PrintJson({{"network", network_.network},
                 {"ms_per_step", median},
                 {"min_ms", times.front()},
                 {"gflops", gflops},
                 {"peak_gflops", engine::PeakGflops()},
                 {"params", costs.params},
                 {"macs", costs.macs},
                 {"mb", mb_},
                 {"threads", threads_},
                 {"steps", steps_},
                 {"precision", recipe_.precision},
                 {"arithmetic", engine::Arithmetic(precision)},
                 {"build_ms", build_ms},
                 {"estimated_ms", engine::EstimatedStepMs(graph, mb_, precision)},
                 {"planned_bytes", train::PlannedBytes(graph, mb_, threads_, recipe_)},
                 {"peak_rss_bytes", PeakResidentBytes()},
                 {"ops", op_times}});
      return;
    }
    Print(fmt::format(
        "{:.2f} ms a step of {} samples on {} threads (median of {}, fastest {:.2f}): {:.0f} "
        "GFLOP/s\nbuilt in {:.1f} ms, {:.1f} MiB planned\n",
        median, mb_, threads_, steps_, times.front(), gflops, build_ms,
        static_cast<double>(train::PlannedBytes(graph, mb_, threads_, recipe_)) / (1 << 20)));
    Print("\n" + OpTable(ops));
  }

  static std::string OpTable(const std::vector<engine::OpTime>& ops) {
    using Align = report::Table::Align;
    report::Table table({{"op", Align::kLeft},
                         {"forward ms", Align::kRight},
                         {"backward ms", Align::kRight},
                         {"gradient ms", Align::kRight}});
    for (const engine::OpTime& op : ops) {
      table.AddRow({op.name, fmt::format("{:.3f}", op.forward_ms / kProfiledSteps),
                    fmt::format("{:.3f}", op.backward_ms / kProfiledSteps),
                    fmt::format("{:.3f}", op.gradient_ms / kProfiledSteps)});
    }
    return table.ToString();
  }

  NetworkFlags network_;
  std::int64_t mb_ = 100;
  int threads_ = 1;
  int steps_ = 15;
  train::Recipe recipe_;
  bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeBenchChild() { return std::make_unique<BenchChild>(); }

}  // namespace netsmith::cli
