#include "netsmith/train/train.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "netsmith/base/error.h"
#include "tests/train/spots.h"

namespace netsmith::train {
namespace {

using ::testing::HasSubstr;
using testing::SpotsNetwork;
using testing::SpotsProblem;

std::string ErrorOf(const graph::Graph& graph, const TrainOptions& options) {
  const data::Problem problem = SpotsProblem();
  try {
    Child child(graph, problem, options);
  } catch (const base::InvalidArgument& error) {
    return error.what();
  }
  return "no error";
}

TEST(TrainTest, LearnsWhatCanBeLearnt) {
  const data::Problem problem = SpotsProblem();
  Child child(SpotsNetwork(), problem, {.epochs = 30, .mb = 10, .learning_rate = 1e-2});
  const TrainResult result = child.Train({});
  EXPECT_FALSE(result.diverged);
  ASSERT_EQ(result.validation_accuracy.size(), 30u);
  // The spot decides the label alone: a network that learns at all separates the classes.
  EXPECT_GE(result.validation_accuracy.back(), 0.98);
  EXPECT_LT(result.train_loss.back(), 0.1 * result.train_loss.front());
  EXPECT_LT(result.validation_loss.back(), 0.1 * result.validation_loss.front());
  EXPECT_GE(child.Accuracy(problem.OpenTestSet("test of training")), 0.94);
}

TEST(TrainTest, ResultDependsOnTheSeedAndNotOnThreads) {
  const data::Problem problem = SpotsProblem();
  const auto params = [&](std::uint64_t seed, int threads) {
    Child child(SpotsNetwork(30), problem,
                {.epochs = 2, .mb = 16, .seed = seed, .num_threads = threads});
    child.Train({});
    const auto flat = child.program().flat_params();
    return std::vector<float>(flat.begin(), flat.end());
  };
  EXPECT_EQ(params(1, 1), params(1, 1));
  EXPECT_EQ(params(1, 1), params(1, 3));
  EXPECT_NE(params(1, 1), params(2, 1));
}

TEST(TrainTest, AnEpochSeesAtMostMaxSamples) {
  const data::Problem problem = SpotsProblem();
  const auto first_epoch_loss = [&](std::int64_t max_samples) {
    Child child(SpotsNetwork(), problem, {.epochs = 1, .mb = 10, .max_samples = max_samples});
    return child.Train({}).train_loss[0];
  };
  EXPECT_NE(first_epoch_loss(10), first_epoch_loss(20));
  EXPECT_EQ(first_epoch_loss(0), first_epoch_loss(1000));
}

TEST(TrainTest, DivergenceEndsTrainingAtOnceAndIsAResult) {
  const data::Problem problem = SpotsProblem();
  Child child(SpotsNetwork(), problem, {.epochs = 50, .mb = 10, .learning_rate = 1e30});
  const TrainResult result = child.Train({});
  EXPECT_TRUE(result.diverged);
  EXPECT_THAT(result.reason, HasSubstr("became NaN or infinite"));
  EXPECT_EQ(result.train_loss.size(), 1u);
  EXPECT_TRUE(result.validation_accuracy.empty());
}

TEST(TrainTest, AStopRequestInterruptsTraining) {
  const data::Problem problem = SpotsProblem();
  std::stop_source source;
  TrainOptions options{.epochs = 1000000, .mb = 10};
  options.on_epoch = [&](int epoch, double) {
    if (epoch == 2) source.request_stop();
  };
  Child child(SpotsNetwork(), problem, options);
  EXPECT_THROW(child.Train(source.get_token()), base::Interrupted);
}

TEST(TrainTest, ErrorsNameBothSides) {
  graph::Graph longer = SpotsNetwork();
  longer.input = {1, 13, 1};
  EXPECT_THAT(ErrorOf(longer, {}),
              HasSubstr("the network takes samples of 1x13x1, data set 'spots' has 1x12x1"));
  graph::Graph more = SpotsNetwork();
  more.nodes.back().op = graph::Dense{4};
  EXPECT_THAT(ErrorOf(more, {}), HasSubstr("has 4 outputs, data set 'spots' has 3 classes"));
  EXPECT_THAT(ErrorOf(SpotsNetwork(), {.epochs = 0}),
              HasSubstr("epochs is 0, expected at least 1"));
  EXPECT_THAT(ErrorOf(SpotsNetwork(), {.mb = -1}), HasSubstr("mb is -1, expected at least 1"));
  EXPECT_THAT(ErrorOf(SpotsNetwork(), {.learning_rate = std::numeric_limits<double>::quiet_NaN()}),
              HasSubstr("learning_rate is nan, expected a positive number"));
}

TEST(TrainTest, PlannedBytesCoverTheProgramAndTheOptimizer) {
  base::ThreadPool pool(1);
  engine::Program program(SpotsNetwork(), 100, pool);
  EXPECT_GT(PlannedBytes(SpotsNetwork(), 100), program.planned_bytes());
  EXPECT_GT(PlannedBytes(SpotsNetwork(), 1000), PlannedBytes(SpotsNetwork(), 100));
  const auto bytes = [](const Recipe& recipe) {
    return PlannedBytes(SpotsNetwork(), 9, 1, recipe);
  };
  EXPECT_GT(bytes({.ema = 0.9}), bytes({}));
  EXPECT_GT(bytes({.augment = "auto"}), bytes({}));
  EXPECT_LT(bytes({.optimizer = {.name = "sgd"}}), bytes({}));
}

}  // namespace
}  // namespace netsmith::train
