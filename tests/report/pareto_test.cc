#include "netsmith/report/pareto.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "netsmith/base/random.h"
#include "tests/support/trials.h"

namespace netsmith::report {
namespace {

using study::Objective;
using study::Trial;
using study::TrialState;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

study::StudySpec SpecOf(std::vector<Objective> objectives, const std::string& options = "{}") {
  study::StudySpec spec = testing::ExampleSpec("s");
  spec.objectives = std::move(objectives);
  spec.options_json = options;
  return spec;
}

std::vector<Trial> Trials(const std::vector<std::vector<double>>& values) {
  std::vector<Trial> trials;
  for (const auto& value : values) {
    study::Evaluation evaluation;
    evaluation.reward = value[0];
    evaluation.params = static_cast<std::int64_t>(value[1]);
    if (value.size() > 2) evaluation.macs = static_cast<std::int64_t>(value[2]);
    if (value.size() > 3) evaluation.latency_us = value[3];
    const auto number = static_cast<std::int64_t>(trials.size());
    trials.push_back(testing::Finished(testing::RunningTrial(number), evaluation));
  }
  return trials;
}

std::vector<std::int64_t> Numbers(const std::vector<Trial>& trials) {
  std::vector<std::int64_t> numbers;
  for (const Trial& trial : trials) numbers.push_back(trial.number);
  return numbers;
}

const std::vector kTwo = {Objective::kAccuracy, Objective::kParams};

TEST(ParetoTest, TheFrontIsWhatNoneDominatesBestAccuracyFirst) {
  const auto front = FrontOf(SpecOf(kTwo), Trials({{.5, 10}, {.4, 20}, {.9, 100}, {.8, 50}}));
  EXPECT_THAT(Numbers(front.trials), ElementsAre(2, 3, 0));
}

TEST(ParetoTest, DuplicatesAndTrialsThatAreNotCompleteAreNotOnTheFront) {
  auto trials = Trials({{.5, 10}, {.5, 10}, {.9, 5}, {.95, 4}});
  trials[1].duplicate_of = 0;
  trials[2].state = TrialState::kPruned;
  trials[3].state = TrialState::kRunning;
  EXPECT_THAT(Numbers(FrontOf(SpecOf(kTwo), trials).trials), ElementsAre(0));
}

TEST(ParetoTest, TheReferenceIsTheLimitOrElseTheHighestCost) {
  const auto trials = Trials({{.5, 10}, {.9, 100}});
  const auto by_highest = FrontOf(SpecOf(kTwo), trials);
  EXPECT_THAT(by_highest.reference, ElementsAre(0, 100));
  EXPECT_DOUBLE_EQ(by_highest.hypervolume, .5 * .9) << "who is as costly as that covers nothing";
  for (const char* options : {R"({"child":{"max_params":200}})", R"({"max_params":200})"}) {
    const auto by_limit = FrontOf(SpecOf(kTwo, options), trials);
    EXPECT_THAT(by_limit.reference, ElementsAre(0, 200));
    EXPECT_DOUBLE_EQ(by_limit.hypervolume, .5 * .95 + .4 * .5);
  }
}

TEST(ParetoTest, NothingFoundHasAFrontOfNothing) {
  const auto front = FrontOf(SpecOf(kTwo), {});
  EXPECT_TRUE(front.trials.empty());
  EXPECT_EQ(front.hypervolume, 0);
}

TEST(ParetoTest, HypervolumeOfFourObjectivesIsTheShareOfRandomPointsThatAreDominated) {
  const std::vector objectives = {Objective::kAccuracy, Objective::kParams, Objective::kMacs,
                                  Objective::kLatency};
  const std::vector<double> reference = {0, 1000, 1000, 1000};
  base::Generator generator(1);
  std::vector<std::vector<double>> values;
  for (int i = 0; i < 20; ++i) {
    values.push_back({generator.Uniform(), 1000 * generator.Uniform(), 1000 * generator.Uniform(),
                      1000 * generator.Uniform()});
  }
  const auto trials = Trials(values);
  constexpr int kPoints = 40'000;
  int dominated = 0;
  for (int i = 0; i < kPoints; ++i) {
    const std::vector<double> point = {generator.Uniform(), 1000 * generator.Uniform(),
                                       1000 * generator.Uniform(), 1000 * generator.Uniform()};
    dominated += std::ranges::any_of(trials, [&](const Trial& trial) {
      const study::Evaluation& e = trial.evaluation;
      return e.reward >= point[0] && static_cast<double>(e.params) <= point[1] &&
             static_cast<double>(e.macs) <= point[2] && e.latency_us <= point[3];
    });
  }
  const double estimate = static_cast<double>(dominated) / kPoints;
  // Five standard errors of a share of 40,000 points.
  EXPECT_NEAR(Hypervolume(objectives, reference, trials), estimate, 5 * 0.5 / 200);
}

TEST(ParetoTest, TheTextNamesFrontHypervolumeAndReference) {
  const std::string text =
      FrontText(FrontOf(SpecOf({Objective::kAccuracy, Objective::kParams, Objective::kLatency},
                               R"({"child":{"max_params":20000}})"),
                        Trials({{.5, 10, 0, 7.25}, {.9, 10000, 0, 14.5}})));
  EXPECT_THAT(text, HasSubstr("2 networks, hypervolume"));
  EXPECT_THAT(text, HasSubstr("reference point accuracy 0, params 20,000, latency 14.5"));
  EXPECT_THAT(text, HasSubstr("0.9000      10,000        14.5      1"));
}

}  // namespace
}  // namespace netsmith::report
