#include "netsmith/space/registry.h"

#include <gtest/gtest.h>

#include <string>

#include "netsmith/base/error.h"

namespace netsmith::space {
namespace {

TEST(SpaceRegistryTest, EverySpaceIsSummedUpInOneLine) {
  for (const SpaceEntry& entry : Spaces()) {
    EXPECT_NE(entry.summary, "") << entry.name;
    EXPECT_EQ(entry.summary.find('\n'), std::string::npos) << entry.name;
  }
}

TEST(SpaceRegistryTest, ShapeOfTheSamplesChoosesTheUsualSpace) {
  EXPECT_EQ(UsualSpace({1, 150, 3}), "conv1d");
  EXPECT_EQ(UsualSpace({28, 28, 1}), "conv2d");
  EXPECT_EQ(UsualSpace({28, 1, 1}), "conv2d");
}

TEST(SpaceRegistryTest, UnknownNameListsTheKnownOnes) {
  try {
    MakeSpace("nope", {});
    FAIL();
  } catch (const base::ConfigError& error) {
    EXPECT_STREQ(error.what(),
                 "unknown search space \"nope\", known: chain, conv1d, conv2d, mobile, nasnet, "
                 "nb201, post, or the path of a file that "
                 "ends in .toml");
  }
}

}  // namespace
}  // namespace netsmith::space
