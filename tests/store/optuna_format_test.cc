#include "netsmith/store/optuna_format.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "netsmith/space/search_space.h"

namespace netsmith::store {
namespace {

using nlohmann::json;
using space::Decision;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(OptunaFormatTest, ConsecutiveOptionsAreAnIntDistribution) {
  const Decision kernel{.name = "k", .options = {-1, 0, 1, 2}};
  EXPECT_EQ(json::parse(DistributionJson(kernel)), json::parse(R"({"name": "IntDistribution",
            "attributes": {"log": false, "step": 1, "low": -1, "high": 2}})"));
  EXPECT_EQ(ParamValue(kernel, 0), -1);
  EXPECT_EQ(ParamValue(kernel, 3), 2);
}

TEST(OptunaFormatTest, OneOptionIsAnIntDistribution) {
  const Decision pool{.name = "p", .options = {7}};
  EXPECT_EQ(json::parse(DistributionJson(pool))["attributes"]["low"], 7);
  EXPECT_EQ(json::parse(DistributionJson(pool))["attributes"]["high"], 7);
  EXPECT_EQ(ParamValue(pool, 0), 7);
}

TEST(OptunaFormatTest, OptionsWithGapsAreACategoricalDistribution) {
  const Decision kernel{.name = "k", .options = {3, 5, 7}};
  EXPECT_EQ(
      json::parse(DistributionJson(kernel)),
      json::parse(R"({"name": "CategoricalDistribution", "attributes": {"choices": [3,5,7]}})"));
  EXPECT_EQ(ParamValue(kernel, 2), 2);
}

TEST(OptunaFormatTest, NumbersThatADoubleCannotHoldAreChoices) {
  constexpr std::int64_t kBig = std::int64_t{1} << 60;
  const Decision big{.name = "b", .options = {kBig, kBig + 1}};
  EXPECT_EQ(json::parse(DistributionJson(big))["name"], "CategoricalDistribution");
  EXPECT_EQ(OptionOf(big, ParamValue(big, 1)), 1);
  using Limits = std::numeric_limits<std::int64_t>;
  const Decision widest{.name = "w", .options = {Limits::min(), Limits::max()}};
  EXPECT_EQ(json::parse(DistributionJson(widest))["name"], "CategoricalDistribution");
}

TEST(OptunaFormatTest, OptionOfTakesBackEveryParamValue) {
  for (const Decision& decision :
       {Decision{.name = "a", .options = {1, 2, 3}}, Decision{.name = "b", .options = {1, 2, 4}}}) {
    for (int option = 0; option < 3; ++option) {
      EXPECT_EQ(OptionOf(decision, ParamValue(decision, option)), option);
    }
  }
}

TEST(OptunaFormatTest, OptionOfRefusesOtherValues) {
  const Decision range{.name = "a", .options = {1, 2, 3}};
  for (const double value : {0.0, 4.0, 1.5, std::nan(""), kInfinity, -kInfinity, 1e300}) {
    EXPECT_EQ(OptionOf(range, value), std::nullopt) << value;
  }
}

TEST(OptunaFormatTest, TimesHaveSixDigits) {
  using std::chrono::microseconds;
  using std::chrono::seconds;
  const std::chrono::system_clock::time_point noon(seconds(1'700'000'000));
  EXPECT_THAT(Timestamp(noon), ::testing::MatchesRegex("[0-9]{4}-[0-9]{2}-[0-9]{2} "
                                                       "[0-9]{2}:[0-9]{2}:20[.]000000"));
  EXPECT_TRUE(Timestamp(noon + microseconds(7)).ends_with("20.000007"));
  EXPECT_TRUE(Timestamp(noon + microseconds(999'999)).ends_with("20.999999"));
}

TEST(OptunaFormatTest, NumbersThatAreNotFiniteAreWords) {
  for (const double value : {0.5, -kInfinity, kInfinity}) {
    EXPECT_EQ(ParseNumber(NumberType(value), value), value);
  }
  EXPECT_EQ(NumberType(std::nan("")), "NAN");
  EXPECT_TRUE(std::isnan(ParseNumber("NAN", 0).value()));
  EXPECT_EQ(ParseNumber("OTHER", 0), std::nullopt);
}

TEST(OptunaFormatTest, BytesThatAreNotUtf8AreReplaced) {
  EXPECT_EQ(JsonString("a\xff z \"q\""), "\"a\xef\xbf\xbd z \\\"q\\\"\"");
}

TEST(OptunaFormatTest, DecisionsComeBackFromTheirJson) {
  const std::vector<Decision> decisions = {{.name = "ü\"'", .options = {1, 5}},
                                           {.name = "b", .options = {-3}}};
  EXPECT_EQ(ParseDecisions(DecisionsJson(decisions)), decisions);
}

}  // namespace
}  // namespace netsmith::store
