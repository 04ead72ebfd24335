#include "netsmith/report/escape.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/process.h"

namespace netsmith::report {
namespace {

TEST(EscapeTest, MarkupHasNoCharacterOfItsOwnLeft) {
  EXPECT_EQ(EscapeMarkup("<a href=\"x\" id='y'>&"),
            "&lt;a href=&quot;x&quot; id=&#39;y&#39;&gt;&amp;");
  EXPECT_EQ(EscapeMarkup(std::string("\x01\x7f", 2)), "\uFFFD\uFFFD");
  EXPECT_EQ(EscapeMarkup("é 7×7"), "é 7×7");
}

TEST(EscapeTest, ScriptTextCannotEndItsElement) {
  EXPECT_EQ(EscapeScript(R"({"a":"</script><!--&"})"),
            R"({"a":"\u003c/script\u003e\u003c!--\u0026"})");
  EXPECT_EQ(EscapeScript("\"\u2028\u2029\u2027\""), "\"\\u2028\\u2029\u2027\"");
}

TEST(EscapeTest, AShellReadsEveryWordBack) {
  for (const std::string word : {"plain-1.5_/:=,+@%", "", "two words", "it's", "$(x) `y` \"z\" \\",
                                 "a;b&c|d>e<f*?[g]#~!", "line\nbreak", "'"}) {
    const auto result = testing::RunProcess({"/bin/sh", "-c", "printf %s " + ShellWord(word)});
    EXPECT_EQ(result.out, word);
  }
}

}  // namespace
}  // namespace netsmith::report
