#include <fmt/format.h>

#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <stop_token>
#include <string>
#include <vector>

#include "netsmith/base/error.h"
#include "netsmith/cli/commands.h"
#include "netsmith/cli/flags.h"
#include "netsmith/cli/output.h"
#include "netsmith/cli/study_json.h"
#include "netsmith/graph/graph.h"
#include "netsmith/model/file.h"
#include "netsmith/model/latency.h"
#include "netsmith/report/format.h"

namespace netsmith::cli {
namespace {

/// Times a Predictor on noise, one sample after the other: preprocessing, network and softmax.
class BenchInference : public Command {
 public:
  void Declare(OptionTable& options) override {
    options.Positional("MODEL", &model_, "A model's file, instead of --network", true);
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
    const model::Model model =
        model_.empty() ? model::Untrained(network_.Parse()) : model::Load(model_);
    if (!save_.empty()) model::Save(model, save_);
    Report(model.graph, model::TimeAnswers(model, runs_, stop));
    return kDone;
  }

 private:
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
