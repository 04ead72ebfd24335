#include <gtest/gtest.h>
#include <hwy/targets.h>

#include <algorithm>
#include <cmath>

#include "netsmith/engine/program.h"
#include "tests/engine/networks.h"

namespace netsmith::engine {
namespace {

/// All parameters and running averages after a few steps with dropout and a last small mini-batch.
std::vector<float> StateAfterSteps(const graph::Graph& graph, int threads,
                                   Precision precision = Precision::kF32) {
  base::ThreadPool pool(threads);
  Program program(graph, 29, pool, precision);
  base::Generator generator(3);
  program.InitParams(generator);
  for (const int samples : {29, 29, 5}) {
    const auto src =
        testing::ToFloat(testing::RandomValues(generator, samples * graph.input.size()));
    const auto labels = testing::RandomLabels(generator, samples, testing::NumClasses(graph));
    program.ForwardBackward(src, labels, 5);
    const auto params = program.flat_params();
    for (std::size_t i = 0; i < params.size(); ++i) params[i] -= 0.1f * program.flat_gradients()[i];
  }
  std::vector<float> state(program.flat_params().begin(), program.flat_params().end());
  for (int i = 0; i < std::ssize(program.running_averages()); ++i) {
    const std::vector<float> average = program.ReadRunningAverage(i);
    state.insert(state.end(), average.begin(), average.end());
  }
  return state;
}

TEST(ProgramThreadsTest, WeightsAreBitIdenticalForAnyNumberOfThreads) {
  for (const auto& [name, graph] : testing::AllGraphs()) {
    const std::vector<float> expected = StateAfterSteps(graph, 1);
    for (const int threads : {2, 3, 8})
      EXPECT_EQ(StateAfterSteps(graph, threads), expected) << name;
  }
}

/// Separable blocks with shortcuts, which shrink: what crosses the phases of the first blocks is
/// free when the last ones begin, and is larger.
graph::Graph ShrinkingBlocks() {
  graph::Graph graph{.input = {12, 12, 2}, .nodes = {}};
  int last = graph.Add(graph::Input{}, {});
  std::int64_t channels = 2;
  const auto conv = [&](int src, graph::Conv what) {
    return graph.Add(graph::BatchNorm{}, {graph.Add(what, {src})});
  };
  for (const std::int64_t stride : {1, 2, 2}) {
    const int depthwise = graph.Add(graph::Conv{.filters = channels,
                                                .kernel_height = 3,
                                                .kernel_width = 3,
                                                .stride_height = stride,
                                                .stride_width = stride,
                                                .groups = channels},
                                    {last});
    const int project =
        conv(last, {.filters = 16, .stride_height = stride, .stride_width = stride});
    last = graph.Add(graph::Add{}, {conv(depthwise, {.filters = 16}), project});
    last = graph.Add(graph::Activation{graph::Activation::Kind::kHardSwish}, {last});
    channels = 16;
  }
  last = graph.Add(graph::GlobalAvgPool{}, {last});
  graph.Add(graph::Dense{5}, {last});
  return graph;
}

/// Of all samples, asked `at_once` at a time.
std::vector<float> Answers(const graph::Graph& graph, int threads, std::int64_t at_once) {
  constexpr std::int64_t kSamples = 36;
  base::ThreadPool pool(threads);
  Program program(graph, at_once, pool);
  base::Generator generator(3);
  program.InitParams(generator);
  const auto src =
      testing::ToFloat(testing::RandomValues(generator, kSamples * graph.input.size()));
  const std::int64_t classes = testing::NumClasses(graph);
  std::vector<float> logits(static_cast<std::size_t>(kSamples * classes));
  for (std::int64_t first = 0; first < kSamples; first += at_once) {
    program.Forward(std::span(src).subspan(static_cast<std::size_t>(first * graph.input.size()),
                                           static_cast<std::size_t>(at_once * graph.input.size())),
                    std::span(logits).subspan(static_cast<std::size_t>(first * classes),
                                              static_cast<std::size_t>(at_once * classes)));
  }
  return logits;
}

TEST(ProgramThreadsTest, ASamplesAnswerDependsOnNoOtherAndNotOnThreads) {
  std::vector<testing::NamedGraph> graphs = testing::AllGraphs();
  graphs.push_back({"shrinking blocks", ShrinkingBlocks()});
  for (const auto& [name, graph] : graphs) {
    const std::vector<float> alone = Answers(graph, 1, 1);
    for (const int threads : {1, 2, 3, 8}) {
      // What races shows now and then only.
      for (int again = 0; again < (threads == 1 ? 1 : 5); ++again) {
        const std::vector<float> together = Answers(graph, threads, 36);
        for (std::size_t i = 0; i < alone.size(); ++i) {
          ASSERT_NEAR(together[i], alone[i], 1e-4 * (1 + std::abs(alone[i])))
              << name << ", " << threads << " threads, sample " << i / testing::NumClasses(graph);
        }
      }
    }
  }
}

/// Wide enough that its convolutions take bf16 in all three passes.
const graph::Graph& WideGraph() {
  static const graph::Graph graph = testing::MakeGraph(
      {"wide",
       {9, 11, 5},
       4,
       {{.kernel_height = 3, .kernel_width = 3, .filters = 40, .pool_width = 2},
        {.kernel_height = 1, .kernel_width = 7, .filters = 36, .dropout_percent = 20}}});
  return graph;
}

TEST(ProgramThreadsTest, Bf16WeightsAreBitIdenticalForAnyNumberOfThreads) {
  std::vector<testing::NamedGraph> graphs = testing::AllGraphs();
  graphs.push_back({"wide", WideGraph()});
  for (const auto& [name, graph] : graphs) {
    const std::vector<float> expected = StateAfterSteps(graph, 1, Precision::kBf16);
    for (const int threads : {2, 3, 8}) {
      EXPECT_EQ(StateAfterSteps(graph, threads, Precision::kBf16), expected) << name;
    }
  }
}

TEST(ProgramThreadsTest, Bf16ComputesTheSameToAPercentWithEachInstructionSet) {
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    SCOPED_TRACE(hwy::TargetName(target));
    hwy::SetSupportedTargetsForTest(target);
    const std::vector<float> f32 = StateAfterSteps(WideGraph(), 1);
    const std::vector<float> bf16 = StateAfterSteps(WideGraph(), 1, Precision::kBf16);
    ASSERT_EQ(f32.size(), bf16.size());
    EXPECT_NE(f32, bf16);
    double error = 0, size = 0;
    for (std::size_t i = 0; i < f32.size(); ++i) {
      error += (f32[i] - bf16[i]) * (f32[i] - bf16[i]);
      size += f32[i] * f32[i];
    }
    EXPECT_LT(std::sqrt(error / size), 0.01);
  }
  hwy::SetSupportedTargetsForTest(0);
}

}  // namespace
}  // namespace netsmith::engine
