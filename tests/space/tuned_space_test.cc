#include "netsmith/space/tuned_space.h"

#include <gtest/gtest.h>

#include <string>

#include "netsmith/base/error.h"
#include "netsmith/graph/graph.h"
#include "netsmith/space/network.h"
#include "netsmith/space/registry.h"

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
