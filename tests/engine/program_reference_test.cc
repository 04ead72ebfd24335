#include <gtest/gtest.h>
#include <hwy/targets.h>

#include <algorithm>
#include <cmath>
#include <variant>

#include "netsmith/engine/program.h"
#include "netsmith/engine/reference/network.h"
#include "tests/engine/expect_close.h"
#include "tests/engine/networks.h"

namespace netsmith::engine {
namespace {

std::vector<double> Exact(const std::vector<float>& values) {
  return {values.begin(), values.end()};
}

std::vector<reference::Statistics> RunningStatistics(const Program& program) {
  std::vector<reference::Statistics> statistics;
  for (int i = 0; i < std::ssize(program.running_averages()); i += 2) {
    statistics.push_back(
        {Exact(program.ReadRunningAverage(i)), Exact(program.ReadRunningAverage(i + 1))});
  }
  return statistics;
}

/// After one step from mean 0 and variance 1.
void ExpectSameRunningAverages(const graph::Graph& graph,
                               const std::vector<reference::Statistics>& batch,
                               const Program& program) {
  const std::vector<reference::Statistics> running = RunningStatistics(program);
  ASSERT_EQ(running.size(), batch.size());
  std::size_t norm = 0;
  for (const graph::Node& node : graph.nodes) {
    const auto* op = std::get_if<graph::BatchNorm>(&node.op);
    if (op == nullptr) continue;
    const double keep = op->momentum;
    for (std::size_t c = 0; c < batch[norm].mean.size(); ++c) {
      EXPECT_NEAR(running[norm].mean[c], (1 - keep) * batch[norm].mean[c], 1e-5);
      EXPECT_NEAR(running[norm].variance[c], keep + (1 - keep) * batch[norm].variance[c], 1e-5);
    }
    ++norm;
  }
}

void ExpectEqualsReference(const std::string& name, const graph::Graph& graph, int samples) {
  SCOPED_TRACE(name + ", " + std::to_string(samples) + " samples");
  constexpr double kSmoothing = 0.05;
  base::Generator generator = base::RandomStreams(11).For(name);
  reference::Network judge(graph);
  base::ThreadPool pool(1);
  Program program(graph, samples, pool);
  program.InitParams(generator);
  ASSERT_EQ(program.params().size(), judge.params().size());
  for (std::size_t p = 0; p < judge.params().size(); ++p) {
    const auto count = static_cast<std::int64_t>(judge.params()[p].size());
    std::vector<float> values = testing::ToFloat(testing::RandomValues(generator, count));
    // Weights of Glorot's size keep the softmax away from saturation, where gradients are rounding.
    const auto& shape = program.params()[p].shape;
    const std::int64_t fan_in = count / shape.back();
    const auto fan = static_cast<float>(fan_in + shape.back());
    for (float& value : values) value *= std::sqrt(6 / fan);
    program.WriteParam(static_cast<int>(p), values);
    judge.params()[p].assign(values.begin(), values.end());
    EXPECT_EQ(program.ReadParam(static_cast<int>(p)), values);
  }
  const std::vector<float> src =
      testing::ToFloat(testing::RandomValues(generator, samples * graph.input.size()));
  const std::vector<double> exact_src(src.begin(), src.end());
  const auto labels = testing::RandomLabels(generator, samples, testing::NumClasses(graph));

  const reference::Network::Result expected =
      judge.ForwardBackward(exact_src, labels, 77, kSmoothing);
  const double loss = program.ForwardBackward(src, labels, 77, {.label_smoothing = kSmoothing});
  EXPECT_NEAR(expected.loss, loss, 1e-5 * std::max(1.0, std::abs(expected.loss)));
  for (std::size_t p = 0; p < expected.gradients.size(); ++p) {
    testing::ExpectClose(expected.gradients[p], program.ReadGradient(static_cast<int>(p)),
                         "gradient of " + program.params()[p].name);
  }
  ExpectSameRunningAverages(graph, expected.statistics, program);
  std::vector<float> logits(static_cast<std::size_t>(samples * program.num_classes()));
  program.Forward(src, logits);
  const reference::ValuesList inferred = judge.Infer(exact_src, RunningStatistics(program));
  reference::Values all;
  for (const reference::Values& of_sample : inferred) {
    all.insert(all.end(), of_sample.begin(), of_sample.end());
  }
  testing::ExpectClose(all, logits, "logits without training");
}

TEST(ProgramReferenceTest, EqualsTheReferenceOnOddShapes) {
  for (const auto& [name, graph] : testing::AllGraphs()) {
    for (const int samples : {2, 3, 21, 37}) ExpectEqualsReference(name, graph, samples);
  }
}

TEST(ProgramReferenceTest, EqualsTheReferenceWhereGroupsHaveMoreSamplesThanTheirTilesAreKeptOf) {
  ExpectEqualsReference("wide images", testing::WideImages(), 150);
}

TEST(ProgramReferenceTest, EqualsTheReferenceOnOneSample) {
  for (const testing::Case& c : testing::OddChains())
    ExpectEqualsReference(c.name, testing::MakeGraph(c), 1);
}

TEST(ProgramReferenceTest, EqualsTheReferenceWithEachInstructionSet) {
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    SCOPED_TRACE(hwy::TargetName(target));
    hwy::SetSupportedTargetsForTest(target);
    for (const auto& [name, graph] : testing::AllGraphs()) ExpectEqualsReference(name, graph, 5);
  }
  hwy::SetSupportedTargetsForTest(0);
}

}  // namespace
}  // namespace netsmith::engine
