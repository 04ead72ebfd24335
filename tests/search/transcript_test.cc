#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <memory>
#include <stop_token>
#include <string>

#include "netsmith/search/search.h"
#include "netsmith/space/registry.h"
#include "netsmith/store/memory_store.h"
#include "netsmith/strategy/registry.h"
#include "netsmith/study/evaluator.h"

namespace netsmith::testing {
namespace {

/// Likes small option indices; exact in binary.
class FirstOptionsEvaluator : public study::Evaluator {
 public:
  study::Evaluation Evaluate(const study::Job& job, const std::stop_token&) override {
    study::Evaluation evaluation;
    int sum = 0;
    for (const int index : job.genome) sum += index;
    evaluation.reward = 1.0 / (1 + sum);
    return evaluation;
  }
};

/// Ten trials of the classic search, a line each.
std::string Transcript(const std::string& strategy_name) {
  constexpr std::uint64_t kSeed = 7;
  const auto space = space::MakeSpace("post", {});
  strategy::StrategyOptions options;
  options.guided.warm_up = 4;  // so that the surrogate has a say
  const auto strategy = strategy::MakeStrategy(strategy_name, space->decisions(), options, kSeed);
  store::MemoryStore store;
  const auto result = search::RunSearch(
      {.name = "golden", .space_signature = space->Signature(), .decisions = space->decisions()},
      *space, {.height = 1, .width = 784, .channels = 1}, 10, *strategy, store,
      [] { return std::make_unique<FirstOptionsEvaluator>(); },
      {.num_trials = 10, .batch = 2, .seed = kSeed}, {});
  std::string text;
  for (const study::Trial& trial : result.trials) {
    text += fmt::format("{} {} {} {} {:.6f}\n", strategy_name, trial.number,
                        fmt::join(trial.genome, ","), trial.network, trial.evaluation.reward);
  }
  return text;
}

// The same seed proposes the same networks in every version, on every machine; a change that makes
// others of them is a change of method, and says so in docs/methods.md.
TEST(TranscriptTest, ASeededStudyOfTenTrialsIsTheGoldenOne) {
  std::ifstream file(NETSMITH_SOURCE_DIR "/tests/search/transcript.txt");
  const std::string golden{std::istreambuf_iterator<char>(file), {}};
  EXPECT_EQ(Transcript("random") + Transcript("reinforce") + Transcript("guided"), golden);
}

}  // namespace
}  // namespace netsmith::testing
