#include "netsmith/base/utf8.h"

#include <gtest/gtest.h>

#include <string>

namespace netsmith::base {
namespace {

TEST(Utf8Test, HoldsCharactersOfOneToFourBytes) {
  for (const std::string text :
       {"", "a", "\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80",
        "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf", "caf\xc3\xa9 \xe2\x82\xac!"}) {
    EXPECT_TRUE(IsUtf8(text)) << ::testing::PrintToString(text);
  }
}

TEST(Utf8Test, HoldsNothingCutOverlongSurrogateOrBeyondUnicode) {
  for (const std::string text : {"caf\xe9", "\x80", "\xff", "\xc3", "\xc3(", "\xe2\x82",
                                 "\xf0\x90\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xf0\x8f\xbf\xbf",
                                 "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80"}) {
    EXPECT_FALSE(IsUtf8(text)) << ::testing::PrintToString(text);
  }
}

}  // namespace
}  // namespace netsmith::base
