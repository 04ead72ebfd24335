#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "netsmith/train/train.h"
#include "tests/train/spots.h"

namespace netsmith::train {
namespace {

using testing::Spots;
using testing::SpotsNetwork;

/// Another data set with one value of one record replaced.
class WithValue : public data::Dataset {
 public:
  WithValue(std::shared_ptr<const data::Dataset> whole, std::int64_t record, float value)
      : whole_(std::move(whole)), record_(record), value_(value) {}

  const std::string& name() const override { return whole_->name(); }
  tensor::SampleShape shape() const override { return whole_->shape(); }
  int num_classes() const override { return whole_->num_classes(); }
  std::int64_t size() const override { return whole_->size(); }
  std::int32_t Label(std::int64_t record) const override { return whole_->Label(record); }
  void Read(std::span<const std::int64_t> records, std::span<float> dst) const override {
    whole_->Read(records, dst);
    for (std::size_t i = 0; i < records.size(); ++i) {
      if (records[i] == record_) dst[i * static_cast<std::size_t>(shape().size()) + 5] = value_;
    }
  }

 private:
  std::shared_ptr<const data::Dataset> whole_;
  std::int64_t record_;
  float value_;
};

data::Problem ProblemWith(float value) {
  const auto dataset = std::make_shared<WithValue>(Spots(60, 1), 7, value);
  std::vector<std::int64_t> train, validation;
  for (int i = 0; i < 60; ++i) (i < 40 ? train : validation).push_back(i);
  return {dataset, dataset, train, validation};
}

std::vector<float> Params(Child& child) {
  const auto flat = child.program().flat_params();
  return {flat.begin(), flat.end()};
}

const float kBadValues[] = {std::numeric_limits<float>::quiet_NaN(),
                            std::numeric_limits<float>::infinity(),
                            -std::numeric_limits<float>::infinity()};

TEST(StepTest, ReportsASampleThatIsNotFiniteAndLeavesTheWeights) {
  for (const float bad : kBadValues) {
    const data::Problem problem = ProblemWith(bad);
    Child child(SpotsNetwork(), problem, {.mb = 4});
    const std::vector<float> before = Params(child);
    const StepResult result = child.Step(std::vector<std::int64_t>{5, 6, 7, 8}, 0);
    EXPECT_FALSE(result.finite()) << bad;
    EXPECT_FALSE(result.finite_samples) << bad;
    EXPECT_EQ(result.Trouble(), "a sample has a value that is NaN or infinite");
    EXPECT_EQ(Params(child), before);
  }
}

TEST(StepTest, TheCallerMayGoOnWithTheNextMiniBatch) {
  const data::Problem problem = ProblemWith(kBadValues[0]);
  Child child(SpotsNetwork(), problem, {.mb = 4});
  const std::vector<float> before = Params(child);
  EXPECT_FALSE(child.Step(std::vector<std::int64_t>{7}, 0).finite());
  const StepResult result = child.Step(std::vector<std::int64_t>{0, 1, 2, 3}, 1);
  EXPECT_TRUE(result.finite());
  EXPECT_EQ(result.Trouble(), "");
  EXPECT_GT(result.gradient_norm, 0);
  EXPECT_NE(Params(child), before);
}

TEST(StepTest, ReportsAGradientThatOverflowsWhereTheLossDoesNot) {
  // The convolution makes 2 of the value 1e38; a wrong class's logit becomes 2000 and more, and the
  // convolution's gradient is 1000 times 1e38.
  const data::Problem problem = ProblemWith(1e38f);
  Child child(SpotsNetwork(), problem, {.mb = 4});
  engine::Program& program = child.program();
  const std::int32_t wrong = (problem.development().Label(7) + 1) % 3;
  program.WriteParam(0, std::vector<float>(3 * 6, 2e-38f));
  std::vector<float> dense(72 * 3);
  for (std::size_t i = 0; i < 72; ++i) dense[3 * i + static_cast<std::size_t>(wrong)] = 1000;
  program.WriteParam(2, dense);
  const std::vector<float> before = Params(child);
  const StepResult result = child.Step(std::vector<std::int64_t>{7}, 0);
  EXPECT_TRUE(result.finite_samples);
  EXPECT_TRUE(std::isfinite(result.loss)) << result.loss;
  EXPECT_FALSE(result.finite());
  EXPECT_EQ(result.Trouble(), "a gradient became NaN or infinite");
  EXPECT_EQ(Params(child), before);
}

TEST(StepTest, TrainingEndsAndSaysWhy) {
  for (const char* augment : {"none", "jitter"}) {
    const data::Problem problem = ProblemWith(kBadValues[1]);
    Child child(SpotsNetwork(), problem, {.epochs = 3, .mb = 10, .recipe = {.augment = augment}});
    const TrainResult result = child.Train({});
    EXPECT_TRUE(result.diverged);
    EXPECT_EQ(result.reason, "a sample has a value that is NaN or infinite") << augment;
  }
}

}  // namespace
}  // namespace netsmith::train
