#include "netsmith/optim/optimizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "netsmith/base/error.h"
#include "netsmith/base/random.h"
#include "netsmith/base/thread_pool.h"

namespace netsmith::optim {
namespace {

using ::testing::HasSubstr;

constexpr std::int64_t kParams = 1003;  // no multiple of any vector
constexpr int kUpdates = 12;
constexpr double kRate = 3e-3;
constexpr double kScale = 0.5;  // in front of the gradients

/// The rules of the headers, element by element, in double.
class Reference {
 public:
  explicit Reference(const OptimizerOptions& options)
      : o_(options), first_(kParams), second_(kParams) {}

  void Update(std::vector<double>& params, const std::vector<float>& gradients,
              const std::vector<bool>& decayed) {
    ++t_;
    for (std::size_t i = 0; i < params.size(); ++i) {
      const double decay = decayed[i] ? o_.weight_decay : 0;
      double& w = params[i];
      double g = kScale * gradients[i];
      if (o_.name == "adamw") {
        const double change = AdamChange(i, g);
        w -= kRate * decay * w + change;
        continue;
      }
      g += decay * w;
      w -= o_.name == "adam"  ? AdamChange(i, g)
           : o_.name == "sgd" ? SgdChange(i, g)
                              : RmsPropChange(i, g);
    }
  }

 private:
  double AdamChange(std::size_t i, double g) {
    first_[i] = o_.beta1 * first_[i] + (1 - o_.beta1) * g;
    second_[i] = o_.beta2 * second_[i] + (1 - o_.beta2) * g * g;
    const double mean = first_[i] / (1 - std::pow(o_.beta1, t_));
    const double square = second_[i] / (1 - std::pow(o_.beta2, t_));
    return kRate * mean / (std::sqrt(square) + o_.epsilon);
  }
  double SgdChange(std::size_t i, double g) {
    first_[i] = o_.momentum * first_[i] + g;
    return kRate * (o_.nesterov ? g + o_.momentum * first_[i] : first_[i]);
  }
  double RmsPropChange(std::size_t i, double g) {
    second_[i] = o_.rho * second_[i] + (1 - o_.rho) * g * g;
    return kRate * g / (std::sqrt(second_[i]) + o_.epsilon);
  }

