#include "netsmith/strategy/registry.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <vector>

#include "netsmith/base/error.h"

namespace netsmith::strategy {
namespace {

const std::vector<space::Decision> kDecisions = {
    {.name = "kernel", .options = {1, 3, 7}},
    {.name = "filters", .options = {4, 16}},
};

TEST(RegistryTest, UnknownNameListsTheKnownOnes) {
  try {
    MakeStrategy("reenforce", kDecisions, {}, 1);
    FAIL() << "no exception";
  } catch (const base::InvalidArgument& error) {
    EXPECT_STREQ(error.what(),
                 "unknown strategy 'reenforce', expected one of: guided, reinforce, gp, "
                 "evolution, local, random");
  }
}

TEST(RandomStrategyTest, EveryGenomeIsEquallyLikely) {
  const auto strategy = MakeStrategy("random", kDecisions, {}, 5);
  constexpr int kDraws = 6000;
  std::map<space::Genome, int> counts;
  for (const space::Genome& genome : strategy->Ask(kDraws)) ++counts[genome];
  EXPECT_EQ(counts.size(), 6u);
  for (const auto& [genome, count] : counts) {
    // Five standard errors.
    EXPECT_NEAR(count, kDraws / 6.0, 5 * std::sqrt(kDraws / 6.0 * 5 / 6));
  }
}

TEST(RandomStrategyTest, DecisionsWithoutOptionsAreRefused) {
  EXPECT_THROW(MakeStrategy("random", {{.name = "kernel", .options = {}}}, {}, 1),
               base::InvalidArgument);
}

}  // namespace
}  // namespace netsmith::strategy
