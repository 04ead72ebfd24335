#include "netsmith/train/full_training.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "netsmith/base/error.h"
#include "netsmith/data/load.h"
#include "netsmith/engine/weights.h"
#include "netsmith/graph/graph.h"
#include "netsmith/space/network.h"
#include "netsmith/train/train.h"
#include "tests/support/environment.h"
#include "tests/support/quadrants.h"

namespace netsmith::train {
namespace {

class FullTrainingTest : public ::testing::Test {
 protected:
  FullTrainingTest() {
    testing::WriteQuadrants(folder_.path());
    problem_ = std::make_unique<data::Problem>(data::LoadProblem(folder_.path().string(), {}));
    for (const char* text : {"3,4,2,5", "5,2,1,0"}) {
      networks_.push_back({text, space::ParseNetwork(text, problem_->development().shape(), 4)});
    }
  }
  std::vector<FullTrainingResult> Train(const FullTrainingOptions& options) const {
    return TrainInFull(networks_, *problem_, options, {});
  }
  void KeepWeights() {
    for (NamedNetwork& network : networks_) network.keeps_weights = true;
  }
  testing::TemporaryFolder folder_;
  std::unique_ptr<data::Problem> problem_;
  std::vector<NamedNetwork> networks_;
};

/// As a study's store does, by what decides a training.
class Memory : public TrainingMemory {
 public:
  std::optional<Training> Find(const TrainingTask& task) override {
    const auto found = trainings_.find(Key(task));
    return found == trainings_.end() ? std::nullopt : std::optional(found->second);
  }
  void Keep(const TrainingTask& task, const Training& training) override {
    EXPECT_TRUE(task.network.keeps_weights || training.weights.params.empty());
    trainings_[Key(task)] = training;
  }
  std::size_t size() const { return trainings_.size(); }

