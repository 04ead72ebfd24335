#include "netsmith/space/file/expression.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <string>

#include "netsmith/base/error.h"

namespace netsmith::space {
namespace {

const std::map<std::string, Value> kNames = {{"width", std::int64_t{16}},
                                             {"depth", std::int64_t{3}},
                                             {"rate", 0.5},
                                             {"residual", true},
                                             {"activation", std::string("silu")}};

Expression Parse(const std::string& text) { return Expression::Parse(text, {"f.toml", 3, 10}); }

/// Checked first, as those who evaluate must.
std::string Evaluate(const std::string& text) {
  try {
    const Expression formula = Parse(text);
    formula.Check([](const std::string& name, const Place& place) {
      if (!kNames.contains(name)) place.Fail("unknown " + name);
      return KindOf(kNames.at(name));
    });
    return ToString(formula.Evaluate([](const std::string& name) { return kNames.at(name); }));
  } catch (const base::Error& error) {
    return error.what();
  }
}

TEST(ExpressionTest, BindsAsInArithmetic) {
  EXPECT_EQ(Evaluate("1 + 2 * 3"), "7");
  EXPECT_EQ(Evaluate("(1 + 2) * 3"), "9");
  EXPECT_EQ(Evaluate("10 - 4 - 3"), "3");
  EXPECT_EQ(Evaluate("-width + 20"), "4");
  EXPECT_EQ(Evaluate("7 / 2"), "3");
  EXPECT_EQ(Evaluate("7 % 4 * 2"), "6");
  EXPECT_EQ(Evaluate("width * rate"), "8");
  EXPECT_EQ(Evaluate("3 / 2.0"), "1.5");
  EXPECT_EQ(Evaluate("1e-3"), "0.001");
}

TEST(ExpressionTest, ConditionsBindLooser) {
  EXPECT_EQ(Evaluate("width + 1 > 16 and depth <= 3"), "true");
  EXPECT_EQ(Evaluate("not residual or depth == 3"), "true");
  EXPECT_EQ(Evaluate("not depth == 3"), "false");
  EXPECT_EQ(Evaluate("not (residual and depth != 3)"), "true");
  EXPECT_EQ(Evaluate("activation == 'silu'"), "true");
  EXPECT_EQ(Evaluate("activation != 'silu'"), "false");
  EXPECT_EQ(Evaluate("rate < 1"), "true");
  EXPECT_EQ(Evaluate("residual == true"), "true");
}

TEST(ExpressionTest, NothingIsEvaluatedBehindWhatDecides) {
  EXPECT_EQ(Evaluate("depth == 3 or 1 / 0 == 1"), "true");
  EXPECT_EQ(Evaluate("depth == 2 and 1 / 0 == 1"), "false");
}

struct Malformed {
  const char* text;
  const char* complaint;
};
class MalformedExpressionTest : public ::testing::TestWithParam<Malformed> {};

TEST_P(MalformedExpressionTest, IsRefusedWithThePlace) {
  EXPECT_EQ(Evaluate(GetParam().text), GetParam().complaint);
}

INSTANTIATE_TEST_SUITE_P(
    Table, MalformedExpressionTest,
    ::testing::Values(
        Malformed{"", "f.toml:3:10: found the end, expected a number, a name, a 'word' or '('"},
        Malformed{"width +",
                  "f.toml:3:17: found the end, expected a number, a name, a 'word' or "
                  "'('"},
        Malformed{"width width", "f.toml:3:16: found \"width\", expected an operator, or the end"},
        Malformed{"(width", "f.toml:3:16: found the end, expected ')'"},
        Malformed{"width)", "f.toml:3:15: found \")\", expected an operator, or the end"},
        Malformed{"1 < 2 < 3", "f.toml:3:16: found \"<\", expected 'and', 'or', or the end"},
        Malformed{"width = 3", "f.toml:3:16: found \"=\", expected an operator, or the end"},
        Malformed{"'silu",
                  "f.toml:3:10: found \"'silu\", expected a word that ends in a single "
                  "quote"},
        Malformed{"12x", "f.toml:3:10: found \"12x\", expected a number"},
        Malformed{"1e999", "f.toml:3:10: found \"1e999\", expected a number"},
        Malformed{"and", "f.toml:3:10: found \"and\", expected a number, a name, a 'word' or '('"},
        Malformed{"nobody", "f.toml:3:10: unknown nobody"},
        Malformed{"width + 'a'", "f.toml:3:18: found a word, expected a number beside '+'"},
        Malformed{"width and residual",
                  "f.toml:3:10: found a whole number, expected true or false beside 'and'"},
        Malformed{"not width",
                  "f.toml:3:14: found a whole number, expected true or false after "
                  "'not'"},
        Malformed{"-residual", "f.toml:3:11: found true or false, expected a number after '-'"},
        Malformed{"activation == 3",
                  "f.toml:3:24: found a whole number, expected a word, as on "
                  "the left of '=='"},
        Malformed{"activation < 'b'", "f.toml:3:10: found a word, expected a number beside '<'"},
        Malformed{"1 / (depth - 3)", "f.toml:3:12: 1 / 0 has no value"},
        Malformed{"1.5 / (rate - rate)", "f.toml:3:14: 1.5 / 0 has no value"},
        Malformed{"9223372036854775807 + depth",
                  "f.toml:3:30: 9223372036854775807 + 3 is beyond 2^63 - 1"}));

TEST(ExpressionTest, DepthAndLengthAreLimited) {
  EXPECT_THAT(Evaluate(std::string(300, '(')), ::testing::HasSubstr("at most 50 levels"));
  EXPECT_THAT(Evaluate(std::string(300, '-') + "1"), ::testing::HasSubstr("at most 50 levels"));
  EXPECT_THAT(Evaluate(std::string(1001, ' ')), ::testing::HasSubstr("1001 bytes"));
}

}  // namespace
}  // namespace netsmith::space
