#include "netsmith/base/toml.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "netsmith/base/error.h"

namespace netsmith::base {
namespace {

std::string ErrorOf(const std::string& toml) {
  try {
    ParseToml(toml, "file");
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "no error";
}

/// Of the key `a`.
std::string TextIn(const std::string& toml) {
  return ParseToml(toml, "file")["a"].value_or(std::string("no text"));
}

TEST(TomlTest, StringsMayHoldAnyCharacter) {
  EXPECT_EQ(TextIn("a = 'ё'"), "ё");
  EXPECT_EQ(TextIn("a='ё'"), "ё");
  EXPECT_EQ(TextIn("a = \"ё\\\"ё\" # ё"), "ё\"ё");
  EXPECT_EQ(TextIn("a = '''ё\n'ё''' \n"), "ё\n'ё");
  EXPECT_EQ(TextIn("a = 'C:\\ ё'"), "C:\\ ё");
  EXPECT_EQ(TextIn("a = \"C:\\\\ ё\""), "C:\\ ё");
  EXPECT_EQ(TextIn("a = \"\"\"x\\\\\nё\"\"\""), "x\\\nё");
  EXPECT_EQ(TextIn("a = '''x\\\nё'''"), "x\\\nё");
  EXPECT_EQ(TextIn("a = \"\"\"x\n[ё] y\"\"\""), "x\n[ё] y");
  EXPECT_EQ(TextIn("a = \"\"\"x \\\n  y\"\"\" # ё"), "x y");
}

TEST(TomlTest, StringsAreFoundInAllPlaces) {
  const auto arrays =
      ParseToml("a = ['\\', 'ё', [ # ё\n 'ё' ], {b = 'ё', 'ё'='ё', c=[]}, 'ё']", "f");
  EXPECT_EQ(arrays["a"][4].value_or(""), std::string("ё"));
  EXPECT_EQ(arrays["a"][3]["ё"].value_or(""), std::string("ё"));
  EXPECT_EQ(ParseToml("'ё'.b . \"ё\" = 1", "f")["ё"]["b"]["ё"].value_or(0), 1);
  EXPECT_EQ(ParseToml("[ 'ё' ]\n'ё'=1\n[[b.'ё']]\n'ё'='ё'", "f")["ё"]["ё"].value_or(0), 1);
  EXPECT_EQ(ParseToml("# C:\\ ё\na = 1", "f")["a"].value_or(0), 1);
  EXPECT_EQ(ParseToml("\xEF\xBB\xBF"
                      "a = 1",
                      "f")["a"]
                .value_or(0),
            1);
}

TEST(TomlTest, CharactersBeyondAsciiElsewhereAreRefusedWithTheirPlace) {
  const std::string what = ": found a character beyond ASCII outside strings and comments";
  EXPECT_EQ(ErrorOf("ё = 1"), "file:1:1" + what);
  EXPECT_EQ(ErrorOf("a = 'ё' ё"), "file:1:9" + what);
  EXPECT_EQ(ErrorOf("# ё\n[ёa]"), "file:2:2" + what);
  EXPECT_EQ(ErrorOf("a = '\\'ё"), "file:1:8" + what) << "no escapes in single quotes";
}

/// Of a document that is wrong before them, they are never seen.
TEST(TomlTest, CharactersBeyondAsciiBehindAMistakeNeverReachToml) {
  for (const char* toml : {"a = [1, 2_'_\xEF\xBB\xBE_]", "a = 1.'\xC2\xA0'", "a = b='\xEF\xBB\xBE'",
                           "a = 1['\xEF\xBB\xBE'", "a = 1{'\xEF\xBB\xBE'", "a = 1\xEF\xBB\xBE",
                           "a = 'b''\xEF\xBB\xBE'", "[a]'\xEF\xBB\xBE'", "[ [\xEF\xBB\xBE",
                           "a = 2000-01-01 1#\xEF\xBB\xBE", "a = [2000-01-01 1,'\xEF\xBB\xBE']",
                           "a = \"\"\"\\\xEF\xBB\xBE\"\"\""}) {
    EXPECT_TRUE(ErrorOf(toml).starts_with("file:1:")) << toml << ": " << ErrorOf(toml);
  }
  EXPECT_EQ(ErrorOf("a = \"\"\"b\\\n  \xEF\xBB\xBE\"\"\""),
            "file:2:3: found a character beyond ASCII behind a backslash, expected it as \\uXXXX");
}

TEST(TomlTest, TheFirstMistakeIsTheOneThatIsSaid) {
  EXPECT_TRUE(ErrorOf("a = [1\nb = 'ё'").starts_with("file:2:1: ")) << ErrorOf("a = [1\nb = 'ё'");
  EXPECT_THAT(ErrorOf("a = [1\nb = 'ё'"), ::testing::HasSubstr("saw 'b'"));
  EXPECT_THAT(ErrorOf("a = \"open\nё = 1"), ::testing::HasSubstr("file:1:10: "));
  EXPECT_THAT(ErrorOf("a = 2000-01-01 1\n"), ::testing::HasSubstr("expected a time to have two"));
  EXPECT_EQ(ParseToml("a = 2000-01-01 12:00:00\nb = [1 , 2]", "f").size(), 2);
}

TEST(TomlTest, KeysOfManyPartsAreRefusedBeforeTheyExhaustTheStack) {
  std::string key = "a";
  for (int i = 0; i < 100'000; ++i) key += ".a";
  for (const std::string& toml : {key + " = 1", "[" + key + "]", "b = {" + key + " = 1}"}) {
    EXPECT_TRUE(ErrorOf(toml).ends_with("found a key of more than 16 parts")) << ErrorOf(toml);
  }
  EXPECT_EQ(
      ParseToml("a.b.c = '1.2.3.4.5.6.7.8.9.10.11.12.13.14.15.16.17'\nb = [1.5, 2.5]", "f").size(),
      2);
}

TEST(TomlTest, WhatTomlSaysIsOneLineWithItsPlace) {
  const std::string error = ErrorOf("a = 1\nb = \n");
  EXPECT_TRUE(error.starts_with("file:2:")) << error;
  EXPECT_EQ(error.find('\n'), std::string::npos) << error;
}

}  // namespace
}  // namespace netsmith::base
