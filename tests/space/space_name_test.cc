#include "netsmith/space/space_name.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "netsmith/base/error.h"

namespace netsmith::space {
namespace {

const std::vector<SpaceParameter> kKnown = {{"cells", "cells a stage", 1, 1, 20},
                                            {"channels", "of the first stage", 8, 1, 64}};

TEST(SpaceNameTest, ParametersNotGivenHaveTheirUsualValues) {
  EXPECT_EQ(ParseSpaceName("nb", kKnown).parameters.at("cells"), 1);
  EXPECT_EQ(ParseSpaceName("nb@channels=16", kKnown).parameters.at("channels"), 16);
  EXPECT_EQ(ParseSpaceName("nb@channels=16", kKnown).parameters.at("cells"), 1);
}

TEST(SpaceNameTest, EqualSpacesHaveOneText) {
  for (const char* text : {"nb", "nb@cells=1", "nb@channels=8,cells=1"}) {
    EXPECT_EQ(FormatSpaceName(ParseSpaceName(text, kKnown), kKnown), "nb");
  }
  EXPECT_EQ(FormatSpaceName(ParseSpaceName("nb@channels=16,cells=5", kKnown), kKnown),
            "nb@cells=5,channels=16");
}

struct Malformed {
  const char* text;
  const char* complaint;
};

class MalformedSpaceNameTest : public ::testing::TestWithParam<Malformed> {};

TEST_P(MalformedSpaceNameTest, IsRefusedWithTheColumn) {
  try {
    ParseSpaceName(GetParam().text, kKnown);
    FAIL();
  } catch (const base::ConfigError& error) {
    EXPECT_STREQ(error.what(), GetParam().complaint);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Table, MalformedSpaceNameTest,
    ::testing::Values(
        Malformed{"nb@", R"(space "nb@", column 4: found "", expected one of cells (1 to 20), )"
                         "channels (1 to 64)"},
        Malformed{"nb@cell=2", R"(space "nb@cell=2", column 4: found "cell=2", expected one of )"
                               "cells (1 to 20), channels (1 to 64)"},
        Malformed{"nb@cells", R"(space "nb@cells", column 4: found "cells", expected cells=N, a )"
                              "whole number from 1 to 20"},
        Malformed{"nb@cells=", R"(space "nb@cells=", column 4: found "cells=", expected cells=N, )"
                               "a whole number from 1 to 20"},
        Malformed{"nb@cells=21", R"(space "nb@cells=21", column 4: found "cells=21", expected )"
                                 "cells=N, a whole number from 1 to 20"},
        Malformed{"nb@cells=99999999999999999999",
                  R"(space "nb@cells=99999999999999999999", column 4: found )"
                  R"("cells=99999999999999999999", expected cells=N, a whole number from 1 to 20)"},
        Malformed{"nb@cells=2,", R"(space "nb@cells=2,", column 12: found "", expected one of )"
                                 "cells (1 to 20), channels (1 to 64)"},
        Malformed{"nb@cells=2,cells=3", R"(space "nb@cells=2,cells=3", column 12: found )"
                                        R"("cells=3", expected each parameter once)"}));

TEST(SpaceNameTest, SpacesWithoutParametersSaySo) {
  try {
    ParseSpaceName("post@x=1", {});
    FAIL();
  } catch (const base::ConfigError& error) {
    EXPECT_STREQ(error.what(),
                 "space \"post@x=1\", column 6: found \"x=1\", expected none, as this space has no "
                 "parameters");
  }
}

}  // namespace
}  // namespace netsmith::space
