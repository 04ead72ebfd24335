#include "netsmith/space/text_cursor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "netsmith/base/error.h"

namespace netsmith::space {
namespace {

using ::testing::EndsWith;

std::string FailText(const std::string& text, std::size_t position) {
  try {
    TextCursor("network", text, position).Fail("a number");
  } catch (const base::ConfigError& error) {
    return error.what();
  }
}

TEST(QuotedTest, CutsBetweenCharactersAfterSixtyBytes) {
  const std::string x59(59, 'x');
  EXPECT_EQ(Quoted(x59 + "yz"), '"' + x59 + "y…\"");
  EXPECT_EQ(Quoted(x59 + "é"), '"' + x59 + "…\"");
  EXPECT_EQ(Quoted(x59.substr(1) + "é"), '"' + x59.substr(1) + "é\"");
  EXPECT_EQ(Quoted(x59.substr(2) + "😀z"), '"' + x59.substr(2) + "…\"");
}

TEST(QuotedTest, CountsAByteThatIsNotUtf8AsOne) {
  std::string escaped;
  for (int i = 0; i < 60; ++i) escaped += "\\x80";
  EXPECT_EQ(Quoted(std::string(61, '\x80')), '"' + escaped + "…\"");
}

TEST(TextCursorTest, FindsWholeCharacters) {
  EXPECT_THAT(FailText("5,é", 2), EndsWith("column 3: found \"é\", expected a number"));
  EXPECT_THAT(FailText("5,😀2", 2), EndsWith("column 3: found \"😀\", expected a number"));
  EXPECT_THAT(FailText("5,\xff\xff", 2), EndsWith("column 3: found \"\\xff\", expected a number"));
}

}  // namespace
}  // namespace netsmith::space
