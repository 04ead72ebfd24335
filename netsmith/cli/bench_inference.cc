#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <stop_token>
#include <string>
#include <vector>

#include "netsmith/base/error.h"
#include "netsmith/base/random.h"
#include "netsmith/base/thread_pool.h"
#include "netsmith/cli/commands.h"
#include "netsmith/cli/flags.h"
#include "netsmith/cli/output.h"
#include "netsmith/cli/study_json.h"
#include "netsmith/engine/program.h"
#include "netsmith/engine/weights.h"
#include "netsmith/graph/graph.h"
#include "netsmith/model/file.h"
#include "netsmith/model/predictor.h"
#include "netsmith/report/format.h"

namespace netsmith::cli {
namespace {

/// A model of this network as it is before any training.
model::Model Untrained(const graph::Graph& graph) {
  model::Model model;
  model.graph = graph::WithoutUnused(graph);
  base::ThreadPool pool(1);
  engine::Program program(model.graph, 1, pool);
  base::Generator generator = base::RandomStreams(1).For("weights");
  program.InitParams(generator);
  model.weights = engine::ReadWeights(program);
  model.preprocessing = model::OfBytes(graph.input);
  for (int i = 0; i < program.num_classes(); ++i) model.class_names.push_back(fmt::format("{}", i));
  return model;
}

/// Times a Predictor on noise, one sample after the other: preprocessing, network and softmax.
class BenchInference : public Command {
 public:
  void Declare(OptionTable& options) override {
    options.Positional("MODEL", &model_, "A model's file, instead of --network");
    network_.Declare(options);
    options.Group("Measurement");
    options.Integer("runs", &runs_, {1, 10'000'000}, "Samples measured, after a tenth to warm up");
    options.Text("save", "FILE", &save_, "Write the model that is measured to this file");
    options.Group("Output");
    options.Flag("json", &json_, "Print one JSON object on one line");
  }

  int Run(const std::stop_token& stop) override {
    if (model_.empty() == network_.network.empty()) {
      throw base::ConfigError("found MODEL and --network, or neither, expected one of them");
    }
    const model::Model model = model_.empty() ? Untrained(network_.Parse()) : model::Load(model_);
    if (!save_.empty()) model::Save(model, save_);
    Report(model.graph, Measure(model, stop));
    return kDone;
  }

 private:
  /// Microseconds of each run, ascending.
  std::vector<double> Measure(const model::Model& model, const std::stop_token& stop) const {
    using Clock = std::chrono::steady_clock;
    model::Predictor predictor(model);
    base::Generator generator = base::RandomStreams(1).For("bench");
    std::vector<float> sample(static_cast<std::size_t>(predictor.sample_size()));
    for (float& value : sample) value = static_cast<float>(generator.Below(256));
    std::vector<float> probabilities(static_cast<std::size_t>(predictor.num_classes()));
    std::vector<double> times;
    const std::int64_t warm_up = runs_ / 10 + 1;
    for (std::int64_t run = -warm_up; run < runs_; ++run) {
      if (stop.stop_requested()) throw base::Interrupted("the measurement was interrupted");
      const auto start = Clock::now();
      predictor.Predict(sample, probabilities);
      const std::chrono::duration<double, std::micro> time = Clock::now() - start;
      if (run >= 0) times.push_back(time.count());
    }
    std::ranges::sort(times);
    return times;
  }

  void Report(const graph::Graph& graph, const std::vector<double>& times) const {
    const double median = times[times.size() / 2];
    const double slow = times[times.size() * 9 / 10];
    const graph::Costs costs = graph::TotalCosts(graph);
    if (json_) {
      PrintJson({{"network", model_.empty() ? network_.network : model_},
                 {"median_us", median},
                 {"min_us", times.front()},
                 {"p90_us", slow},
                 {"runs", runs_},
                 {"params", costs.params},
                 {"macs", costs.macs}});
      return;
    }
    Print(fmt::format(
        "{:.1f} µs a sample on one thread (median of {}, fastest {:.1f}, nine of ten within "
        "{:.1f}): {:.1f} GFLOP/s\n{} parameters, {} multiply-adds\n",
        median, runs_, times.front(), slow, 2e-3 * static_cast<double>(costs.macs) / median,
        report::Grouped(costs.params), report::Grouped(costs.macs)));
  }

  std::string model_;
  NetworkFlags network_;
  std::int64_t runs_ = 1000;
  std::string save_;
  bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeBenchInference() { return std::make_unique<BenchInference>(); }

}  // namespace netsmith::cli
