#include "netsmith/report/format.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace netsmith::report {
namespace {

TEST(FormatTest, GroupsDigitsByThree) {
  EXPECT_EQ(Grouped(0), "0");
  EXPECT_EQ(Grouped(999), "999");
  EXPECT_EQ(Grouped(1000), "1,000");
  EXPECT_EQ(Grouped(30'115'840), "30,115,840");
  EXPECT_EQ(Grouped(-1000), "-1,000");
  EXPECT_EQ(Grouped(-999), "-999");
  EXPECT_EQ(Grouped(std::numeric_limits<std::int64_t>::min()), "-9,223,372,036,854,775,808");
}

TEST(FormatTest, OneIsSingular) {
  EXPECT_EQ(Counted(1, "trial"), "1 trial");
  EXPECT_EQ(Counted(0, "trial"), "0 trials");
  EXPECT_EQ(Counted(1000, "trial"), "1,000 trials");
}

TEST(FormatTest, DurationsUseTheUnitThatFits) {
  EXPECT_EQ(Duration(-1), "0 s");
  EXPECT_EQ(Duration(59.4), "59 s");
  EXPECT_EQ(Duration(59.6), "1 min 00 s");
  EXPECT_EQ(Duration(3 * 3600 + 7 * 60 + 59), "3 h 07 min");
  EXPECT_EQ(Duration(std::numeric_limits<double>::infinity()), "unknown");
  EXPECT_EQ(Duration(std::numeric_limits<double>::quiet_NaN()), "unknown");
}

TEST(FormatTest, BytesUseTheUnitThatFits) {
  EXPECT_EQ(Bytes(1023), "1023 B");
  EXPECT_EQ(Bytes(1536), "1.5 KiB");
  EXPECT_EQ(Bytes(3LL << 30), "3.0 GiB");
}

TEST(FormatTest, PercentKeepsTwoDecimals) { EXPECT_EQ(Percent(0.98714), "98.71 %"); }

TEST(FormatTest, EnumerationsReadAsText) {
  EXPECT_EQ(Enumeration({}), "");
  EXPECT_EQ(Enumeration(std::vector<std::string>{"a"}), "a");
  EXPECT_EQ(Enumeration(std::vector<std::string>{"a", "b", "c"}), "a, b and c");
}

}  // namespace
}  // namespace netsmith::report
