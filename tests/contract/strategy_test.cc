#include "netsmith/study/strategy.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <numeric>
#include <ostream>
#include <string>
#include <vector>

#include "netsmith/base/random.h"
#include "netsmith/space/search_space.h"
#include "netsmith/strategy/registry.h"

// What every strategy promises (study/strategy.h), over all that are registered.
namespace netsmith::strategy {
namespace {

struct Contender {
  std::string label;
  std::string name;
  StrategyOptions options;
};

void PrintTo(const Contender& contender, std::ostream* out) { *out << contender.label; }

/// Every registered strategy, and reinforce with every policy and cell. Small, to be quick.
std::vector<Contender> Contenders() {
  std::vector<Contender> all;
  for (const std::string& name : StrategyNames()) {
    StrategyOptions options;
    options.guided.warm_up = options.gp.warm_up = 6;  // so that the surrogates take part
    options.guided.proposals = 8;
    all.push_back({.label = name, .name = name, .options = options});
  }
  for (const char* policy : {"sequence", "state"}) {
    for (const char* cell : {"nas", "lstm", "gru", "rnn"}) {
      StrategyOptions options;
      options.reinforce.policy = policy;
      options.reinforce.cell = cell;
      options.reinforce.units = 12;
      options.reinforce.optimizer = cell == std::string("gru") ? "rmsprop" : "adam";
      all.push_back({.label = fmt::format("reinforce_{}_{}", policy, cell),
                     .name = "reinforce",
                     .options = options});
    }
  }
  return all;
}

std::vector<space::Decision> MixedDecisions() {
  return {{.name = "kernel", .options = {1, 3, 5, 11}},
          {.name = "only", .options = {7}},
          {.name = "offset", .options = {-20, 0, 1}},
          {.name = "filters", .options = {4, 64}}};
}

std::vector<space::Decision> ManyDecisions() {
  std::vector<space::Decision> decisions;
  for (int i = 0; i < 40; ++i) {
    std::vector<std::int64_t> options(static_cast<std::size_t>(1 + i % 7));
    std::iota(options.begin(), options.end(), i);
    decisions.push_back({.name = fmt::format("d{}", i), .options = options});
  }
  return decisions;
}

/// Any function of the genome serves.
double RewardOf(const space::Genome& genome) {
  int sum = 0;
  for (const int option : genome) sum = (3 * sum + option) % 11;
  return sum / 10.0;
}

class StrategyContractTest : public ::testing::TestWithParam<Contender> {
 protected:
  static std::unique_ptr<study::Strategy> Make(const std::vector<space::Decision>& decisions,
                                               std::uint64_t seed = 7,
                                               const Allowed& allowed = {}) {
    return MakeStrategy(GetParam().name, decisions, GetParam().options, seed, allowed);
  }

  static std::vector<study::Told> Evaluate(const std::vector<space::Genome>& genomes) {
    std::vector<study::Told> told;
    for (const space::Genome& genome : genomes) {
      told.push_back({.genome = genome, .reward = RewardOf(genome)});
    }
    return told;
  }

