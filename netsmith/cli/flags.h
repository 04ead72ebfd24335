#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "netsmith/cli/data_flags.h"
#include "netsmith/cli/option_table.h"
#include "netsmith/cli/recipe_flags.h"
#include "netsmith/graph/graph.h"
#include "netsmith/space/registry.h"
#include "netsmith/space/search_space.h"
#include "netsmith/strategy/registry.h"

/// Groups of options that several commands share, each declared in one place.
namespace netsmith::cli {

/// Cores that this process may use, at least 1.
int NumCores();

/// Seeds of options: small enough to count on from.
inline constexpr std::int64_t kMaxSeed = 1'000'000'000'000'000'000;

struct SpaceFlags {
  std::string space = "auto";
  int max_layers = 2;
  std::string ranges = "auto";

  void Declare(OptionTable& options);
  /// Settles ranges "auto" for a policy of the controller.
  /// Errors   as space::MakeSpace.
  void Resolve(const std::string& policy);
  /// Settles space "auto" for samples of that shape.
  void Settle(graph::SampleShape input);
  /// After both. Errors   as space::MakeSpace.
  std::unique_ptr<space::SearchSpace> Make() const;
};

struct StrategyFlags {
  std::string strategy = "guided";
  strategy::StrategyOptions options;
  std::string policy = "auto";
  double controller_learning_rate = 0;  // 0: by the policy
  double guided_entropy_weight = strategy::GuidedOptions().controller.entropy_weight;
  std::string first_state;  // numbers between commas

  StrategyFlags();
  void Declare(OptionTable& table);
  /// Settles `options`: what is left to the strategy and its policy. Errors   ConfigError for a
  /// first state that is no list of numbers.
  void Resolve();
};

/// What a child may spend, and when it is refused.
struct ChildFlags {
  int epochs = 0;               // 0: settled by Settle, as folds
  std::int64_t samples = 4000;  // 0: all
  int folds = 0;
  std::int64_t mb = 20;  // small, for many updates from few samples (docs/methods.md)
  double learning_rate = 1e-3;
  RecipeFlags recipe;
  std::int64_t max_macs = -1;  // settled by Settle; 0: no limit, likewise below
  std::int64_t max_params = 0;
  std::int64_t max_memory_mib = 2048;
  std::int64_t max_latency = 0;  // microseconds
  bool measure_latency = false;
  std::string reward = "accuracy";
  std::string reward_split = "validation";

  void Declare(OptionTable& options);
  /// Settles what was left to the data: folds where one split has too few samples to tell networks
  /// apart, as many epochs as it takes to see `samples` samples, and a limit on multiply-adds that
  /// keeps a child's training short.
  void Settle(const data::Problem& problem, const space::SearchSpace& space);
  /// Training samples that an epoch has, of which it sees at most `samples`. Needs settled folds.
  std::int64_t TrainingSamples(const data::Problem& problem) const;
  bool RewardIsTest() const { return reward_split == "test"; }
};

/// A network by itself, without data: for `show` and `bench`.
struct NetworkFlags {
  std::string network;
  std::string input;  // empty: 28x28x1, or the graph file's own
  int classes = 0;    // 0: 10, or the graph file's own

  void Declare(OptionTable& options);
  /// Errors   as space::ParseNetwork; ConfigError for a malformed input shape.
  graph::Graph Parse() const;
};

/// The folds that choose networks, where none are asked for: 1 where one split has at least 200
/// samples to validate, else 5, or as many as there are samples or groups of them.
int UsualFolds(const data::Problem& problem);

/// How networks are trained in full: for `train`, `compare` and `search --compare`.
struct TrainingFlags {
  int epochs = 0;  // 0: settled by Settle
  std::int64_t mb = 100;
  RecipeFlags recipe;
  int seeds = 1;
  int threads = NumCores();

  void Declare(OptionTable& options);
  /// Ten epochs, where none are given, or on small data as many as it takes to see 40,000 samples.
  void Settle(const data::Problem& problem);
};

/// "28x28x1"; each size from 1 to 1,000,000. Errors   ConfigError naming the option.
graph::SampleShape ParseShape(const std::string& option, const std::string& text);

/// "3e-4,1e-3": numbers from `lowest` up to `highest`.
/// Errors   ConfigError naming `place`, the column, what was found and expected.
std::vector<double> ParseNumbers(const std::string& place, const std::string& text, double lowest,
                                 double highest);

}  // namespace netsmith::cli
