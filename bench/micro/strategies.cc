// How much better than random search strategies find, in a real space on made-up rewards.
//
// usage: bench_strategies [SPACE] [TRIALS] [RUNS]                   conv2d, 60 trials, 40 runs
//
// Each run draws what every option is worth and what pairs of options are worth beside each other;
// decisions differ in how much they matter. A strategy is told that, squeezed into [0, 1], with
// noise of 0.01 as of a validation accuracy. Prints the mean over the runs of the best genome's
// reward without the noise, with its standard error. No network is trained.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <utility>
#include <vector>

#include "netsmith/base/random.h"
#include "netsmith/report/statistics.h"
#include "netsmith/space/registry.h"
#include "netsmith/strategy/registry.h"

namespace {

using namespace netsmith;

constexpr int kBatch = 4;
constexpr double kNoise = 0.01;

class MadeUpReward {
 public:
  MadeUpReward(const std::vector<space::Decision>& decisions, std::uint64_t seed) {
    base::Generator generator = base::RandomStreams(seed).For("rewards");
    for (const space::Decision& decision : decisions) {
      const double weight = std::pow(generator.Uniform(), 2);
      std::vector<double>& worth = worth_.emplace_back(decision.options.size());
      for (double& each : worth) each = weight * generator.Normal();
    }
    const std::size_t count = decisions.size();
    for (std::size_t i = 0; i < count / 2; ++i) {
      const std::size_t a = generator.Below(count);
      const std::size_t b = (a + 1 + generator.Below(count - 1)) % count;
      pairs_.push_back({a, b, 0.6 * generator.Normal()});
    }
  }

  double operator()(const space::Genome& genome) const {
    double sum = 0;
    for (std::size_t d = 0; d < genome.size(); ++d) {
      sum += worth_[d][static_cast<std::size_t>(genome[d])];
    }
    for (const Pair& pair : pairs_) {
      sum += (genome[pair.a] + genome[pair.b]) % 2 == 0 ? pair.worth : -pair.worth;
    }
    return 0.5 + 0.45 / (1 + std::exp(-sum / 2.5));
  }

 private:
  struct Pair {
    std::size_t a;
    std::size_t b;
    double worth;
  };
  std::vector<std::vector<double>> worth_;
  std::vector<Pair> pairs_;
};

double Best(const std::string& name, const std::vector<space::Decision>& decisions, int num_trials,
            std::uint64_t seed) {
  const auto strategy = strategy::MakeStrategy(name, decisions, {}, seed);
  const MadeUpReward reward(decisions, seed);
  base::Generator noise = base::RandomStreams(seed).For("noise");
  double best = 0, best_told = -1;
  for (int trial = 0; trial < num_trials; trial += kBatch) {
    std::vector<study::Told> told;
    for (space::Genome& genome : strategy->Ask(std::min(kBatch, num_trials - trial))) {
      const double exact = reward(genome);
      told.push_back({std::move(genome), exact + kNoise * noise.Normal()});
      if (told.back().reward > best_told) {
        best_told = told.back().reward;
        best = exact;
      }
    }
    strategy->Tell(told);
  }
  return best;
}

void Measure(const std::string& space_name, int num_trials, int num_runs) {
  const auto space = space::MakeSpace(space_name, {});
  for (const char* name : {"random", "evolution", "local", "reinforce", "gp", "guided"}) {
    std::vector<double> best;
    for (int run = 0; run < num_runs; ++run) {
      best.push_back(Best(name, space->decisions(), num_trials, static_cast<std::uint64_t>(run)));
    }
    const auto found = report::MeanAndSd(best);
    fmt::print("{:<10} {:.4f} ± {:.4f}\n", name, found.mean, found.sd / std::sqrt(num_runs));
    std::fflush(stdout);
  }
}

}  // namespace

int main(int argc, char** argv) {
  try {
    Measure(argc > 1 ? argv[1] : "conv2d", argc > 2 ? std::atoi(argv[2]) : 60,
            argc > 3 ? std::max(1, std::atoi(argv[3])) : 40);
  } catch (const std::exception& error) {
    fmt::print(stderr, "bench_strategies: {}\n", error.what());
    return 1;
  }
  return 0;
}
