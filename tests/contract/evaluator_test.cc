#include "netsmith/study/evaluator.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <ostream>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "netsmith/base/error.h"
#include "netsmith/data/dataset.h"
#include "netsmith/search/child_evaluator.h"
#include "netsmith/search/process_evaluator.h"
#include "tests/support/simulated_search.h"
#include "tests/support/tiny_problem.h"

// What every Evaluator promises (study/evaluator.h), for each of them. A new one is a line below.

namespace netsmith::testing {
namespace {

using study::Evaluation;
using study::TrialState;

struct Implementation {
  const char* name;
  std::function<std::unique_ptr<study::Evaluator>()> make;
};

void PrintTo(const Implementation& implementation, std::ostream* out) {
  *out << implementation.name;
}

std::unique_ptr<study::Evaluator> Program(std::vector<std::string> argv) {
  return std::make_unique<search::ProcessEvaluator>(
      search::ProcessOptions{.argv = std::move(argv), .decisions = TinySpace().decisions()});
}

std::unique_ptr<study::Evaluator> Child() {
  static const TinySpace space;
  static const data::Problem problem = MakeTinyProblem();
  return std::make_unique<search::ChildEvaluator>(
      space, problem, search::ChildOptions{.epochs = 2, .max_samples = 40, .mb = 10});
}

class EvaluatorContractTest : public ::testing::TestWithParam<Implementation> {
 protected:
  static study::Job JobOf(std::int64_t trial, int num_threads = 1) {
    const space::Genome genome = {static_cast<int>(trial % 9), static_cast<int>(trial % 2)};
    return {.trial = trial,
            .genome = genome,
            .network = TinySpace().NetworkText(genome),
            .num_threads = num_threads};
  }

  /// Without what is measured.
  static Evaluation Evaluate(study::Evaluator& evaluator, const study::Job& job) {
    Evaluation evaluation = evaluator.Evaluate(job, {});
    EXPECT_GE(evaluation.seconds, 0);
    evaluation.seconds = 0;
    return evaluation;
  }

  std::unique_ptr<study::Evaluator> evaluator_ = GetParam().make();
};

TEST_P(EvaluatorContractTest, EndsEachJobWithARewardOrAReason) {
  int num_complete = 0;
  for (std::int64_t trial = 0; trial < 20; ++trial) {
    const Evaluation evaluation = Evaluate(*evaluator_, JobOf(trial));
    EXPECT_NE(evaluation.state, TrialState::kRunning);
    EXPECT_GE(evaluation.reward, 0);
    EXPECT_LE(evaluation.reward, 1);
    const bool complete = evaluation.state == TrialState::kComplete;
    EXPECT_EQ(evaluation.reason.empty(), complete);
    EXPECT_TRUE(study::HasReward(evaluation.state) || evaluation.reward == 0);
    num_complete += complete;
  }
  EXPECT_GT(num_complete, 0);
}

TEST_P(EvaluatorContractTest, DependsOnTheJobAloneNotOnItsHistory) {
  std::vector<Evaluation> forward;
  for (std::int64_t trial = 0; trial < 6; ++trial) {
    forward.push_back(Evaluate(*evaluator_, JobOf(trial)));
  }
  const auto other = GetParam().make();
  for (std::int64_t trial = 5; trial >= 0; --trial) {
    EXPECT_EQ(Evaluate(*other, JobOf(trial)), forward[static_cast<std::size_t>(trial)]);
  }
}

TEST_P(EvaluatorContractTest, DoesNotDependOnTheNumberOfThreads) {
  for (std::int64_t trial = 0; trial < 3; ++trial) {
    EXPECT_EQ(Evaluate(*evaluator_, JobOf(trial, 1)), Evaluate(*evaluator_, JobOf(trial, 3)));
  }
}

TEST_P(EvaluatorContractTest, IsInterruptedByAStopAndUsableAfterwards) {
  const Evaluation expected = Evaluate(*evaluator_, JobOf(0));
  std::stop_source stop;
  stop.request_stop();
  EXPECT_THROW(evaluator_->Evaluate(JobOf(0), stop.get_token()), base::Interrupted);
  EXPECT_EQ(Evaluate(*evaluator_, JobOf(0)), expected);
}

INSTANTIATE_TEST_SUITE_P(
    All, EvaluatorContractTest,
    ::testing::Values(
        Implementation{"Child", Child},
        Implementation{"Worker",
                       [] {
                         return Program({NETSMITH_SEARCH_HELPER, "worker", "0"});
                       }},
        Implementation{"Foreign",
                       [] {
                         return Program({"python3", NETSMITH_SOURCE_DIR "/examples/evaluator.py"});
                       }}),
    [](const auto& tested) { return tested.param.name; });

}  // namespace
}  // namespace netsmith::testing