  /// Generations of the given sizes; returns all genomes asked for.
  static std::vector<space::Genome> Run(study::Strategy& strategy, const std::vector<int>& sizes) {
    std::vector<space::Genome> all;
    for (const int size : sizes) {
      const std::vector<space::Genome> asked = strategy.Ask(size);
      EXPECT_EQ(asked.size(), static_cast<std::size_t>(size));
      all.insert(all.end(), asked.begin(), asked.end());
      strategy.Tell(Evaluate(asked));
    }
    return all;
  }
};

TEST_P(StrategyContractTest, SameSeedProposesTheSameAndAnotherSeedOtherwise) {
  const std::vector<int> sizes(12, 4);
  const auto first = Run(*Make(MixedDecisions(), 7), sizes);
  EXPECT_EQ(Run(*Make(MixedDecisions(), 7), sizes), first);
  EXPECT_NE(Run(*Make(MixedDecisions(), 8), sizes), first);
}

TEST_P(StrategyContractTest, GenomesFitTheDecisionsForAnyGenerationSize) {
  for (const auto& decisions : {MixedDecisions(), ManyDecisions()}) {
    for (const auto& genome : Run(*Make(decisions), {1, 3, 7, 0, 2, 16})) {
      EXPECT_NO_THROW(space::CheckGenome(decisions, genome));
    }
  }
}

TEST_P(StrategyContractTest, WorksForOneDecisionAndForOneOption) {
  const std::vector<space::Decision> one = {{.name = "kernel", .options = {2, 4, 9}}};
  EXPECT_EQ(Run(*Make(one), {2, 2, 2}).size(), 6u);
  const std::vector<space::Decision> fixed = {{.name = "kernel", .options = {5}}};
  for (const auto& genome : Run(*Make(fixed), {2, 2})) EXPECT_EQ(genome, space::Genome{0});
}

TEST_P(StrategyContractTest, ReplayOnAFreshObjectContinuesTheSame) {
  const auto original = Make(MixedDecisions());
  const auto first_half = Run(*original, {4, 4, 1, 5});
  const auto replayed = Make(MixedDecisions());
  EXPECT_EQ(Run(*replayed, {4, 4, 1, 5}), first_half);
  EXPECT_EQ(replayed->Diagnostics(), original->Diagnostics());
  EXPECT_EQ(Run(*replayed, {4, 4}), Run(*original, {4, 4}));
}

TEST_P(StrategyContractTest, LookingAtDiagnosticsChangesNothing) {
  const auto watched = Make(MixedDecisions());
  const auto unwatched = Make(MixedDecisions());
  for (int i = 0; i < 6; ++i) {
    const auto asked = watched->Ask(3);
    watched->Diagnostics();
    EXPECT_EQ(unwatched->Ask(3), asked);
    watched->Tell(Evaluate(asked));
    unwatched->Tell(Evaluate(asked));
    watched->Diagnostics();
  }
}

TEST_P(StrategyContractTest, ForcedGenomesAreAcceptedAndReplayedAlike) {
  const auto run = [] {
    const auto strategy = Make(MixedDecisions());
    std::vector<space::Genome> last;
    for (int i = 0; i < 8; ++i) {
      std::vector<space::Genome> evaluated = strategy->Ask(3);
      evaluated[1] = {i % 4, 0, i % 3, i % 2};
      strategy->Tell(Evaluate(evaluated));
    }
    return strategy->Ask(4);
  };
  const auto first = run();
  EXPECT_EQ(run(), first);
  for (const auto& genome : first) EXPECT_NO_THROW(space::CheckGenome(MixedDecisions(), genome));
}

TEST_P(StrategyContractTest, ProposesOnlyWhatIsAllowed) {
  const Allowed no_large_kernel = [](const space::Genome& genome) { return genome[0] <= 1; };
  const auto strategy = Make(MixedDecisions(), 7, no_large_kernel);
  for (const space::Genome& genome : Run(*strategy, std::vector<int>(12, 4))) {
    EXPECT_LE(genome[0], 1);
  }
}

TEST_P(StrategyContractTest, WhatIsAllowedChangesNothingWhereAllIs) {
  const std::vector<int> sizes(10, 4);
  const auto all = Make(MixedDecisions(), 7, [](const space::Genome&) { return true; });
  EXPECT_EQ(Run(*all, sizes), Run(*Make(MixedDecisions(), 7), sizes));
}

TEST_P(StrategyContractTest, ProposesAllTheSameWhereNothingIsAllowed) {
  const auto strategy = Make(MixedDecisions(), 7, [](const space::Genome&) { return false; });
  EXPECT_EQ(Run(*strategy, {4, 4, 4}).size(), 12u);
}

TEST_P(StrategyContractTest, UndefinedRewardsCountAsZero) {
  ::testing::internal::CaptureStderr();  // the warnings
  const auto told_undefined = Make(MixedDecisions());
  const auto told_zero = Make(MixedDecisions());
  for (int i = 0; i < 10; ++i) {
    std::vector<study::Told> told = Evaluate(told_undefined->Ask(3));
    EXPECT_EQ(Evaluate(told_zero->Ask(3)).front().genome, told.front().genome);
    told[0].reward = 0;
    told_zero->Tell(told);
    told[0].reward = std::numeric_limits<double>::quiet_NaN();
    told_undefined->Tell(told);
  }
  ::testing::internal::GetCapturedStderr();
  EXPECT_EQ(told_undefined->Ask(4), told_zero->Ask(4));
}

TEST_P(StrategyContractTest, DiagnosticsAreFinite) {
  const auto strategy = Make(MixedDecisions());
  Run(*strategy, {4, 4, 4});
  for (const auto& [name, value] : strategy->Diagnostics()) {
    EXPECT_TRUE(std::isfinite(value)) << name;
  }
}

INSTANTIATE_TEST_SUITE_P(Strategies, StrategyContractTest, ::testing::ValuesIn(Contenders()),
                         [](const auto& test) { return test.param.label; });

}  // namespace
}  // namespace netsmith::strategy
