#include "netsmith/base/toml.h"

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

TEST(TomlTest, CommentsAndStringsMayHoldAnyCharacter) {
  EXPECT_EQ(ParseToml("", "file"), toml::table());
  EXPECT_EQ(ParseToml("# ё\na = 1", "file")["a"].value_or(0), 1);
  EXPECT_EQ(ParseToml("\xEF\xBB\xBF"
                      "a = 1",
                      "file")["a"]
                .value_or(0),
            1);
  EXPECT_EQ(ParseToml("a = 'ё'", "file")["a"].value_or(""), std::string("ё"));
  EXPECT_EQ(ParseToml("a = \"ё\\\"ё\" # ё", "file")["a"].value_or(""), std::string("ё\"ё"));
  EXPECT_EQ(ParseToml("a = '''ё\n'ё''' \n", "file")["a"].value_or(""), std::string("ё\n'ё"));
  EXPECT_EQ(ParseToml("a = '\\'\nb = \"ё\"", "file")["b"].value_or(""), std::string("ё"));
  EXPECT_EQ(ParseToml("a = ['\\ё', '[ё']", "file")["a"][1].value_or(""), std::string("[ё"));
  EXPECT_EQ(ParseToml("'ё'.b = 1", "file")["ё"]["b"].value_or(0), 1);
}

TEST(TomlTest, CharactersBeyondAsciiElsewhereAreRefusedWithTheirPlace) {
  const std::string note = "(a character beyond ASCII shows as ?)";
  for (const char* toml :
       {"ё = 1", "a = 'ё' ё", "a = \"open\nё = 1", "a = '\\'ё", "a = [1, 2_'_\xEF\xBB\xBE_]",
        "a = 1.'\xC2\xA0'", "a = b='\xEF\xBB\xBE'", "a = 1['\xEF\xBB\xBE'", "a = 1\xEF\xBB\xBE"}) {
    const std::string error = ErrorOf(toml);
    EXPECT_TRUE(error.starts_with("file:")) << error;
    EXPECT_TRUE(error.ends_with(note)) << error;
  }
  EXPECT_TRUE(ErrorOf("# ё\na = 1\nb = ё").starts_with("file:3:"));
  EXPECT_EQ(ErrorOf("a = \"\"\"b\\\n  \xEF\xBB\xBE\"\"\""),
            "file:2:3: found a character beyond ASCII, expected white space or a plain key");
  EXPECT_TRUE(ErrorOf("# ё\n[ёa]").starts_with("file:2:2: found a character beyond ASCII"));
  EXPECT_TRUE(ErrorOf("[ [\xEF\xBB\xBE").starts_with("file:1:4: found a character beyond ASCII"));
}

TEST(TomlTest, WhatTomlSaysIsOneLineWithItsPlace) {
  const std::string error = ErrorOf("a = 1\nb = \n");
  EXPECT_TRUE(error.starts_with("file:2:")) << error;
  EXPECT_EQ(error.find('\n'), std::string::npos) << error;
}

}  // namespace
}  // namespace netsmith::base
