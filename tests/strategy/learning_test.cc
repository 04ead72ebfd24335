#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
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

/// A made-up accuracy: each decision adds a share of its own, which is uniform at random from the
/// seed for each option. `floor` is the accuracy of the worst option everywhere; 1 that of the
/// best.
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

/// Rewards as of data that are hard, where networks differ much, and as of data that are easy.
constexpr double kFloors[] = {0.1, 0.9};
constexpr int kSeeds = 8;

// Random search's mean best of these rewards at 200 trials lies near 0.83 of the range between the
// worst and the best genome, with a standard error of 0.01 over eight seeds; so 0.05 more is no
// accident.
TEST(LearningTest, DefaultControllerFindsBetterThanRandomSearchIn200Trials) {
  for (const double floor : kFloors) {
    const double random = MeanBest("random", {}, floor, 200, 4, kSeeds);
    const double learned = MeanBest("reinforce", {}, floor, 200, 4, kSeeds);
    EXPECT_GT((learned - random) / (1 - floor), 0.05) << floor << " " << learned << " " << random;
  }
}

TEST(LearningTest, EveryCellAndOptimizerFindsBetterThanRandomSearchIn500Trials) {
  const double random = MeanBest("random", {}, 0.1, 500, 4, kSeeds);
  for (const char* cell : {"nas", "lstm", "gru", "rnn"}) {
    for (const char* optimizer : {"adam", "rmsprop"}) {
      StrategyOptions options;
      options.reinforce.cell = cell;
      options.reinforce.optimizer = optimizer;
      options.reinforce.learning_rate = 0.005;
      options.reinforce.units = 24;
      const double learned = MeanBest("reinforce", options, 0.1, 500, 4, kSeeds);
      EXPECT_GT((learned - random) / 0.9, 0.05) << cell << " " << optimizer << " " << learned;
    }
  }
}

// One Gaussian per decision cannot leave out a bad option between two good ones, so it gains less;
// it is measured on a space of plain ranges, as it is used.
TEST(LearningTest, StatePolicyMovesItsMeansToTheRewardedValues) {
  std::vector<space::Decision> decisions;
  for (const char* name : {"kernel", "filters", "pool", "dropout"}) {
    std::vector<std::int64_t> options(64);
    std::iota(options.begin(), options.end(), 1);
    decisions.push_back({name, options});
  }
  const std::vector<double> targets = {50, 40, 20, 60};
  const auto reward = [&](const space::Genome& genome) {
    double distance = 0;
    for (std::size_t d = 0; d < targets.size(); ++d) {
      distance += std::abs(genome[d] + 1 - targets[d]) / 64;
    }
    return 1 - distance / 4;
  };
  StrategyOptions options;
  options.reinforce.policy = "state";
  const auto strategy = MakeStrategy("reinforce", decisions, options, 1);
  std::vector<double> means;
  for (int generation = 0; generation < 125; ++generation) {
    std::vector<study::Told> told;
    double sum = 0;
    for (space::Genome& genome : strategy->Ask(4)) {
      const double value = reward(genome);
      told.push_back({.genome = std::move(genome), .reward = value});
      sum += value;
    }
    strategy->Tell(told);
    means.push_back(sum / 4);
  }
  const double first = std::accumulate(means.begin(), means.begin() + 10, 0.0) / 10;
  const double last = std::accumulate(means.end() - 10, means.end(), 0.0) / 10;
  EXPECT_LT(first, 0.65);
  // Draws with sigma 10 around the targets themselves would earn about 0.88, with exploration 0.86.
  EXPECT_GT(last, 0.80);
}

}  // namespace
}  // namespace netsmith::strategy
