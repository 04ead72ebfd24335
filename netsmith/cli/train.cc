#include <fmt/format.h>

#include <cmath>
#include <cstdint>
#include <exception>
#include <memory>
#include <nlohmann/json.hpp>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "netsmith/base/error.h"
#include "netsmith/base/log.h"
#include "netsmith/cli/commands.h"
#include "netsmith/cli/flags.h"
#include "netsmith/cli/model_output.h"
#include "netsmith/cli/output.h"
#include "netsmith/cli/study_json.h"
#include "netsmith/data/dataset.h"
#include "netsmith/graph/graph.h"
#include "netsmith/report/comparison.h"
#include "netsmith/report/format.h"
#include "netsmith/report/progress.h"
#include "netsmith/report/statistics.h"
#include "netsmith/space/network.h"
#include "netsmith/train/full_training.h"
#include "netsmith/train/recipe.h"

namespace netsmith::cli {
namespace {

class Train : public Command {
 public:
  void Declare(OptionTable& options) override {
    options.Group("Network");
    options.Text("network", "NET", &network_,
                 "The network: k,f,p,d;… (kernel, filters, pool, dropout percent of each layer), "
                 "SPACE:genome or @graph.json");
    data_.Declare(options);
    training_.Declare(options);
    options.Real("learning-rate", &learning_rate_, {0, 10, true},
                 "Learning rate, the highest of the schedule");
    options.Integer("samples", &samples_, {0, 1'000'000'000'000},
                    "Training samples an epoch sees; 0 means all");
    options.Integer("seed", &seed_, {0, kMaxSeed},
                    "First seed: weights, order of samples, dropout");
    options.Group("Output");
    out_.Declare(options);
    options.Flag("json", &json_, "Print one JSON object on one line");
  }

  int Run(const std::stop_token& stop) override {
    if (network_.empty()) throw base::ConfigError("--network: not given, expected a network");
    training_.recipe.Resolve();
    out_.Prepare();
    const data::Problem problem = data_.Load(stop);
    training_.Settle(problem);
    const auto graph = space::ParseNetwork(network_, problem.development().shape(),
                                           problem.development().num_classes());
    training_.recipe.recipe =
        space::WithDecided(training_.recipe.recipe, space::ParseTraining(network_));
    const train::Recipe& recipe = training_.recipe.recipe;
    const graph::Costs costs = graph::TotalCosts(graph);
    base::LogInfo(
        fmt::format("training {} ({} parameters, {} multiply-adds) on {} samples of {}: {}, {}{}",
                    network_, report::Grouped(costs.params), report::Grouped(costs.macs),
                    report::Grouped(std::ssize(problem.train())), data_.data,
                    report::Counted(training_.epochs, "epoch"),
                    report::Counted(training_.seeds, "seed"), RecipeText(recipe)));
    const auto result =
        train::TrainInFull(std::vector<train::NamedNetwork>{{network_, graph, recipe}}, problem,
                           {.epochs = training_.epochs,
                            .mb = training_.mb,
                            .max_samples = samples_,
                            .learning_rates = {learning_rate_},
                            .seed = static_cast<std::uint64_t>(seed_),
                            .num_seeds = training_.seeds,
                            .num_cores = training_.threads,
                            .on_training = report::LogFullTraining},
                           stop)
            .front();
    nlohmann::ordered_json model;
    std::exception_ptr trouble;
    try {
      if (out_.wanted()) model = out_.Write(graph, result, problem, data_, Request());
    } catch (...) {
      trouble = std::current_exception();  // the accuracies are printed all the same
    }
    Report(result, costs, model);
    if (trouble) std::rethrow_exception(trouble);
    return kDone;
  }

 private:
  /// What was asked for.
  nlohmann::ordered_json Request() const {
    return {{"network", network_},
            {"data", data_.data},
            {"epochs", training_.epochs},
            {"mb", training_.mb},
            {"samples", samples_},
            {"learning_rate", learning_rate_},
            {"seed", seed_},
            {"recipe", train::Describe(training_.recipe.recipe)}};
  }

  void Report(const train::FullTrainingResult& result, const graph::Costs& costs,
              const nlohmann::ordered_json& model) const {
    const report::MeanSd test = report::MeanAndSd(result.test_accuracy);
    if (json_) {
      // A diverged training's accuracy is NaN, which JSON writes as null.
      nlohmann::ordered_json object = {
          {"network", network_},       {"test_accuracy", result.test_accuracy},
          {"mean", test.mean},         {"sd", test.sd},
          {"params", costs.params},    {"macs", costs.macs},
          {"seconds", result.seconds}, {"validation_accuracy", result.validation_accuracy}};
      object.update(Request());
      if (!model.is_null()) object["model"] = model;
      PrintJson(object);
      return;
    }
    for (std::size_t i = 0; i < result.test_accuracy.size(); ++i) {
      const double accuracy = result.test_accuracy[i];
      Print(fmt::format(
          "seed {}: {}\n", seed_ + static_cast<std::int64_t>(i),
          std::isnan(accuracy)
              ? "diverged"
              : fmt::format("test accuracy {}, validation accuracy {}", report::Percent(accuracy),
                            report::Percent(result.validation_accuracy[i]))));
    }
    Print(fmt::format("test accuracy {}, {} parameters, {} multiply-adds, {} of training\n",
                      report::AccuracyText(result.test_accuracy), report::Grouped(costs.params),
                      report::Grouped(costs.macs), report::Duration(result.seconds)));
  }

  std::string network_;
  DataFlags data_;
  TrainingFlags training_;
  double learning_rate_ = 1e-3;
  std::int64_t samples_ = 0;
  std::int64_t seed_ = 0;
  ModelOutput out_;
  bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeTrain() { return std::make_unique<Train>(); }

}  // namespace netsmith::cli
