#include "netsmith/base/printable.h"

#include <gtest/gtest.h>

#include <string>

namespace netsmith::base {
namespace {

TEST(PrintableTest, EscapesControlCharactersOfAsciiAndC1) {
  EXPECT_EQ(Printable("a\tb\n\x1b[2J\x7f"), "a\\x09b\\x0a\\x1b[2J\\x7f");
  EXPECT_EQ(Printable(std::string("\0", 1)), "\\x00");
  EXPECT_EQ(Printable("\u0080\u009b2J\u009f"), "\\xc2\\x80\\xc2\\x9b2J\\xc2\\x9f");
}

TEST(PrintableTest, LeavesValidUtf8AsItIs) {
  const std::string text =
      "plain \\ ~ \u00a0 é ß \u07ff \u0800 日本 \ud7ff \ue000 \uffff 😀 \U0010ffff";
  EXPECT_EQ(Printable(text), text);
}

TEST(PrintableTest, EscapesEachByteThatIsNotUtf8) {
  EXPECT_EQ(Printable("a\xff\xfe z"), "a\\xff\\xfe z");
  EXPECT_EQ(Printable("\x80\x9b"), "\\x80\\x9b") << "continuations of nothing";
  EXPECT_EQ(Printable("\xe9t\xe9"), "\\xe9t\\xe9") << "Latin-1";
  EXPECT_EQ(Printable("日\xe6\x97"), "日\\xe6\\x97") << "cut";
  EXPECT_EQ(Printable("\xc0\x9b\xc1\xbf"), "\\xc0\\x9b\\xc1\\xbf") << "overlong";
  EXPECT_EQ(Printable("\xe0\x82\x9b"), "\\xe0\\x82\\x9b") << "overlong";
  EXPECT_EQ(Printable("\xf0\x80\x82\x9b"), "\\xf0\\x80\\x82\\x9b") << "overlong";
  EXPECT_EQ(Printable("\xed\xa0\x80"), "\\xed\\xa0\\x80") << "a surrogate";
  EXPECT_EQ(Printable("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80") << "beyond U+10FFFF";
  EXPECT_EQ(Printable("\xf8\x88\x80\x80\x80"), "\\xf8\\x88\\x80\\x80\\x80");
}

TEST(PrintableTest, IsItsOwnFixedPoint) {
  const std::string once = Printable("é\u009b\xff\n");
  EXPECT_EQ(Printable(once), once);
}

}  // namespace
}  // namespace netsmith::base
