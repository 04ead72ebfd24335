#include "netsmith/cli/ensemble.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <optional>
#include <utility>
#include <vector>

#include "netsmith/base/log.h"
#include "netsmith/cli/model_output.h"
#include "netsmith/model/ensemble.h"
#include "netsmith/model/evaluate.h"
#include "netsmith/report/statistics.h"

namespace netsmith::cli {
namespace {

/// Joins one training of each member; nothing where one of them diverged. `weights` is which list
/// of the results, `index` the place in it.
std::optional<model::Network> Join(std::span<const train::NamedNetwork> members,
                                   std::span<const train::FullTrainingResult* const> trainings,
                                   std::vector<engine::Weights> train::FullTrainingResult::*weights,
                                   std::size_t index) {
  std::vector<model::Network> networks;
  for (std::size_t i = 0; i < members.size(); ++i) {
    const engine::Weights& learnt = (trainings[i]->*weights)[index];
    if (learnt.params.empty()) return std::nullopt;
    networks.push_back({graph::WithoutUnused(members[i].graph), learnt});
  }
  return model::Ensemble(networks);
}

/// Measures networks on the problem's data.
class Measuring {
 public:
  Measuring(const data::Problem& problem, int num_threads, std::stop_token stop)
      : problem_(problem), num_threads_(num_threads), stop_(std::move(stop)) {}

  train::Standing OnValidation(const model::Network& network,
                               std::span<const std::int64_t> records) const {
    return On(problem_.development(), network, records);
  }
  double OnTest(const model::Network& network) const {
    const data::Dataset& test = problem_.OpenTestSet("full training of an ensemble");
    std::vector<std::int64_t> all(static_cast<std::size_t>(test.size()));
    std::iota(all.begin(), all.end(), 0);
    return On(test, network, all).accuracy;
  }

 private:
  train::Standing On(const data::Dataset& dataset, const model::Network& network,
                     std::span<const std::int64_t> records) const {
    model::MetricsSum sum(dataset.num_classes());
    model::Evaluate(TrainedModel(network, problem_), dataset, records, num_threads_, stop_, sum);
    const model::Metrics metrics = sum.Result();
    return {.accuracy = metrics.accuracy, .loss = metrics.log_loss};
  }

  const data::Problem& problem_;
  int num_threads_;
  std::stop_token stop_;
};

}  // namespace

graph::Graph EnsembleGraphOf(std::span<const train::NamedNetwork> members) {
  std::vector<graph::Graph> graphs;
  for (const train::NamedNetwork& member : members) graphs.push_back(member.graph);
  return model::EnsembleGraph(graphs);
}

train::FullTrainingResult MeasureEnsemble(
    std::span<const train::NamedNetwork> members,
    std::span<const train::FullTrainingResult* const> trainings, const data::Problem& problem,
    const train::FullTrainingOptions& options, const std::stop_token& stop) {
  using train::FullTrainingResult;
  const Measuring measuring(problem, options.num_cores, stop);
  FullTrainingResult result;
  const auto validate = [&](const std::optional<model::Network>& network,
                            std::span<const std::int64_t> records) {
    const train::Standing standing =
        network ? measuring.OnValidation(*network, records) : train::Standing();
    result.validation_accuracy.push_back(standing.accuracy);
    result.validation_loss.push_back(standing.loss);
  };
  const bool has_folds = options.num_folds > 1;
  if (has_folds) {
    const auto folds = problem.Folds(options.num_folds, options.seed);
    for (std::size_t f = 0; f < folds.size(); ++f) {
      validate(Join(members, trainings, &FullTrainingResult::fold_weights, f), folds[f].validation);
    }
  }
  for (std::size_t s = 0; s < static_cast<std::size_t>(options.num_seeds); ++s) {
    const auto network = Join(members, trainings, &FullTrainingResult::seed_weights, s);
    if (!has_folds) validate(network, problem.validation());
    result.test_accuracy.push_back(network ? measuring.OnTest(*network)
                                           : std::numeric_limits<double>::quiet_NaN());
    const double validation = has_folds ? report::MeanAndSd(result.validation_accuracy).mean
                                        : result.validation_accuracy.back();
    if (!network || (result.best && result.best->validation_accuracy >= validation)) continue;
    result.best = {.seed = options.seed + s,
                   .validation_accuracy = validation,
                   .test_accuracy = result.test_accuracy.back(),
                   .weights = network->weights};
  }
  for (const FullTrainingResult* training : trainings) result.seconds += training->seconds;
  if (std::ranges::any_of(result.test_accuracy, [](double a) { return std::isnan(a); })) {
    base::LogWarning("the ensemble: a training of one of its members diverged");
  }
  return result;
}

}  // namespace netsmith::cli
