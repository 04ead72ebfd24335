#include "netsmith/report/comparison.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "netsmith/report/found.h"

namespace netsmith::report {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

TrainedNetwork Network(const std::string& role, std::vector<double> test_accuracy) {
  TrainedNetwork network;
  network.role = role;
  network.text = "3,4,1,0";
  network.training.validation_accuracy.assign(test_accuracy.size(), 0.9);
  network.training.test_accuracy = std::move(test_accuracy);
  return network;
}

TEST(ErrorVerdictTest, SaysWhetherTheErrorsAreHalfAsMany) {
  // Binary fractions, so that half is exactly half.
  EXPECT_THAT(ErrorVerdict(std::vector{Network("found", {0.75}), Network("hand-made", {0.5})}),
              HasSubstr("at most half as many"));
  EXPECT_THAT(ErrorVerdict(std::vector{Network("found", {0.749}), Network("hand-made", {0.5})}),
              EndsWith(": fewer, but more than half as many"));
  EXPECT_THAT(ErrorVerdict(std::vector{Network("found", {0.5}), Network("hand-made", {0.5})}),
              EndsWith(": no fewer"));
  // Accuracies are means of counts: whole errors of 10,000 must not miss by rounding.
  for (int errors = 1; errors < 2500; ++errors) {
    const auto accuracy = [](int of_errors) { return (10000.0 - of_errors) / 10000; };
    EXPECT_THAT(ErrorVerdict(std::vector{Network("found", {accuracy(errors)}),
                                         Network("hand-made", {accuracy(2 * errors)})}),
                HasSubstr("at most half as many"));
    EXPECT_THAT(ErrorVerdict(std::vector{Network("found", {accuracy(errors + 1)}),
                                         Network("hand-made", {accuracy(2 * errors)})}),
                Not(HasSubstr("at most half as many")));
  }
}

TEST(ErrorVerdictTest, MeansOverSeedsAreCompared) {
  EXPECT_THAT(
      ErrorVerdict(std::vector{Network("found", {0.98, 0.96}), Network("hand-made", {0.9, 0.92})}),
      ::testing::StartsWith(
          "the found network makes 3.00 % errors on the test set, the hand-made one 9.00 %"));
}

TEST(ErrorVerdictTest, DivergedTrainingIsSaid) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THAT(ErrorVerdict(std::vector{Network("found", {nan}), Network("hand-made", {0.9})}),
              HasSubstr("diverged"));
}

TEST(ErrorVerdictTest, NoErrorsOfBothAreNotHalfAsMany) {
  EXPECT_EQ(ErrorVerdict(std::vector{Network("found", {1}), Network("hand-made", {1})}),
            "neither the found network nor the hand-made one makes an error on the test set");
  EXPECT_THAT(ErrorVerdict(std::vector{Network("found", {1}), Network("hand-made", {0.9})}),
              HasSubstr("at most half as many"));
}

TEST(ErrorVerdictTest, OneNetworkIsNoComparison) {
  EXPECT_THAT(ErrorVerdict(std::vector{Network("given", {0.9}), Network("hand-made", {0.9})}),
              IsEmpty());
}

TEST(RandomVerdictTest, EqualRewardsAreNotBetterThanRandom) {
  const std::vector<double> rewards = {0.5, 0.6, 0.7, 0.8};
  EXPECT_THAT(RandomVerdict(CompareRewards(rewards, rewards)),
              HasSubstr("not better than random here"));
}

TEST(RandomVerdictTest, ClearlyHigherBestIsBetter) {
  const RewardComparison comparison =
      CompareRewards(std::vector<double>(20, 0.9), std::vector<double>(20, 0.5));
  EXPECT_EQ(RandomVerdict(comparison), "the search's best reward is better than random search's");
  EXPECT_NEAR(comparison.best_difference.value, 0.4, 1e-12);
  EXPECT_NEAR(comparison.mean_difference.low, 0.4, 1e-12);
}

TEST(RandomVerdictTest, HigherMeanAloneIsSaidToBeThat) {
  std::vector<double> random(20, 0.5);
  random[3] = 0.9;
  const std::string verdict = RandomVerdict(CompareRewards(std::vector<double>(20, 0.9), random));
  EXPECT_THAT(verdict, HasSubstr("not better than random here"));
  EXPECT_THAT(verdict, HasSubstr("better on average"));
}

TEST(AccuracyTextTest, HasADeviationWhereThereAreSeveralSeeds) {
  EXPECT_EQ(AccuracyText(std::vector{0.985, 0.987}), "98.60 ± 0.14 %");
  EXPECT_EQ(AccuracyText(std::vector{0.985}), "98.50 %");
  EXPECT_EQ(AccuracyText(std::vector{std::numeric_limits<double>::quiet_NaN()}), "diverged");
}

