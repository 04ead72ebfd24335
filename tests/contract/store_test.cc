// What every study::Store promises of studies and trials.
#include "netsmith/study/store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "netsmith/base/error.h"
#include "netsmith/study/trial.h"
#include "tests/contract/store_contract.h"
#include "tests/support/trials.h"

namespace netsmith {
namespace {

using base::InvalidArgument;
using base::StoreError;
using study::Evaluation;
using study::Trial;
using study::TrialState;
using testing::CompleteEvaluation;
using ::testing::ElementsAre;
using testing::ExampleSpec;
using testing::Finished;
using ::testing::IsEmpty;
using testing::RunningTrial;
using testing::StoreContract;

TEST_P(StoreContract, IsEmptyWhenNew) {
  EXPECT_THAT(store().StudyNames(), IsEmpty());
  EXPECT_EQ(store().FindStudy("a"), std::nullopt);
}

TEST_P(StoreContract, KeepsTheDefinitionOfAStudy) {
  store().CreateStudy(ExampleSpec("a"));
  Reopen();
  EXPECT_EQ(store().FindStudy("a"), ExampleSpec("a"));
  EXPECT_THAT(store().Trials("a"), IsEmpty());
}

TEST_P(StoreContract, KeepsSeveralObjectivesAndTheirValues) {
  using enum study::Objective;
  study::StudySpec spec = ExampleSpec("a");
  spec.objectives = {kAccuracy, kMacs, kLatency};
  store().CreateStudy(spec);
  Evaluation measured = CompleteEvaluation(0);
  measured.latency_us = 1.0 / 3;
  measured.loss = 0.1;
  store().AddTrials("a", {RunningTrial(0), RunningTrial(1)});
  store().FinishTrial("a", 0, measured);
  const auto claim = store().ClaimTrials("a", "w", 1, 60).at(0);
  EXPECT_TRUE(store().DeliverTrial("a", 1, claim.attempt, measured));
  Reopen();
  EXPECT_EQ(store().FindStudy("a"), spec);
  EXPECT_THAT(store().Trials("a"), ElementsAre(Finished(RunningTrial(0), measured),
                                               Finished(RunningTrial(1), measured)));
}

TEST_P(StoreContract, RefusesObjectivesWithoutAccuracyFirst) {
  using enum study::Objective;
  for (const std::vector<study::Objective>& wrong :
       {std::vector<study::Objective>{}, {kParams}, {kParams, kAccuracy}, {kAccuracy, kAccuracy}}) {
    study::StudySpec spec = ExampleSpec("a");
    spec.objectives = wrong;
    EXPECT_THROW(store().CreateStudy(spec), InvalidArgument);
  }
}

TEST_P(StoreContract, KeepsAStudyWithoutDecisions) {
  const study::StudySpec spec{.name = "none", .space_signature = "", .decisions = {}};
  store().CreateStudy(spec);
  Trial trial;
  store().AddTrials("none", {trial});
  Reopen();
  EXPECT_EQ(store().FindStudy("none"), spec);
  EXPECT_THAT(store().Trials("none"), ElementsAre(trial));
}

TEST_P(StoreContract, ListsStudiesInTheOrderOfTheirCreation) {
  for (const char* name : {"b", "a", "c"}) store().CreateStudy(ExampleSpec(name));
  Reopen();
  EXPECT_THAT(store().StudyNames(), ElementsAre("b", "a", "c"));
}

TEST_P(StoreContract, RefusesATakenName) {
  store().CreateStudy(ExampleSpec("a"));
  EXPECT_THROW(store().CreateStudy(ExampleSpec("a")), StoreError);
  EXPECT_THAT(store().StudyNames(), ElementsAre("a"));
}

TEST_P(StoreContract, TakesAnyUnicodeNameAndQuotes) {
  const std::vector<std::string> names = {"Größe 日本 🙂", "it's", R"("double" \ back)",
                                          "'; DROP TABLE studies; --", "a:b %s {} :name\n"};
  for (const std::string& name : names) {
    study::StudySpec spec = ExampleSpec(name);
    spec.space_signature = name;
    spec.decisions[0].name = name;
    store().CreateStudy(spec);
    Trial trial = RunningTrial(0);
    trial.network = trial.graph_hash = name;
    store().AddTrials(name, {trial});
    store().SetAttribute(name, name, "1");
    Reopen();
    EXPECT_EQ(store().FindStudy(name), spec);
    EXPECT_THAT(store().Trials(name), ElementsAre(trial));
    EXPECT_EQ(store().FindAttribute(name, name), "1");
  }
  EXPECT_EQ(store().StudyNames(), names);
}

TEST_P(StoreContract, RefusesDefinitionsThatCannotBeKept) {
  EXPECT_THROW(store().CreateStudy(ExampleSpec("")), InvalidArgument);
  EXPECT_THROW(store().CreateStudy(ExampleSpec("\xff")), InvalidArgument);
  EXPECT_THROW(store().CreateStudy(ExampleSpec(std::string(513, 'a'))), InvalidArgument);
  study::StudySpec twice = ExampleSpec("a");
  twice.decisions.push_back(twice.decisions[0]);
  EXPECT_THROW(store().CreateStudy(twice), InvalidArgument);
  study::StudySpec no_options = ExampleSpec("a");
  no_options.decisions[0].options.clear();
  EXPECT_THROW(store().CreateStudy(no_options), InvalidArgument);
  study::StudySpec unordered = ExampleSpec("a");
  unordered.decisions[0].options = {3, 1};
  EXPECT_THROW(store().CreateStudy(unordered), InvalidArgument);
  EXPECT_THAT(store().StudyNames(), IsEmpty());
}

TEST_P(StoreContract, EveryCallNamesTheStudyThatIsMissing) {
  const std::vector<std::function<void()>> calls = {
      [&] { store().Trials("gone"); },
      [&] { store().AddTrials("gone", {RunningTrial(0)}); },
      [&] { store().FinishTrial("gone", 0, CompleteEvaluation(0)); },
      [&] { store().SetAttribute("gone", "k", "1"); },
      [&] { store().FindAttribute("gone", "k"); },
  };
  for (const auto& call : calls) {
    try {
      call();
      ADD_FAILURE() << "no error";
    } catch (const StoreError& error) {
      EXPECT_THAT(error.what(), ::testing::HasSubstr("gone"));
    }
  }
}

TEST_P(StoreContract, KeepsEveryFieldOfARunningTrial) {
  store().CreateStudy(ExampleSpec("a"));
  Trial forced = RunningTrial(0);
  forced.forced_uniform = true;
  forced.genome = {3, 2, 0};
  store().AddTrials("a", {forced});
  Reopen();
  EXPECT_THAT(store().Trials("a"), ElementsAre(forced));
}

TEST_P(StoreContract, KeepsEveryFieldOfAFinishedTrial) {
  store().CreateStudy(ExampleSpec("a"));
  std::vector<Trial> expected;
  for (int i = 0; i < 4; ++i) expected.push_back(RunningTrial(i));
  store().AddTrials("a", expected);
  const std::vector<Evaluation> evaluations = {CompleteEvaluation(0),
                                               {.state = TrialState::kRefused,
                                                .reason = "9 multiply-adds, 8 allowed",
                                                .params = 3,
                                                .macs = 9,
                                                .curve = {}},
                                               {.state = TrialState::kDiverged,
                                                .reason = "NaN \"loss\"\nin epoch 1 – ü",
                                                .params = 0,
                                                .macs = 0,
                                                .curve = {0.5}},
                                               {.state = TrialState::kFailed,
                                                .reason = "killed by signal 9",
                                                .params = std::numeric_limits<std::int64_t>::max(),
                                                .macs = std::numeric_limits<std::int64_t>::max(),
                                                .curve = {},
                                                .seconds = 1e-9}};
  for (int i : {2, 0, 3, 1}) {  // any order of ends
    store().FinishTrial("a", i, evaluations[i]);
    expected[i] = Finished(expected[i], evaluations[i]);
  }
  Reopen();
  EXPECT_EQ(store().Trials("a"), expected);
}

TEST_P(StoreContract, KeepsRungsAndGivesThemToWhoClaimsTheTrial) {
  store().CreateStudy(ExampleSpec("a"));
  Trial trial = RunningTrial(0);
  trial.rungs = {{.step = 1, .least = 1.0 / 3}, {.step = 4, .least = 5e-324}};
  store().AddTrials("a", {trial, RunningTrial(1)});
  Reopen();
  EXPECT_THAT(store().Trials("a"), ElementsAre(trial, RunningTrial(1)));
  const auto claims = store().ClaimTrials("a", "w", 2, 60);
  ASSERT_EQ(claims.size(), 2u);
  EXPECT_EQ(claims[0].rungs, trial.rungs);
  EXPECT_THAT(claims[1].rungs, IsEmpty());
}

TEST_P(StoreContract, KeepsWhatAPrunedTrialHadReached) {
  store().CreateStudy(ExampleSpec("a"));
  store().AddTrials("a", {RunningTrial(0)});
  const Evaluation pruned{.state = TrialState::kPruned,
                          .reward = 0.25,
                          .reason = "below a rung",
                          .params = 3,
                          .macs = 9,
                          .curve = {0.5, 0.25}};
  store().FinishTrial("a", 0, pruned);
  Reopen();
  EXPECT_THAT(store().Trials("a"), ElementsAre(Finished(RunningTrial(0), pruned)));
}

TEST_P(StoreContract, TakesDuplicatesThatAreFinishedAlready) {
  store().CreateStudy(ExampleSpec("a"));
  const Trial first = RunningTrial(0);
  Trial duplicate = Finished(RunningTrial(1), CompleteEvaluation(0));
  duplicate.duplicate_of = 0;
  store().AddTrials("a", {first, duplicate});
  Reopen();
  EXPECT_THAT(store().Trials("a"), ElementsAre(first, duplicate));
}

TEST_P(StoreContract, KeepsRewardsToTheBit) {
  store().CreateStudy(ExampleSpec("a"));
  const std::vector<double> rewards = {0.1, 1.0 / 3, 1.0, 0.0, 5e-324, std::nextafter(1.0, 0.0)};
  for (std::size_t i = 0; i < rewards.size(); ++i) {
    Evaluation evaluation = CompleteEvaluation(0);
    evaluation.reward = rewards[i];
    store().AddTrials("a", {Finished(RunningTrial(static_cast<std::int64_t>(i)), evaluation)});
  }
  Reopen();
  const std::vector<Trial> trials = store().Trials("a");
  for (std::size_t i = 0; i < rewards.size(); ++i) {
    EXPECT_EQ(trials.at(i).evaluation.reward, rewards[i]);
  }
}

TEST_P(StoreContract, KeepsNanAndInfinityInACurve) {
  using Limits = std::numeric_limits<double>;
  store().CreateStudy(ExampleSpec("a"));
  store().AddTrials("a", {RunningTrial(0)});
  Evaluation evaluation = CompleteEvaluation(0);
  evaluation.curve = {0.25, Limits::quiet_NaN(), Limits::infinity(), -Limits::infinity(), 0.5};
  store().FinishTrial("a", 0, evaluation);
  Reopen();
  const std::vector<double> curve = store().Trials("a").at(0).evaluation.curve;
  ASSERT_EQ(curve.size(), 5u);
  EXPECT_EQ(curve[0], 0.25);
  EXPECT_TRUE(std::isnan(curve[1]));
  EXPECT_EQ(curve[2], Limits::infinity());
  EXPECT_EQ(curve[3], -Limits::infinity());
  EXPECT_EQ(curve[4], 0.5);
}

TEST_P(StoreContract, KeepsAHugeCurve) {
  store().CreateStudy(ExampleSpec("a"));
  store().AddTrials("a", {RunningTrial(0)});
  Evaluation evaluation = CompleteEvaluation(0);
  for (int i = 0; i < 5'000; ++i) evaluation.curve.push_back(1.0 / (1 + i));
  store().FinishTrial("a", 0, evaluation);
  Reopen();
  EXPECT_EQ(store().Trials("a").at(0).evaluation.curve, evaluation.curve);
}

TEST_P(StoreContract, GivesTrialsByNumber) {
  store().CreateStudy(ExampleSpec("a"));
  std::vector<Trial> expected;
  for (int generation = 0; generation < 30; ++generation) {
    std::vector<Trial> added;
    for (int i = 0; i < 4; ++i) added.push_back(RunningTrial(generation * 4 + i));
    store().AddTrials("a", added);
    expected.insert(expected.end(), added.begin(), added.end());
  }
  Reopen();
  EXPECT_EQ(store().Trials("a"), expected);
}

TEST_P(StoreContract, KeepsManyStudiesApart) {
  std::vector<std::string> names;
  for (int i = 0; i < 20; ++i) names.push_back("study" + std::to_string(i));
  for (const std::string& name : names) store().CreateStudy(ExampleSpec(name));
  for (int number = 0; number < 3; ++number) {
    for (std::size_t i = number; i < names.size(); ++i) {
      store().AddTrials(names[i], {RunningTrial(number)});
      store().FinishTrial(names[i], number, CompleteEvaluation(static_cast<int>(i)));
    }
  }
  Reopen();
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::vector<Trial> trials = store().Trials(names[i]);
    EXPECT_EQ(trials.size(), std::min<std::size_t>(i + 1, 3));
    for (const Trial& trial : trials) {
      EXPECT_EQ(trial.evaluation, CompleteEvaluation(static_cast<int>(i)));
    }
  }
}

TEST_P(StoreContract, NeverChangesAFinishedTrial) {
  store().CreateStudy(ExampleSpec("a"));
  store().AddTrials("a", {RunningTrial(0)});
  store().FinishTrial("a", 0, CompleteEvaluation(0));
  EXPECT_THROW(store().FinishTrial("a", 0, CompleteEvaluation(5)), StoreError);
  Reopen();
  EXPECT_THAT(store().Trials("a"), ElementsAre(Finished(RunningTrial(0), CompleteEvaluation(0))));
}

TEST_P(StoreContract, RefusesToFinishATrialThatIsNotThere) {
  store().CreateStudy(ExampleSpec("a"));
  store().CreateStudy(ExampleSpec("b"));
  store().AddTrials("b", {RunningTrial(0)});
  EXPECT_THROW(store().FinishTrial("a", 0, CompleteEvaluation(0)), StoreError);
  EXPECT_THROW(store().FinishTrial("b", 1, CompleteEvaluation(0)), StoreError);
  EXPECT_THROW(store().FinishTrial("b", -1, CompleteEvaluation(0)), StoreError);
}

TEST_P(StoreContract, RefusesASecondWriterOfTheSameNumbers) {
  store().CreateStudy(ExampleSpec("a"));
  store().AddTrials("a", {RunningTrial(0), RunningTrial(1)});
  EXPECT_THROW(store().AddTrials("a", {RunningTrial(1), RunningTrial(2)}), StoreError);
  EXPECT_THROW(store().AddTrials("a", {RunningTrial(3)}), StoreError);
  EXPECT_THAT(store().Trials("a"), ElementsAre(RunningTrial(0), RunningTrial(1)));
}

TEST_P(StoreContract, AddsAllTrialsOrNone) {
  store().CreateStudy(ExampleSpec("a"));
  EXPECT_THROW(store().AddTrials("a", {RunningTrial(0), RunningTrial(2)}), StoreError);
  EXPECT_THAT(store().Trials("a"), IsEmpty());
  store().AddTrials("a", {});
  EXPECT_THAT(store().Trials("a"), IsEmpty());
}

TEST_P(StoreContract, RefusesTrialsThatDoNotFitTheStudy) {
  store().CreateStudy(ExampleSpec("a"));
  Trial out_of_range = RunningTrial(0);
  out_of_range.genome[1] = 3;
  EXPECT_THROW(store().AddTrials("a", {out_of_range}), InvalidArgument);
  Trial negative = RunningTrial(0);
  negative.genome[0] = -1;
  EXPECT_THROW(store().AddTrials("a", {negative}), InvalidArgument);
  Trial short_genome = RunningTrial(0);
  short_genome.genome.pop_back();
  EXPECT_THROW(store().AddTrials("a", {short_genome}), InvalidArgument);
  Trial torn = Finished(RunningTrial(0), CompleteEvaluation(0));
  torn.state = TrialState::kFailed;
  EXPECT_THROW(store().AddTrials("a", {torn}), InvalidArgument);
  EXPECT_THAT(store().Trials("a"), IsEmpty());
}

TEST_P(StoreContract, RefusesEvaluationsThatAreNoEnd) {
  store().CreateStudy(ExampleSpec("a"));
  store().AddTrials("a", {RunningTrial(0)});
  Evaluation nan = CompleteEvaluation(0);
  nan.reward = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THROW(store().FinishTrial("a", 0, nan), InvalidArgument);
  Evaluation running = CompleteEvaluation(0);
  running.state = TrialState::kRunning;
  EXPECT_THROW(store().FinishTrial("a", 0, running), InvalidArgument);
  Evaluation rewarded_failure = CompleteEvaluation(0);
  rewarded_failure.state = TrialState::kFailed;
  EXPECT_THROW(store().FinishTrial("a", 0, rewarded_failure), InvalidArgument);
  Evaluation backwards = CompleteEvaluation(0);
  backwards.seconds = -1;
  EXPECT_THROW(store().FinishTrial("a", 0, backwards), InvalidArgument);
  Evaluation timeless = CompleteEvaluation(0);
  timeless.latency_us = -1;
  EXPECT_THROW(store().FinishTrial("a", 0, timeless), InvalidArgument);
  Evaluation gain = CompleteEvaluation(0);
  gain.loss = -1;
  EXPECT_THROW(store().FinishTrial("a", 0, gain), InvalidArgument);
  EXPECT_THAT(store().Trials("a"), ElementsAre(RunningTrial(0)));
}

TEST_P(StoreContract, OverwritesAttributes) {
  store().CreateStudy(ExampleSpec("a"));
  store().CreateStudy(ExampleSpec("b"));
  EXPECT_EQ(store().FindAttribute("a", "result"), std::nullopt);
  store().SetAttribute("a", "result", R"({"test_accuracy": [0.5, null]})");
  store().SetAttribute("a", "result", R"({"test_accuracy": [0.75]})");
  store().SetAttribute("a", "other", "\"ü\"");
  Reopen();
  EXPECT_EQ(store().FindAttribute("a", "result"), R"({"test_accuracy": [0.75]})");
  EXPECT_EQ(store().FindAttribute("a", "other"), "\"ü\"");
  EXPECT_EQ(store().FindAttribute("b", "result"), std::nullopt);
}

TEST_P(StoreContract, RefusesAttributesThatAreNotJson) {
  store().CreateStudy(ExampleSpec("a"));
  for (const char* text : {"", "{", "plain words", "{'a': 1}", "NaN"}) {
    EXPECT_THROW(store().SetAttribute("a", "k", text), InvalidArgument) << text;
  }
  EXPECT_EQ(store().FindAttribute("a", "k"), std::nullopt);
}

TEST_P(StoreContract, IsUsableAfterAnError) {
  store().CreateStudy(ExampleSpec("a"));
  for (int i = 0; i < 3; ++i) {
    EXPECT_THROW(store().CreateStudy(ExampleSpec("a")), StoreError);
    EXPECT_THROW(store().AddTrials("a", {RunningTrial(9)}), StoreError);
    EXPECT_THROW(store().FinishTrial("a", 9, CompleteEvaluation(0)), StoreError);
    EXPECT_THROW(store().Trials("gone"), StoreError);
    store().AddTrials("a", {RunningTrial(i)});
    store().FinishTrial("a", i, CompleteEvaluation(i));
  }
  EXPECT_EQ(store().Trials("a").size(), 3u);
}

TEST_P(StoreContract, GivesTheTrialsFromANumberOn) {
  store().CreateStudy(ExampleSpec("a"));
  store().AddTrials("a", {RunningTrial(0), RunningTrial(1), RunningTrial(2)});
  store().FinishTrial("a", 1, CompleteEvaluation(1));
  EXPECT_THAT(store().TrialsFrom("a", 1),
              ElementsAre(Finished(RunningTrial(1), CompleteEvaluation(1)), RunningTrial(2)));
  EXPECT_THAT(store().TrialsFrom("a", 3), IsEmpty());
}

TEST_P(StoreContract, WorksOnAfterARest) {
  store().CreateStudy(ExampleSpec("a"));
  store().Rest();
  store().AddTrials("a", {RunningTrial(0)});
  store().Rest();
  EXPECT_THAT(store().Trials("a"), ElementsAre(RunningTrial(0)));
}

INSTANTIATE_TEST_SUITE_P(Stores, StoreContract, testing::kEveryStore,
                         [](const auto& kind) { return kind.param; });

}  // namespace
}  // namespace netsmith
