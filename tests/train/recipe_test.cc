#include "netsmith/train/recipe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <memory>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "netsmith/base/error.h"
#include "netsmith/train/train.h"
#include "tests/train/spots.h"

namespace netsmith::train {
namespace {

using ::testing::ElementsAre;
using ::testing::FloatEq;
using ::testing::HasSubstr;
using testing::SpotsNetwork;
using testing::SpotsProblem;

/// Everything at once.
Recipe Full() {
  return {.optimizer = {.name = "adamw", .weight_decay = 0.05},
          .schedule = "one-cycle",
          .warmup_epochs = 1,
          .ema = 0.9,
          .clip_norm = 1,
          .label_smoothing = 0.1,
          .augment = "auto",
          .class_weights = "balanced"};
}

struct Trained {
  TrainResult result;
  std::vector<float> params;
  double accuracy = 0;
};

Trained Fit(const TrainOptions& options, bool with_norm = true) {
  const data::Problem problem = SpotsProblem();
  Child child(SpotsNetwork(20, with_norm), problem, options);
  Trained trained;
  trained.result = child.Train({});
  const auto flat = child.program().flat_params();
  trained.params.assign(flat.begin(), flat.end());
  trained.accuracy = child.Accuracy(problem.OpenTestSet("test of recipes"));
  return trained;
}

TEST(RecipeTest, ResultDependsOnTheSeedAndNotOnThreads) {
  const auto params = [](std::uint64_t seed, int threads) {
    return Fit({.epochs = 2, .mb = 16, .recipe = Full(), .seed = seed, .num_threads = threads})
        .params;
  };
  const std::vector<float> one = params(1, 1);
  EXPECT_EQ(one, params(1, 1));
  EXPECT_EQ(one, params(1, 3));
  EXPECT_NE(one, params(2, 1));
}

TEST(RecipeTest, EveryPartOfItChangesTheTraining) {
  const auto params = [](const Recipe& recipe) {
    return Fit({.epochs = 3, .mb = 16, .recipe = recipe}).params;
  };
  const std::vector<float> classic = params({});
  const std::vector<Recipe> recipes = {
      {.optimizer = {.name = "sgd"}},
      {.optimizer = {.weight_decay = 0.1}},
      {.schedule = "step"},
      {.schedule = "cosine"},
      {.schedule = "one-cycle"},
      {.warmup_epochs = 0.5},
      {.ema = 0.5},
      {.clip_norm = 0.1},  // Adam forgets a constant factor, and this one is not
      {.label_smoothing = 0.1},
      {.augment = "gain"},
      {.class_weights = "balanced"}};
  for (const Recipe& recipe : recipes) EXPECT_NE(params(recipe), classic) << Describe(recipe);
}

TEST(RecipeTest, EveryOptimizerAndTheWholeRecipeLearn) {
  std::vector<Recipe> recipes = {Full()};
  for (const std::string& name : optim::OptimizerNames()) {
    recipes.push_back({.optimizer = {.name = name, .nesterov = true}});
  }
  for (const Recipe& recipe : recipes) {
    const Trained trained = Fit({.epochs = 30, .mb = 10, .learning_rate = 1e-2, .recipe = recipe});
    EXPECT_FALSE(trained.result.diverged);
    EXPECT_GE(trained.accuracy, 0.94) << Describe(recipe);
  }
}

TEST(RecipeTest, Bf16LearnsAsWellAsF32) {
  const data::Problem problem = SpotsProblem();
  // Wide, so that bf16 is cheaper and taken.
  graph::Graph graph{.input = {1, 12, 1}, .nodes = {}};
  graph.Add(graph::Input{}, {});
  int last = graph.Add(graph::Activation{}, {graph.Add(graph::Conv{32, 1, 3}, {0})});
  last = graph.Add(graph::Activation{}, {graph.Add(graph::Conv{32, 1, 3}, {last})});
  graph.Add(graph::Dense{3}, {graph.Add(graph::Flatten{}, {last})});
  const auto train = [&](const std::string& precision) {
    Child child(graph, problem, {.epochs = 10, .mb = 16, .recipe = {.precision = precision}});
    const double loss = child.Train({}).train_loss.back();
    return std::pair{loss, child.Accuracy(problem.OpenTestSet("test of bf16"))};
  };
  const auto [f32_loss, f32_accuracy] = train("f32");
  const auto [bf16_loss, bf16_accuracy] = train("bf16");
  EXPECT_NE(f32_loss, bf16_loss);
  EXPECT_NEAR(f32_loss, bf16_loss, 0.05 * f32_loss);
  EXPECT_NEAR(f32_accuracy, bf16_accuracy, 0.03);
  EXPECT_GE(bf16_accuracy, 0.9);
}

TEST(RecipeTest, TheAveragedNetworkIsWhatIsMeasuredAndKept) {
  const data::Problem problem = SpotsProblem();
  Child child(SpotsNetwork(0, true), problem,
              {.epochs = 3, .mb = 10, .learning_rate = 3e-2, .recipe = {.ema = 0.8}});
  const TrainResult result = child.Train({});
  std::vector<std::int64_t> validation(problem.validation().begin(), problem.validation().end());
  const data::Subset subset(problem.development(), validation);
  EXPECT_EQ(child.Accuracy(subset), result.validation_accuracy.back());
}

TEST(RecipeTest, BalancedWeightsMakeClassesWeighTheSame) {
  // Ten of class 0 and two of class 1 to train on; class 2 has none.
  const auto dataset = std::make_shared<data::MemoryDataset>(
      "uneven", tensor::SampleShape{1, 1, 1}, 3, std::vector<std::uint8_t>(14),
      std::vector<std::int32_t>{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 2});
  std::vector<std::int64_t> train(12);
  std::iota(train.begin(), train.end(), 0);
  const data::Problem problem(dataset, dataset, train, {12, 13});
  EXPECT_THAT(ClassWeights("balanced", problem), ElementsAre(FloatEq(0.6f), FloatEq(3), 0));
  EXPECT_TRUE(ClassWeights("none", problem).empty());
}

TEST(RecipeTest, BalancedWeightsFindARareClass) {
  // One sample in twenty has a value above the others': without weights a network that has hardly
  // begun takes all for the common class.
  std::vector<std::uint8_t> samples;
  std::vector<std::int32_t> labels;
  base::Generator generator(4);
  for (int i = 0; i < 400; ++i) {
    labels.push_back(i % 20 == 0 ? 1 : 0);
    samples.push_back(static_cast<std::uint8_t>(generator.Below(130) + (i % 20 == 0 ? 125 : 0)));
  }
  const auto dataset = std::make_shared<data::MemoryDataset>(
      "rare", tensor::SampleShape{1, 1, 1}, 2, std::move(samples), std::move(labels));
  std::vector<std::int64_t> train, validation;
  for (int i = 0; i < 400; ++i) (i % 40 < 20 ? train : validation).push_back(i);
  const data::Problem problem(dataset, dataset, train, validation);
  graph::Graph graph{.input = {1, 1, 1}, .nodes = {}};
  graph.Add(graph::Input{}, {});
  graph.Add(graph::Flatten{}, {0});
  graph.Add(graph::Dense{2}, {1});
  const auto score = [&](const std::string& weights) {
    Child child(graph, problem,
                {.epochs = 20,
                 .mb = 10,
                 .learning_rate = 1e-2,
                 .recipe = {.class_weights = weights},
                 .metric = Metric::kBalancedAccuracy});
    return child.Train({}).validation_score.back();
  };
  EXPECT_LE(score("none"), 0.7);
  EXPECT_GE(score("balanced"), 0.85);
}

TEST(RecipeTest, DescribesWhatDiffersFromTheClassic) {
  EXPECT_EQ(Describe({}), "");
  EXPECT_EQ(Describe(NamedRecipe("classic")), "");
  EXPECT_EQ(Describe({.optimizer = {.name = "sgd", .momentum = 0.8, .nesterov = true},
                      .schedule = "cosine"}),
            "sgd, momentum 0.8, nesterov, cosine");
  EXPECT_EQ(Describe(Full()),
            "adamw, weight decay 0.05, one-cycle, warm-up epochs 1, ema 0.9, clip norm 1, label "
            "smoothing 0.1, augment auto, class weights balanced");
  EXPECT_EQ(Describe({.precision = "bf16"}), "bf16");
}

std::string ErrorOf(const Recipe& recipe) {
  try {
    CheckRecipe(recipe);
  } catch (const base::InvalidArgument& error) {
    return error.what();
  }
  return "no error";
}

TEST(RecipeTest, ErrorsSayWhatWasFoundAndExpected) {
  EXPECT_THAT(ErrorOf({.schedule = "linear"}),
              HasSubstr("schedule is 'linear', expected one of constant, step, cosine, one-cycle"));
  EXPECT_THAT(ErrorOf({.warmup_epochs = -1}), HasSubstr("warm-up epochs is -1, expected"));
  EXPECT_THAT(ErrorOf({.precision = "f16"}),
              HasSubstr("precision: found \"f16\", expected f32 or bf16"));
  EXPECT_THAT(ErrorOf({.ema = 1}), HasSubstr("ema is 1, expected a number from 0 to 0.999999"));
  EXPECT_THAT(ErrorOf({.clip_norm = std::nan("")}), HasSubstr("clip norm is nan"));
  EXPECT_THAT(ErrorOf({.label_smoothing = 1.5}), HasSubstr("label smoothing is 1.5"));
  EXPECT_THAT(ErrorOf({.augment = "warp"}), HasSubstr("augment, column 1: found 'warp'"));
  EXPECT_THAT(ErrorOf({.class_weights = "some"}), HasSubstr("class weights is 'some', expected"));
  EXPECT_EQ(ErrorOf(NamedRecipe("strong")), "no error");
  EXPECT_THROW(NamedRecipe("weak"), base::InvalidArgument);
}

}  // namespace
}  // namespace netsmith::train