TEST(ComparisonTest, TextAndJsonHoldTheSameFigures) {
  Comparison comparison;
  comparison.networks = {Network("found", {0.985, 0.987}), Network("hand-made", {0.95, 0.95})};
  comparison.random = CompareRewards(std::vector{0.9, 0.8}, std::vector{0.7, 0.6});
  const std::string text = ToText(comparison);
  EXPECT_THAT(text, HasSubstr("98.60 ± 0.14 %"));
  EXPECT_THAT(text, HasSubstr("at most half as many"));
  EXPECT_THAT(text, HasSubstr("difference of the best rewards +0.2000"));
  const auto json = nlohmann::json::parse(ToJson(comparison));
  EXPECT_NEAR(json.at("networks")[0].at("mean"), 0.986, 1e-12);
  EXPECT_EQ(json.at("networks")[1].at("test_accuracy").size(), 2u);
  EXPECT_NEAR(json.at("random").at("mean_difference").at("value"), 0.2, 1e-12);
}

TEST(ComparisonTest, AnEnsembleHasMembersAndNoLearningRateOfItsOwn) {
  Comparison comparison;
  comparison.networks = {Network("found", {0.9}), Network("finalist", {0.8}),
                         Network("ensemble", {0.95})};
  comparison.networks[0].training.learning_rate = 0.125;
  comparison.networks[2].members = {"3,4,1,0", "5,8,1,0"};
  comparison.networks[2].text = "the mean of both";
  const auto networks = nlohmann::json::parse(ToJson(comparison)).at("networks");
  EXPECT_EQ(networks[0].at("learning_rate"), 0.125);
  EXPECT_FALSE(networks[0].contains("members"));
  EXPECT_TRUE(networks[2].at("learning_rate").is_null());
  EXPECT_EQ(networks[2].at("members"), nlohmann::json({"3,4,1,0", "5,8,1,0"}));
  EXPECT_THAT(ToText(comparison), HasSubstr("the mean of both"));
  const auto found = FoundIn(ToJson(comparison));
  EXPECT_EQ(found->finalists, 2) << "the ensemble is none";
  ASSERT_TRUE(found->ensemble);
  EXPECT_EQ(found->ensemble->validation, 0.9);
  EXPECT_EQ(found->ensemble->test, 0.95);
}

TEST(ComparisonTest, TheFoundNetworkAndTheBestByRewardAreToldApart) {
  Comparison comparison;
  comparison.networks = {Network("found", {0.9}), Network("finalist", {0.8}),
                         Network("hand-made", {0.7})};
  comparison.networks[0].reward = 0.5;
  comparison.networks[1].reward = 0.6;
  comparison.networks[1].text = "5,8,1,0";
  EXPECT_THAT(ToText(comparison), HasSubstr("found (best on validation after full training): "));
  EXPECT_THAT(ToText(comparison), HasSubstr("best by reward: 5,8,1,0\n"));
  comparison.networks[0].reward = 0.6;
  EXPECT_THAT(ToText(comparison), HasSubstr("best by reward: the found one as well\n"));
  comparison.networks[1].loss = 0.25;
  EXPECT_THAT(ToText(comparison), HasSubstr("best by reward: 5,8,1,0\n"));
}

TEST(FoundTest, IsReadOutOfAKeptComparison) {
  Comparison comparison;
  comparison.networks = {Network("found", {0.9, 0.8}), Network("finalist", {0.8}),
                         Network("hand-made", {0.7})};
  comparison.networks[0].reward = 0.5;
  comparison.networks[0].training.validation_accuracy = {0.75, 0.25};
  const auto found = FoundIn(ToJson(comparison));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->network, comparison.networks[0].text);
  EXPECT_EQ(found->reward, 0.5);
  EXPECT_EQ(found->validation, 0.5);
  EXPECT_NEAR(found->test.value(), 0.85, 1e-12);
  EXPECT_EQ(found->finalists, 2);
  comparison.networks[0].training.test_accuracy = {std::numeric_limits<double>::quiet_NaN()};
  EXPECT_FALSE(FoundIn(ToJson(comparison))->test) << "diverged";
}

TEST(FoundTest, AnythingElseHasNone) {
  for (const std::string text :
       {"", "[1", "null", "[]", "{}", R"({"networks":7})", R"({"networks":[{"role":1}]})",
        R"({"networks":[{"role":"hand-made"}]})", R"({"networks":[{"role":"found"}]})"}) {
    EXPECT_FALSE(FoundIn(text)) << text;
  }
  EXPECT_FALSE(FoundIn(std::string(100'000, '[')));
}

TEST(ComparisonTest, DivergedTrainingIsNullInJson) {
  Comparison comparison;
  comparison.networks = {Network("given", {std::numeric_limits<double>::quiet_NaN()})};
  const auto json = nlohmann::json::parse(ToJson(comparison));
  EXPECT_TRUE(json.at("networks")[0].at("test_accuracy")[0].is_null());
  EXPECT_THAT(ToText(comparison), HasSubstr("diverged"));
}

}  // namespace
}  // namespace netsmith::report
