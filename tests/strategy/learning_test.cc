#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "netsmith/base/random.h"
#include "netsmith/space/search_space.h"
#include "netsmith/strategy/registry.h"
#include "netsmith/study/strategy.h"

// Whether the controller, as it is by default, learns within the trials that a real search has.
namespace netsmith::strategy {
namespace {

/// Two layers of the classic space.
std::vector<space::Decision> ClassicDecisions() {
  std::vector<space::Decision> decisions;
  for (const std::string layer : {"layer1.", "layer2."}) {
    decisions.push_back({layer + "kernel", {1, 2, 3, 5, 7, 11, 15, 21, 29, 41, 57}});
    decisions.push_back({layer + "filters", {4, 8, 16, 24, 32, 48, 64}});
    decisions.push_back({layer + "pool", {1, 2, 3, 5, 7, 11, 15, 21, 29, 41, 57}});
    decisions.push_back({layer + "dropout", {0, 5, 10, 15, 20, 30, 40, 50, 60}});
  }
  return decisions;
}

/// A made-up accuracy: each decision adds its own share, uniform at random from the seed, with a
/// noise of `noise` per genome. `floor` is the accuracy of the worst choice everywhere; 1 that of
/// the best.
class SeparableReward {
 public:
  SeparableReward(const std::vector<space::Decision>& decisions, std::uint64_t seed, double floor)
      : floor_(floor) {
    base::Generator generator = base::RandomStreams(seed).For("reward");
    for (const space::Decision& decision : decisions) {
      std::vector<double>& shares = shares_.emplace_back();
      for (std::size_t k = 0; k < decision.options.size(); ++k) {
        shares.push_back(generator.Uniform());
      }
      const auto [low, high] = std::minmax_element(shares.begin(), shares.end());
      const double least = *low;
      const double range = *high - least;
      for (double& share : shares) share = (share - least) / range;
    }
  }

  double operator()(const space::Genome& genome) const {
    double sum = 0;
    for (std::size_t d = 0; d < genome.size(); ++d) {
      sum += shares_[d][static_cast<std::size_t>(genome[d])];
    }
    return floor_ + (1 - floor_) * sum / static_cast<double>(genome.size());
  }

 private:
  double floor_;
  std::vector<std::vector<double>> shares_;
};

/// Best reward among `num_trials`, in generations of `batch`.
double BestReward(const std::string& name, const StrategyOptions& options, std::uint64_t seed,
                  double floor, int num_trials, int batch) {
  const std::vector<space::Decision> decisions = ClassicDecisions();
  const SeparableReward reward(decisions, seed, floor);
  const auto strategy = MakeStrategy(name, decisions, options, seed);
  double best = 0;
  for (int trial = 0; trial < num_trials; trial += batch) {
    std::vector<study::Told> told;
    for (space::Genome& genome : strategy->Ask(batch)) {
      told.push_back({.genome = std::move(genome)});
      told.back().reward = reward(told.back().genome);
      best = std::max(best, told.back().reward);
    }
    strategy->Tell(told);
  }
  return best;
}

double MeanBest(const std::string& name, const StrategyOptions& options, double floor,
                int num_trials, int batch, int num_seeds) {
  double sum = 0;
  for (int seed = 0; seed < num_seeds; ++seed) {
    sum += BestReward(name, options, static_cast<std::uint64_t>(seed), floor, num_trials, batch);
  }
  return sum / num_seeds;
}

}  // namespace
}  // namespace netsmith::strategy
