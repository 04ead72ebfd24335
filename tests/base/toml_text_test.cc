#include "netsmith/base/toml_text.h"

#include <gtest/gtest.h>

namespace netsmith::base {
namespace {

TEST(TomlTextTest, CommentsAndStringsMayHoldAnyCharacter) {
  for (const char* toml :
       {"", "a = 1", "# ё", "a = 'ё'", "a = \"ё\\\"ё\" # ё", "a = '''ё\n'ё''' \n",
        "\xEF\xBB\xBF"
        "a = 1",
        "a = \"\"\"ё\n\\\"ё\"\"\"\nb = 2", "a = '\\'\nb = \"ё\""}) {
    EXPECT_EQ(FindStrayCharacter(toml), std::nullopt) << toml;
  }
}

TEST(TomlTextTest, StrayCharactersAreFoundWithTheirPlace) {
  EXPECT_EQ(FindStrayCharacter("ё = 1"), (TextPlace{1, 1}));
  EXPECT_EQ(FindStrayCharacter("a = 'ё' ё"), (TextPlace{1, 10}));
  EXPECT_EQ(FindStrayCharacter("# ё\n[ёa]"), (TextPlace{2, 2}));
  EXPECT_EQ(FindStrayCharacter("a = \"open\nё = 1"), (TextPlace{2, 1}));
  EXPECT_EQ(FindStrayCharacter("a = '\\'ё"), (TextPlace{1, 8})) << "no escapes in single quotes";
}

}  // namespace
}  // namespace netsmith::base