 private:
  static std::string Key(const TrainingTask& task) {
    return fmt::format("{} {} {} {} {} {} {}", task.network.name, task.problem.content_hash(),
                       task.epochs, task.mb, task.max_samples, task.learning_rate, task.seed);
  }
  std::map<std::string, Training> trainings_;
};

void ExpectSame(const std::vector<FullTrainingResult>& one,
                const std::vector<FullTrainingResult>& other) {
  ASSERT_EQ(one.size(), other.size());
  for (std::size_t i = 0; i < one.size(); ++i) {
    EXPECT_EQ(one[i].learning_rate, other[i].learning_rate);
    EXPECT_EQ(one[i].rate_accuracy, other[i].rate_accuracy);
    EXPECT_EQ(one[i].validation_accuracy, other[i].validation_accuracy);
    EXPECT_EQ(one[i].validation_loss, other[i].validation_loss);
    EXPECT_EQ(one[i].test_accuracy, other[i].test_accuracy);
    EXPECT_EQ(one[i].fold_weights, other[i].fold_weights);
    EXPECT_EQ(one[i].seed_weights, other[i].seed_weights);
    ASSERT_TRUE(one[i].best && other[i].best);
    EXPECT_EQ(one[i].best->seed, other[i].best->seed);
    EXPECT_EQ(one[i].best->validation_accuracy, other[i].best->validation_accuracy);
    EXPECT_EQ(one[i].best->test_accuracy, other[i].best->test_accuracy);
  }
}

double Mean(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

FullTrainingOptions Options(int num_cores) {
  return {.epochs = 2,
          .mb = 20,
          .learning_rates = {1e-5, 1e-2},
          .seed = 3,
          .num_seeds = 2,
          .num_cores = num_cores};
}

TEST_F(FullTrainingTest, TakesTheRateOfTheHighestValidationAccuracy) {
  for (const FullTrainingResult& result : Train(Options(1))) {
    ASSERT_EQ(result.rate_accuracy.size(), 2u);
    const auto best = std::ranges::max_element(result.rate_accuracy);
    const auto index = best - result.rate_accuracy.begin();
    EXPECT_EQ(result.learning_rate, Options(1).learning_rates[static_cast<std::size_t>(index)]);
    EXPECT_EQ(result.validation_accuracy[0], *best);
  }
}

TEST(StandingTest, OfEqualAccuraciesTheLowerLossIsBetter) {
  const Standing sure{.accuracy = 1, .loss = 0.1}, unsure{.accuracy = 1, .loss = 0.2};
  EXPECT_TRUE(sure.IsBetterThan(unsure));
  EXPECT_FALSE(unsure.IsBetterThan(sure));
  EXPECT_FALSE(sure.IsBetterThan(sure));
  EXPECT_TRUE(unsure.IsBetterThan({.accuracy = 0.5, .loss = 0}));
  EXPECT_TRUE(unsure.IsBetterThan(Standing()));
}

TEST(StandingTest, MeansOfTheSameFoldsInAnotherOrderAreEqual) {
  const double one = 0.2 * 0.7 + 0.2 * 0.9 + 0.2 * 0.8, other = 0.2 * 0.9 + 0.2 * 0.8 + 0.2 * 0.7;
  ASSERT_NE(one, other) << "they would say nothing of rounding";
  const Standing sure{.accuracy = std::min(one, other), .loss = 0.1};
  EXPECT_TRUE(sure.IsBetterThan({.accuracy = std::max(one, other), .loss = 0.2}));
  EXPECT_TRUE(Standing{.accuracy = 0.5001}.IsBetterThan({.accuracy = 0.5, .loss = 0}));
}

TEST_F(FullTrainingTest, OfRatesWithEqualAccuraciesTakesTheOneOfTheLowestLoss) {
  FullTrainingOptions options = Options(2);
  options.epochs = 12;
  std::vector<double> losses;
  const std::vector<double> rates = {1e-2, 2e-2};
  for (const double rate : rates) {
    options.learning_rates = {rate};
    const FullTrainingResult alone = Train(options).front();
    ASSERT_EQ(alone.validation_accuracy[0], 1) << "with equal accuracies alone the loss decides";
    losses.push_back(alone.validation_loss[0]);
  }
  ASSERT_LT(losses[1], losses[0]) << "the first of equals would win without it";
  options.learning_rates = rates;
  EXPECT_EQ(Train(options).front().learning_rate, rates[1]);
}

TEST_F(FullTrainingTest, CoresDoNotChangeTheResult) {
  ExpectSame(Train(Options(1)), Train(Options(3)));
}

TEST_F(FullTrainingTest, TheFirstFoldChoosesTheRateAndAllSamplesTrainWhatIsChosen) {
  FullTrainingOptions options = Options(2);
  options.num_folds = 3;
  const auto results = Train(options);
  const data::Problem whole = problem_->Whole();
  for (std::size_t n = 0; n < networks_.size(); ++n) {
    const FullTrainingResult& result = results[n];
    ASSERT_EQ(result.validation_accuracy.size(), 3u);
    ASSERT_EQ(result.validation_loss.size(), 3u);
    EXPECT_EQ(result.rate_accuracy[1], result.validation_accuracy[0]);
    EXPECT_GT(result.rate_accuracy[1], result.rate_accuracy[0]);
    EXPECT_EQ(result.learning_rate, 1e-2);
    const auto alone = TrainInFull({&networks_[n], 1}, whole,
                                   {.epochs = options.epochs,
                                    .mb = options.mb,
                                    .learning_rates = {1e-2},
                                    .seed = options.seed,
                                    .num_seeds = options.num_seeds},
                                   {});
    EXPECT_EQ(result.test_accuracy, alone[0].test_accuracy);
    ASSERT_TRUE(result.best);
    EXPECT_EQ(result.best->seed, options.seed);  // no seed is better on validation: the first
    EXPECT_EQ(result.best->validation_accuracy, Mean(result.validation_accuracy));
  }
}

TEST_F(FullTrainingTest, KeepsTheWeightsOfEveryFoldAndSeed) {
  FullTrainingOptions options = Options(2);
  options.num_folds = 3;
  KeepWeights();
  const auto results = Train(options);
  const auto folds = problem_->Folds(3, options.seed);
  for (std::size_t n = 0; n < networks_.size(); ++n) {
    const auto measure = [&](const engine::Weights& weights, const data::Problem& problem,
                             const data::Dataset& dataset) {
      Child child(networks_[n].graph, problem, {.mb = options.mb});
      engine::WriteWeights(weights, child.program());
      return child.Accuracy(dataset);
    };
    ASSERT_EQ(results[n].fold_weights.size(), 3u);
    for (std::size_t f = 0; f < 3; ++f) {
      // A fold's training alone, at the chosen rate.
      const FullTrainingResult alone =
          TrainInFull({&networks_[n], 1}, problem_->WithSplit(folds[f]),
                      {.epochs = options.epochs,
                       .mb = options.mb,
                       .learning_rates = {results[n].learning_rate},
                       .seed = options.seed},
                      {})
              .front();
      EXPECT_EQ(results[n].fold_weights[f], alone.best->weights);
    }
    ASSERT_EQ(results[n].seed_weights.size(), 2u);
    for (std::size_t s = 0; s < 2; ++s) {
      EXPECT_EQ(measure(results[n].seed_weights[s], *problem_, problem_->OpenTestSet("a test")),
                results[n].test_accuracy[s]);
    }
  }
}

/// Wherever it is stopped: after so many trainings.
TEST_F(FullTrainingTest, GoesOnWhereItWasStoppedAndEndsTheSame) {
  for (const int num_folds : {1, 3}) {
    for (const bool keeps_weights : {false, true}) {
      for (NamedNetwork& network : networks_) network.keeps_weights = keeps_weights;
      FullTrainingOptions options = Options(1);
      options.num_folds = num_folds;
      const auto whole = Train(options);
      const std::int64_t all = 2 * NumTrainings(options);
      for (std::int64_t before = 1; before <= all; ++before) {
        Memory memory;
        options.memory = &memory;
        std::stop_source source;
        options.on_training = [&](const FullTrainingProgress& progress) {
          if (progress.num_done == before) source.request_stop();
        };
        if (before < all) {
          EXPECT_THROW(TrainInFull(networks_, *problem_, options, source.get_token()),
                       base::Interrupted);
        } else {
          TrainInFull(networks_, *problem_, options, source.get_token());
        }
        ASSERT_EQ(memory.size(), static_cast<std::size_t>(before));
        std::vector<std::int64_t> done;
        options.on_training = [&](const FullTrainingProgress& progress) {
          done.push_back(progress.num_done);
        };
        ExpectSame(Train(options), whole);
        // Without folds a rate may be the chosen one whose training could not be measured yet,
        // and whose weights were not kept.
        const std::int64_t choosing = num_folds > 1 || keeps_weights ? 0 : 1;
        EXPECT_LE(std::ssize(done), all - before + choosing);
        EXPECT_GE(std::ssize(done), all - before);
        options.memory = nullptr;
        options.on_training = {};
      }
    }
  }
}

TEST_F(FullTrainingTest, MoreSeedsTrainOnlyThese) {
  FullTrainingOptions options = Options(2);
  Memory memory;
  options.memory = &memory;
  Train(options);
  options.num_seeds = 4;
  int trained = 0;
  options.on_training = [&](const FullTrainingProgress&) { ++trained; };
  const auto results = Train(options);
  EXPECT_EQ(trained, 2 * 2);
  options.memory = nullptr;
  ExpectSame(results, Train(options));
}

TEST_F(FullTrainingTest, WeightsThatWereNotKeptAreTrainedAgain) {
  FullTrainingOptions options = Options(2);
  Memory memory;
  options.memory = &memory;
  Train(options);
  KeepWeights();
  const auto results = Train(options);
  options.memory = nullptr;
  ExpectSame(results, Train(options));
}

TEST_F(FullTrainingTest, WhenOneCannotBeKeptTheRestIsNotTrained) {
  class Full : public TrainingMemory {
   public:
    std::optional<Training> Find(const TrainingTask&) override { return std::nullopt; }
    void Keep(const TrainingTask&, const Training&) override {
      ++kept;
      throw base::StoreError("the disk is full");
    }
    int kept = 0;
  };
  FullTrainingOptions options = Options(2);
  options.epochs = 20;
  Full memory;
  options.memory = &memory;
  EXPECT_THROW(Train(options), base::StoreError);
  EXPECT_LE(memory.kept, 2) << "one for each core";
}

TEST_F(FullTrainingTest, TellsOfEachTrainingHowManyThereAre) {
  for (const int num_folds : {1, 3}) {
    FullTrainingOptions options = Options(2);
    options.num_folds = num_folds;
    std::vector<std::int64_t> done;
    std::int64_t all = 0;
    options.on_training = [&](const FullTrainingProgress& progress) {
      done.push_back(progress.num_done);
      all = progress.num_all;
      EXPECT_GE(progress.seconds_left, 0);
      const bool is_whole = progress.training.ends_with("all samples");
      EXPECT_EQ(progress.validation_accuracy.has_value(), !is_whole) << progress.training;
    };
    Train(options);
    EXPECT_EQ(all, 2 * NumTrainings(options));
    std::vector<std::int64_t> expected(static_cast<std::size_t>(all));
    std::iota(expected.begin(), expected.end(), 1);
    EXPECT_EQ(done, expected);
  }
}

TEST_F(FullTrainingTest, DivergedTrainingsHaveNoTestAccuracy) {
  // The largest step there is: the weights overflow at once.
  FullTrainingOptions options = Options(2);
  options.learning_rates = {1e38};
  KeepWeights();
  for (const FullTrainingResult& result : Train(options)) {
    EXPECT_TRUE(std::isnan(result.test_accuracy[0])) << result.test_accuracy[0];
    EXPECT_TRUE(std::isinf(result.validation_loss[0])) << result.validation_loss[0];
    EXPECT_TRUE(result.seed_weights[0].params.empty());
  }
}

TEST_F(FullTrainingTest, StopsWhenAsked) {
  std::stop_source source;
  source.request_stop();
  EXPECT_THROW(TrainInFull(networks_, *problem_, Options(2), source.get_token()),
               base::Interrupted);
}

}  // namespace
}  // namespace netsmith::train
