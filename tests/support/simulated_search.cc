#include "tests/support/simulated_search.h"

#include <algorithm>
#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "netsmith/base/error.h"
#include "netsmith/base/random.h"
#include "netsmith/search/pruning.h"

namespace netsmith::testing {
namespace {

std::uint64_t HashOf(const study::Job& job) {
  std::uint64_t hash = static_cast<std::uint64_t>(job.trial);
  for (const int index : job.genome) {
    hash = base::RandomStreams(hash).SeedFor("genome", static_cast<std::uint64_t>(index));
  }
  return hash;
}

/// Sleeps in steps, so that a stop is heeded soon.
void SleepFor(std::int64_t us, const std::stop_token& stop) {
  constexpr std::chrono::microseconds kStep{500};
  const auto end = std::chrono::steady_clock::now() + std::chrono::microseconds(us);
  for (;;) {
    if (stop.stop_requested()) throw base::Interrupted("simulation stopped");
    const auto now = std::chrono::steady_clock::now();
    if (now >= end) return;
    std::this_thread::sleep_for(std::min<std::chrono::nanoseconds>(kStep, end - now));
  }
}

study::Evaluation Ended(study::TrialState state, std::string reason) {
  study::Evaluation evaluation;
  evaluation.state = state;
  evaluation.reason = std::move(reason);
  return evaluation;
}

}  // namespace

TinySpace::TinySpace(std::vector<std::int64_t> kernels)
    : decisions_{{"layer1.kernel", std::move(kernels)}, {"unused", {0, 1}}} {}

graph::Graph TinySpace::Build(std::span<const int> genome, graph::SampleShape input,
                              int num_classes) const {
  space::CheckGenome(decisions_, genome);
  graph::Graph graph{.input = input, .nodes = {}};
  const int sample = graph.Add(graph::Input{}, {});
  const auto kernel = decisions_[0].options[static_cast<std::size_t>(genome[0])];
  const int conv = graph.Add(graph::Conv{.kernel_width = kernel}, {sample});
  const int flat = graph.Add(graph::Flatten{}, {conv});
  graph.Add(graph::Dense{.units = num_classes}, {flat});
  return graph;
}

std::string TinySpace::NetworkText(std::span<const int> genome) const {
  return "tiny:" + std::to_string(genome[0]) + "," + std::to_string(genome[1]);
}

std::vector<space::Genome> ChaoticStrategy::Ask(int count) {
  base::Generator generator = base::RandomStreams(state_).For("ask");
  std::vector<space::Genome> genomes(static_cast<std::size_t>(count));
  for (space::Genome& genome : genomes) {
    for (const space::Decision& decision : decisions_) {
      genome.push_back(static_cast<int>(generator.Below(decision.options.size())));
    }
  }
  return genomes;
}

void ChaoticStrategy::Tell(std::span<const study::Told> generation) {
  for (const study::Told& told : generation) {
    state_ = base::RandomStreams(state_).SeedFor("told", std::bit_cast<std::uint64_t>(told.reward));
    for (const int index : told.genome) {
      state_ = base::RandomStreams(state_).SeedFor("genome", static_cast<std::uint64_t>(index));
    }
  }
}

std::vector<space::Genome> ScriptedStrategy::Ask(int count) {
  std::vector<space::Genome> genomes;
  for (int i = 0; i < count; ++i, ++next_) {
    genomes.push_back(script_[std::min(next_, script_.size() - 1)]);
  }
  return genomes;
}

void ScriptedStrategy::Tell(std::span<const study::Told> generation) {
  told_.emplace_back(generation.begin(), generation.end());
}

study::Evaluation SimulatedEvaluator::Evaluate(const study::Job& job, const std::stop_token& stop) {
  const std::uint64_t hash = HashOf(job);
  base::Generator timing = base::RandomStreams(shuffle_).For("timing", hash);
  const auto bound = static_cast<std::uint64_t>(max_sleep_us_) + 1;
  SleepFor(static_cast<std::int64_t>(timing.Below(bound)), stop);
  switch (hash % 10) {
    case 0:
      return Ended(study::TrialState::kRefused, "too big");
    case 1:
      return Ended(study::TrialState::kDiverged, "NaN");
    case 2:
      throw std::runtime_error("simulated failure");
    default:
      break;
  }
  study::Evaluation evaluation;
  evaluation.reward = base::Generator(hash).Uniform();
  evaluation.params = static_cast<std::int64_t>(hash % 1000);
  evaluation.macs = static_cast<std::int64_t>(hash % 10000);
  evaluation.seconds = 1e-6 * max_sleep_us_;
  for (const double share : {1.0 / 3, 2.0 / 3, 1.0}) {
    evaluation.curve.push_back(share * evaluation.reward);
    const auto below = search::BelowRung(job.rungs, evaluation.curve);
    if (!below) continue;
    evaluation.state = study::TrialState::kPruned;
    evaluation.reason = *below;
    evaluation.reward = evaluation.curve.back();
    break;
  }
  return evaluation;
}

std::vector<study::Trial> WithoutSeconds(std::vector<study::Trial> trials) {
  for (study::Trial& trial : trials) trial.evaluation.seconds = 0;
  return trials;
}

study::StudySpec TinySearch::Spec() const {
  return {.name = "tiny-study",
          .space_signature = space.Signature(),
          .decisions = space.decisions(),
          .options_json = R"({"seed":1})",
          .engine = "",
          .objectives = objectives};
}

search::SearchResult TinySearch::Run(study::Store& store) {
  ChaoticStrategy strategy(space.decisions());
  return Run(store, strategy);
}

search::SearchResult TinySearch::Run(study::Store& store, study::Strategy& strategy) {
  return search::RunSearch(Spec(), space, kTinySample, kTinyClasses, strategy, store,
                           make_evaluator, options, stop);
}

}  // namespace netsmith::testing
