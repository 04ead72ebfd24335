#include "netsmith/train/train.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "netsmith/base/error.h"
#include "netsmith/base/random.h"
#include "netsmith/data/memory_dataset.h"

namespace netsmith::train {
namespace {

using ::testing::HasSubstr;

/// Signals of 12 bytes with a bright spot in the third that is the label, on noise.
std::shared_ptr<data::MemoryDataset> Spots(int count, std::uint64_t seed) {
  base::Generator generator(seed);
  std::vector<std::uint8_t> samples;
  std::vector<std::int32_t> labels;
  for (int i = 0; i < count; ++i) {
    const auto label = static_cast<std::int32_t>(generator.Below(3));
    const auto spot = 4 * label + static_cast<std::int32_t>(generator.Below(4));
    for (int x = 0; x < 12; ++x) {
      samples.push_back(static_cast<std::uint8_t>(x == spot ? 255 : generator.Below(60)));
    }
    labels.push_back(label);
  }
  return std::make_shared<data::MemoryDataset>("spots", tensor::SampleShape{1, 12, 1}, 3,
                                               std::move(samples), std::move(labels));
}

data::Problem MakeProblem() {
  std::vector<std::int64_t> train, validation;
  for (int i = 0; i < 200; ++i) (i < 150 ? train : validation).push_back(i);
  return {Spots(200, 1), Spots(50, 2), train, validation};
}

graph::Graph Network(double dropout_percent = 0) {
  graph::Graph graph{.input = {1, 12, 1}, .nodes = {}};
  graph.Add(graph::Input{}, {});
  graph.Add(graph::Conv{6, 1, 3}, {0});
  graph.Add(graph::Activation{}, {1});
  graph.Add(graph::MaxPool{1, 2}, {2});
  graph.Add(graph::Dropout{dropout_percent}, {3});
  graph.Add(graph::Flatten{}, {4});
  graph.Add(graph::Dense{3}, {5});
  return graph;
}

std::string ErrorOf(const graph::Graph& graph, const TrainOptions& options) {
  const data::Problem problem = MakeProblem();
  try {
    Child child(graph, problem, options);
  } catch (const base::InvalidArgument& error) {
    return error.what();
  }
  return "no error";
}

TEST(TrainTest, LearnsWhatCanBeLearnt) {
  const data::Problem problem = MakeProblem();
  Child child(Network(), problem, {.epochs = 30, .mb = 10, .learning_rate = 1e-2});
  const TrainResult result = child.Train({});
  EXPECT_FALSE(result.diverged);
  ASSERT_EQ(result.validation_accuracy.size(), 30u);
  // The spot decides the label alone: a network that learns at all separates the classes.
  EXPECT_GE(result.validation_accuracy.back(), 0.98);
  EXPECT_LT(result.train_loss.back(), 0.1 * result.train_loss.front());
  EXPECT_GE(child.Accuracy(problem.OpenTestSet("test of training")), 0.94);
}

TEST(TrainTest, ResultDependsOnTheSeedAndNotOnThreads) {
  const data::Problem problem = MakeProblem();
  const auto params = [&](std::uint64_t seed, int threads) {
    Child child(Network(30), problem,
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
  const data::Problem problem = MakeProblem();
  const auto first_epoch_loss = [&](std::int64_t max_samples) {
    Child child(Network(), problem, {.epochs = 1, .mb = 10, .max_samples = max_samples});
    return child.Train({}).train_loss[0];
  };
  EXPECT_NE(first_epoch_loss(10), first_epoch_loss(20));
  EXPECT_EQ(first_epoch_loss(0), first_epoch_loss(1000));
}

TEST(TrainTest, DivergenceEndsTrainingAtOnceAndIsAResult) {
  const data::Problem problem = MakeProblem();
  Child child(Network(), problem, {.epochs = 50, .mb = 10, .learning_rate = 1e30});
  const TrainResult result = child.Train({});
  EXPECT_TRUE(result.diverged);
  EXPECT_EQ(result.train_loss.size(), 1u);
  EXPECT_TRUE(result.validation_accuracy.empty());
}

TEST(TrainTest, AStopRequestInterruptsTraining) {
  const data::Problem problem = MakeProblem();
  std::stop_source source;
  TrainOptions options{.epochs = 1000000, .mb = 10};
  options.on_epoch = [&](int epoch, double) {
    if (epoch == 2) source.request_stop();
  };
  Child child(Network(), problem, options);
  EXPECT_THROW(child.Train(source.get_token()), base::Interrupted);
}

TEST(TrainTest, ErrorsNameBothSides) {
  graph::Graph longer = Network();
  longer.input = {1, 13, 1};
  EXPECT_THAT(ErrorOf(longer, {}),
              HasSubstr("the network takes samples of 1x13x1, data set 'spots' has 1x12x1"));
  graph::Graph more = Network();
  more.nodes.back().op = graph::Dense{4};
  EXPECT_THAT(ErrorOf(more, {}), HasSubstr("has 4 outputs, data set 'spots' has 3 classes"));
  EXPECT_THAT(ErrorOf(Network(), {.epochs = 0}), HasSubstr("epochs is 0, expected at least 1"));
  EXPECT_THAT(ErrorOf(Network(), {.mb = -1}), HasSubstr("mb is -1, expected at least 1"));
  EXPECT_THAT(ErrorOf(Network(), {.learning_rate = std::numeric_limits<double>::quiet_NaN()}),
              HasSubstr("learning_rate is nan, expected a positive number"));
}

TEST(TrainTest, PlannedBytesCoverTheProgramAndTheOptimizer) {
  base::ThreadPool pool(1);
  engine::Program program(Network(), 100, pool);
  EXPECT_GT(PlannedBytes(Network(), 100), program.planned_bytes());
  EXPECT_GT(PlannedBytes(Network(), 1000), PlannedBytes(Network(), 100));
}

}  // namespace
}  // namespace netsmith::train
