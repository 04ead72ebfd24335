#include "netsmith/base/check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "netsmith/base/error.h"

namespace netsmith::base {
namespace {

TEST(CheckTest, PassesWhenTheConditionHolds) {
  EXPECT_NO_THROW(NETSMITH_CHECK_EQ(2 + 2, 4));
  EXPECT_NO_THROW(NETSMITH_CHECK(true));
}

TEST(CheckTest, FailureNamesExpressionAndBothValues) {
  const int found = 3;
  try {
    NETSMITH_CHECK_EQ(found, 4);
    FAIL() << "did not throw";
  } catch (const BugError& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr("found == 4: 3 against 4"));
    EXPECT_THAT(error.what(), ::testing::HasSubstr("check_test.cc:"));
  }
}

}  // namespace
}  // namespace netsmith::base
