#include "netsmith/space/tuned_space.h"

#include <gtest/gtest.h>

#include <string>

#include "netsmith/base/error.h"
#include "netsmith/graph/graph.h"
#include "netsmith/space/hyperparameters.h"
#include "netsmith/space/network.h"
#include "netsmith/space/registry.h"
#include "netsmith/train/recipe.h"

namespace netsmith::space {
namespace {

TEST(TunedSpaceTest, LearningRateStandsBehindTheSpacesOwnDecisions) {
  const auto space = MakeSpace("post+learning_rate", {.max_layers = 1});
  ASSERT_EQ(space->decisions().size(), 5u);
  EXPECT_EQ(space->decisions().back().name, "learning_rate");
  EXPECT_EQ(space->OptionText(4, 0), "0.0003");
  const Genome genome = {1, 2, 3, 4, 2};
  EXPECT_EQ(space->Training(genome).learning_rate, 3e-3);
  EXPECT_EQ(space->NetworkText(genome), "post+learning_rate:1,2,3,4,2");
  EXPECT_EQ(space->Build(genome, {8, 8, 1}, 3), ParseNetwork("post:1,2,3,4", {8, 8, 1}, 3));
}

TEST(TunedSpaceTest, EveryHyperparameterHasUsualValuesInItsRange) {
  for (const std::string& name : HyperparameterNames()) {
    for (const double value : UsualValues(name)) {
      Hyperparameters training;
      EXPECT_NO_THROW(SetHyperparameter(training, name, value));
      EXPECT_NE(ToString(training), "");
    }
  }
}

TEST(TunedSpaceTest, ANetworksNameSaysWhatIsDecidedAboutItsTraining) {
  const Hyperparameters decided =
      ParseTraining("post+weight_decay+label_smoothing+augment_strength:1,2,3,4,1,2,3");
  EXPECT_EQ(decided,
            (Hyperparameters{.weight_decay = 5e-4, .label_smoothing = 0.1, .augment_strength = 2}));
  EXPECT_EQ(ParseTraining("post:1,2,3,4"), Hyperparameters());
  EXPECT_EQ(ParseTraining("5,32,2,0"), Hyperparameters());
  EXPECT_EQ(ParseTraining("@graph.json"), Hyperparameters());
}

TEST(HyperparametersTest, WhatIsDecidedTakesThePlaceOfTheRecipes) {
  const train::Recipe strong = train::NamedRecipe("strong");
  const train::Recipe decided =
      WithDecided(strong, {.weight_decay = 0, .label_smoothing = 0.2, .augment_strength = 2});
  EXPECT_EQ(decided.optimizer.weight_decay, 0);
  EXPECT_EQ(decided.label_smoothing, 0.2);
  EXPECT_EQ(decided.augment_strength, 2);
  EXPECT_EQ(train::Describe(WithDecided(strong, {})), train::Describe(strong));
}

train::Recipe WithAugment(const std::string& augment) {
  train::Recipe recipe;
  recipe.augment = augment;
  return recipe;
}

TEST(HyperparametersTest, ADecidedStrengthOfAugmentationNeedsSomeAugmentation) {
  EXPECT_EQ(WithDecided(WithAugment("none"), {.augment_strength = 1}).augment, "auto");
  EXPECT_EQ(WithDecided(WithAugment("flip"), {.augment_strength = 1}).augment, "flip");
  EXPECT_EQ(WithDecided(WithAugment("none"), {.weight_decay = 1}).augment, "none");
}

TEST(TunedSpaceTest, NameIsTakenApartBehindTheFile) {
  const TunedName file = ParseTunedName("a+b/c.toml+learning_rate");
  EXPECT_EQ(file.inner, "a+b/c.toml");
  EXPECT_EQ(file.hyperparameters, (std::vector<std::string>{"learning_rate"}));
  EXPECT_TRUE(ParseTunedName("a+b/c.toml").hyperparameters.empty());
  EXPECT_EQ(ParseTunedName("conv2d").inner, "conv2d");
}

TEST(TunedSpaceTest, WhatIsDecidedTwiceIsRefused) {
  EXPECT_THROW(MakeSpace("conv2d+learning_rate+learning_rate", {}), base::InvalidArgument);
  EXPECT_THROW(MakeSpace("conv2d+", {}), base::InvalidArgument);
}

TEST(HyperparametersTest, ValuesOutOfRangeAreRefused) {
  Hyperparameters training;
  EXPECT_THROW(SetHyperparameter(training, "learning_rate", 0), base::InvalidArgument);
  EXPECT_THROW(SetHyperparameter(training, "learning_rate", 11), base::InvalidArgument);
  EXPECT_EQ(ToString(training), "");
}

}  // namespace
}  // namespace netsmith::space