  OptimizerOptions o_;
  int t_ = 0;
  std::vector<double> first_, second_;
};

std::vector<float> Gradients(int update, std::int64_t count) {
  base::Generator generator = base::RandomStreams(5).For("gradients", update);
  std::vector<float> gradients(static_cast<std::size_t>(count));
  for (float& g : gradients) g = static_cast<float>(generator.Normal());
  return gradients;
}

std::vector<float> Start(std::int64_t count) {
  base::Generator generator(9);
  std::vector<float> params(static_cast<std::size_t>(count));
  for (float& w : params) w = static_cast<float>(generator.Normal());
  return params;
}

std::vector<float> Train(const OptimizerOptions& options, std::int64_t count,
                         const std::vector<Range>& decayed, int threads) {
  base::ThreadPool pool(threads);
  std::vector<float> params = Start(count);
  const auto optimizer = MakeOptimizer(options, count, decayed);
  for (int update = 0; update < kUpdates; ++update) {
    optimizer->Update(params, Gradients(update, count), kRate, pool, kScale);
  }
  return params;
}

class OptimizerTest : public ::testing::TestWithParam<OptimizerOptions> {};

TEST_P(OptimizerTest, FollowsItsRuleInDouble) {
  const std::vector<Range> ranges = {{3, 100}, {500, 501}};
  std::vector<bool> decayed(kParams);
  for (const Range& range : ranges) {
    std::fill_n(decayed.begin() + range.first, range.count, true);
  }
  const std::vector<float> start = Start(kParams);
  std::vector<double> expected(start.begin(), start.end());
  Reference reference(GetParam());
  for (int update = 0; update < kUpdates; ++update) {
    reference.Update(expected, Gradients(update, kParams), decayed);
  }
  const std::vector<float> found = Train(GetParam(), kParams, ranges, 1);
  for (std::size_t i = 0; i < found.size(); ++i) {
    // Twelve updates, each rounding to 2^-24 of a weight of up to about 4.
    ASSERT_NEAR(found[i], expected[i], 5e-6) << i;
  }
}

TEST_P(OptimizerTest, ThreadsAndSlicesChangeNoBit) {
  const std::int64_t count = 70'001;  // three slices
  const std::vector<Range> ranges = {{1, 40'000}, {40'003, 9}, {69'000, 1001}};
  const std::vector<float> one = Train(GetParam(), count, ranges, 1);
  EXPECT_EQ(one, Train(GetParam(), count, ranges, 2));
  EXPECT_EQ(one, Train(GetParam(), count, ranges, 3));
  EXPECT_EQ(one, Train(GetParam(), count, ranges, 8));
}

TEST_P(OptimizerTest, DecaysNothingButTheNamedRanges) {
  OptimizerOptions none = GetParam();
  none.weight_decay = 0;
  const std::vector<float> without = Train(none, kParams, {}, 1);
  const std::vector<float> with = Train(GetParam(), kParams, {{10, 20}}, 1);
  for (std::size_t i = 0; i < with.size(); ++i) {
    EXPECT_EQ(with[i] != without[i], i >= 10 && i < 30 && GetParam().weight_decay > 0) << i;
  }
}

TEST_P(OptimizerTest, FindsTheMinimumOfAParabola) {
  base::ThreadPool pool(1);
  OptimizerOptions options = GetParam();
  options.weight_decay = 0;
  const auto optimizer = MakeOptimizer(options, 2);
  std::vector<float> params = {1, -2};
  for (int i = 0; i < 3000; ++i) {
    optimizer->Update(params, std::vector<float>{2 * (params[0] - 3), 8 * (params[1] - 1)}, 5e-3,
                      pool);
  }
  EXPECT_NEAR(params[0], 3, 0.02);
  EXPECT_NEAR(params[1], 1, 0.02);
}

INSTANTIATE_TEST_SUITE_P(
    Rules, OptimizerTest,
    ::testing::Values(OptimizerOptions{.name = "adam"},
                      OptimizerOptions{.name = "adam", .beta1 = 0.8, .weight_decay = 0.1},
                      OptimizerOptions{.name = "adamw", .beta2 = 0.99, .weight_decay = 0.5},
                      OptimizerOptions{.name = "rmsprop", .rho = 0.8, .weight_decay = 0.1},
                      OptimizerOptions{.name = "sgd", .momentum = 0, .weight_decay = 0.1},
                      OptimizerOptions{.name = "sgd", .momentum = 0.9, .weight_decay = 0.1},
                      OptimizerOptions{
                          .name = "sgd", .momentum = 0.8, .nesterov = true, .weight_decay = 0.1}),
    [](const auto& test) { return test.param.name + std::to_string(test.index); });

std::string ErrorOf(const OptimizerOptions& options) {
  try {
    CheckOptions(options);
  } catch (const base::InvalidArgument& error) {
    return error.what();
  }
  return "no error";
}

TEST(OptimizerOptionsTest, ErrorsSayWhatWasFoundAndExpected) {
  EXPECT_THAT(ErrorOf({.name = "lion"}),
              HasSubstr("optimizer is 'lion', expected one of adam, adamw, rmsprop, sgd"));
  EXPECT_THAT(ErrorOf({.name = "sgd", .momentum = 1}),
              HasSubstr("momentum is 1, expected at least 0 and below 1"));
  EXPECT_THAT(ErrorOf({.name = "sgd", .momentum = 0, .nesterov = true}),
              HasSubstr("momentum is 0, expected more than 0 beside nesterov"));
  EXPECT_THAT(ErrorOf({.weight_decay = -1}), HasSubstr("weight_decay is -1"));
  EXPECT_THAT(ErrorOf({.weight_decay = std::nan("")}), HasSubstr("weight_decay is nan"));
  EXPECT_EQ(ErrorOf({.name = "sgd", .momentum = 0.9, .nesterov = true}), "no error");
}

}  // namespace
}  // namespace netsmith::optim
