#include "netsmith/space/registry.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "netsmith/base/error.h"

namespace netsmith::space {
namespace {

TEST(SpaceRegistryTest, EverySpaceKeepsItsNameAndHasWellFormedDecisions) {
  for (const std::string& name : SpaceNames()) {
    const auto space = MakeSpace(name, {});
    EXPECT_EQ(space->name(), name);
    std::set<std::string> names;
    for (const Decision& decision : space->decisions()) {
      EXPECT_TRUE(names.insert(decision.name).second) << decision.name;
      const std::set<std::int64_t> sorted(decision.options.begin(), decision.options.end());
      EXPECT_EQ(decision.options, std::vector(sorted.begin(), sorted.end())) << decision.name;
      EXPECT_FALSE(decision.options.empty()) << decision.name;
    }
  }
}

TEST(SpaceRegistryTest, EverySpacesNetworkTextNamesTheSpacesNetwork) {
  const graph::SampleShape input{8, 8, 3};
  for (const std::string& name : SpaceNames()) {
    const auto space = MakeSpace(name, {});
    const Genome first(space->decisions().size(), 0);
    EXPECT_EQ(MakeSpaceForGenome(name, first.size())->Build(first, input, 4),
              space->Build(first, input, 4));
  }
}

TEST(SpaceRegistryTest, UnknownNameListsTheKnownOnes) {
  try {
    MakeSpace("nope", {});
    FAIL();
  } catch (const base::ConfigError& error) {
    EXPECT_STREQ(error.what(), "unknown search space \"nope\", known: post");
  }
}

}  // namespace
}  // namespace netsmith::space
