// How much of a table's Pareto front of accuracy and size strategies find, told of both objectives
// or of the accuracy alone.
//
// usage: bench_objectives TABLE REWARD SIZE [RUNS] [TRIALS]        100 runs of 200 trials
//
// TABLE as for `netsmith bench table`, with the columns ops, REWARD and SIZE. Prints the mean
// hypervolume of the trials over that of the whole table, with its standard error, for the
// reference accuracy 0 and the largest size. "weights" is the alternative that was not taken:
// augmented Chebyshev with weights drawn for each generation, on ranks (ParEGO: Knowles 2006, IEEE
// TEVC 10).
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <span>
#include <string>
#include <vector>

#include "netsmith/base/random.h"
#include "netsmith/benchmark/table.h"
#include "netsmith/data/formats/byte_source.h"
#include "netsmith/report/pareto.h"
#include "netsmith/report/statistics.h"
#include "netsmith/search/told.h"
#include "netsmith/strategy/registry.h"

namespace {

using namespace netsmith;
using study::Objective;
using study::Told;
using study::Trial;

constexpr int kBatch = 4;
const std::vector kObjectives = {Objective::kAccuracy, Objective::kParams};

Trial TrialOf(const benchmark::Table::Row& row, std::int64_t number, space::Genome genome) {
  Trial trial;
  trial.number = number;
  trial.genome = std::move(genome);
  trial.state = study::TrialState::kComplete;
  trial.evaluation.reward = row.reward;
  trial.evaluation.params = std::llround(1e6 * row.cost);
  return trial;
}

std::vector<Told> ByWeights(std::span<const Trial> trials, std::size_t first, double weight) {
  std::vector<Told> told;
  for (const Trial& trial : trials.subspan(first)) {
    double more_accurate = 0, smaller = 0;
    for (const Trial& other : trials) {
      more_accurate += other.evaluation.reward > trial.evaluation.reward;
      smaller += other.evaluation.params < trial.evaluation.params;
    }
    const double a = weight * more_accurate / static_cast<double>(trials.size());
    const double b = (1 - weight) * smaller / static_cast<double>(trials.size());
    told.push_back({trial.genome, 1 - (std::max(a, b) + 0.05 * (a + b)) / 1.05});
  }
  return told;
}

std::vector<Trial> Run(const benchmark::Table& table, const std::string& name,
                       const std::string& told, int num_trials, std::uint64_t seed) {
  strategy::StrategyOptions options;
  auto& controller = options.guided.controller;
  controller.policy = "independent";
  controller.learning_rate = 0.1;
  const auto strategy = strategy::MakeStrategy(name, table.decisions, options, seed);
  std::vector<Trial> trials;
  while (std::ssize(trials) < num_trials) {
    const std::size_t first = trials.size();
    for (space::Genome& genome : strategy->Ask(kBatch)) {
      const auto& row = table.rows[table.IndexOf(genome)];
      trials.push_back(TrialOf(row, std::ssize(trials), std::move(genome)));
    }
    const double weight = base::RandomStreams(seed).For("weight", first).Uniform();
    const std::vector<Objective> one = {Objective::kAccuracy};
    strategy->Tell(told == "weights"
                       ? ByWeights(trials, first, weight)
                       : search::ToldOf(told == "both" ? kObjectives : one, trials, first));
  }
  return trials;
}

void Measure(const benchmark::Table& table, int num_runs, int num_trials) {
  std::vector<Trial> all;
  for (const auto& row : table.rows) all.push_back(TrialOf(row, std::ssize(all), {}));
  study::StudySpec spec{.name = "", .space_signature = "", .decisions = {}};
  spec.objectives = kObjectives;
  const report::ParetoFront whole = report::FrontOf(spec, all);
  fmt::print("the table: {} networks, {} on the front, hypervolume {:.4f}\n", all.size(),
             whole.trials.size(), whole.hypervolume);
  for (const char* name : {"random", "evolution", "reinforce", "gp", "guided"}) {
    for (const char* told : {"accuracy", "weights", "both"}) {
      if (name == std::string("random") && told != std::string("accuracy")) continue;
      std::vector<double> shares;
      for (int run = 0; run < num_runs; ++run) {
        const auto trials = Run(table, name, told, num_trials, static_cast<std::uint64_t>(run));
        shares.push_back(report::Hypervolume(kObjectives, whole.reference, trials) /
                         whole.hypervolume);
      }
      const auto found = report::MeanAndSd(shares);
      fmt::print("{:<10} told {:<9} {:.4f} ± {:.4f}\n", name, told, found.mean,
                 found.sd / std::sqrt(num_runs));
      std::fflush(stdout);
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) {
    fmt::print(stderr, "usage: bench_objectives TABLE REWARD SIZE [RUNS] [TRIALS]\n");
    return 2;
  }
  try {
    const auto source = data::OpenFile(argv[1]);
    const auto table =
        benchmark::ReadTable(*source, {.reward = argv[2], .score = argv[2], .cost = argv[3]});
    Measure(table, argc > 4 ? std::atoi(argv[4]) : 100, argc > 5 ? std::atoi(argv[5]) : 200);
  } catch (const std::exception& error) {
    fmt::print(stderr, "bench_objectives: {}\n", error.what());
    return 1;
  }
  return 0;
}
