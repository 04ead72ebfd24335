#include "netsmith/engine/program.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <hwy/targets.h>

#include <algorithm>
#include <cmath>
#include <variant>

#include "netsmith/base/error.h"
#include "netsmith/engine/reference/network.h"
#include "netsmith/space/network.h"
#include "tests/engine/networks.h"

namespace netsmith::engine {
namespace {

using testing::Case;

std::vector<float> ToFloat(const std::vector<double>& values) {
  return {values.begin(), values.end()};
}

/// f32 sums of up to a few thousand terms: 1e-5 of the tensor's largest magnitude. Below a
/// magnitude of 0.1 rounding of larger terms remains: a bias before a batch norm has a gradient of
/// 0.
void ExpectClose(const std::vector<double>& expected, std::span<const float> found,
                 const std::string& what) {
  ASSERT_EQ(expected.size(), found.size()) << what;
  double largest = 0.1;
  for (const double value : expected) largest = std::max(largest, std::abs(value));
  for (std::size_t i = 0; i < expected.size(); ++i) {
    ASSERT_NEAR(expected[i], found[i], 1e-5 * largest) << what << " element " << i;
  }
}

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
    std::vector<float> values = ToFloat(testing::RandomValues(generator, count));
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
      ToFloat(testing::RandomValues(generator, samples * graph.input.size()));
  const std::vector<double> exact_src(src.begin(), src.end());
  const auto labels = testing::RandomLabels(generator, samples, testing::NumClasses(graph));

  const reference::Network::Result expected =
      judge.ForwardBackward(exact_src, labels, 77, kSmoothing);
  const double loss = program.ForwardBackward(src, labels, 77, {.label_smoothing = kSmoothing});
  EXPECT_NEAR(expected.loss, loss, 1e-5 * std::max(1.0, std::abs(expected.loss)));
  for (std::size_t p = 0; p < expected.gradients.size(); ++p) {
    ExpectClose(expected.gradients[p], program.ReadGradient(static_cast<int>(p)),
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
  ExpectClose(all, logits, "logits without training");
}

/// Shapes that no vector length, register tile or group of positions divides.
const Case kOddCases[] = {
    {"dense alone", {1, 7, 3}, 5, {}},
    {"one by one", {1, 1, 1}, 2, {{.filters = 1}}},
    {"kernel 1", {1, 19, 2}, 3, {{.filters = 3}}},
    {"classic small",
     {1, 50, 1},
     10,
     {{.kernel_width = 5, .filters = 32, .pool_width = 2, .dropout_percent = 3},
      {.kernel_width = 5, .filters = 64, .pool_width = 2, .dropout_percent = 3}}},
    {"kernel longer than the signal", {1, 9, 1}, 3, {{.kernel_width = 64, .filters = 5}}},
    {"pool longer than the signal",
     {1, 9, 2},
     3,
     {{.kernel_width = 3, .filters = 4, .pool_width = 64}}},
    {"odd channels",
     {1, 37, 3},
     7,
     {{.kernel_width = 6, .filters = 13, .pool_width = 7, .dropout_percent = 25},
      {.kernel_width = 4, .filters = 17, .pool_width = 5, .dropout_percent = 50},
      {.kernel_width = 2, .filters = 7, .pool_width = 4}}},
    {"many channels",
     {1, 23, 1},
     4,
     {{.kernel_width = 3, .filters = 130}, {.kernel_width = 3, .filters = 67}}},
    {"deep sum", {1, 40, 90}, 3, {{.kernel_width = 29, .filters = 6}}},
    {"no relu", {1, 21, 2}, 3, {{.kernel_width = 3, .filters = 9, .pool_width = 3, .relu = false}}},
    {"image",
     {11, 13, 3},
     6,
     {{.kernel_height = 3, .kernel_width = 3, .filters = 10, .pool_height = 2, .pool_width = 2},
      {.kernel_height = 5, .kernel_width = 2, .filters = 20, .pool_height = 3, .pool_width = 4}}},
    {"columns only", {12, 5, 2}, 3, {{.kernel_height = 4, .filters = 6, .pool_height = 5}}},
    {"kernel higher than the image",
     {3, 4, 1},
     2,
     {{.kernel_height = 7, .kernel_width = 3, .filters = 3}}},
};

/// Chains of the classic kind and graphs with every operation.
std::vector<testing::NamedGraph> AllGraphs() {
  std::vector<testing::NamedGraph> graphs = testing::OperationGraphs(/*small=*/false);
  for (const Case& c : kOddCases) graphs.push_back({c.name, testing::MakeGraph(c)});
  // A cell's norms are read far behind them, in other phases.
  const char* const cell = "nasnet:0,4,0,2,1,4,2,6,2,2,2,2,0,2,0,6,2,6,2,3,1,4,0,2";
  graphs.push_back({"nasnet", space::ParseNetwork(cell, {8, 8, 1}, 2)});
  return graphs;
}

TEST(ProgramTest, EqualsTheReferenceOnOddShapes) {
  for (const auto& [name, graph] : AllGraphs()) {
    for (const int samples : {2, 3, 21, 37}) ExpectEqualsReference(name, graph, samples);
  }
}

TEST(ProgramTest, EqualsTheReferenceOnOneSample) {
  for (const Case& c : kOddCases) ExpectEqualsReference(c.name, testing::MakeGraph(c), 1);
}

TEST(ProgramTest, EqualsTheReferenceWithEachInstructionSet) {
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    SCOPED_TRACE(hwy::TargetName(target));
    hwy::SetSupportedTargetsForTest(target);
    for (const auto& [name, graph] : AllGraphs()) ExpectEqualsReference(name, graph, 5);
  }
  hwy::SetSupportedTargetsForTest(0);
}

/// All parameters and running averages after a few steps with dropout and a last small mini-batch.
std::vector<float> StateAfterSteps(const graph::Graph& graph, int threads,
                                   Precision precision = Precision::kF32) {
  base::ThreadPool pool(threads);
  Program program(graph, 29, pool, precision);
  base::Generator generator(3);
  program.InitParams(generator);
  for (const int samples : {29, 29, 5}) {
    const auto src = ToFloat(testing::RandomValues(generator, samples * graph.input.size()));
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

TEST(ProgramTest, WeightsAreBitIdenticalForAnyNumberOfThreads) {
  for (const auto& [name, graph] : AllGraphs()) {
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
  const auto src = ToFloat(testing::RandomValues(generator, kSamples * graph.input.size()));
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

TEST(ProgramTest, ASamplesAnswerDependsOnNoOtherAndNotOnThreads) {
  std::vector<testing::NamedGraph> graphs = AllGraphs();
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

TEST(ProgramTest, PastTheCacheTheSameIsComputed) {
  graph::Graph graph{.input = {24, 24, 3}, .nodes = {}};
  int last = graph.Add(graph::Input{}, {});
  for (const std::int64_t groups : {1, 16, 1}) {
    last = graph.Add(
        graph::Conv{.filters = 16, .kernel_height = 3, .kernel_width = 3, .groups = groups},
        {last});
    last = graph.Add(graph::BatchNorm{}, {last});
    last = graph.Add(graph::Activation{}, {last});
  }
  last = graph.Add(graph::GlobalAvgPool{}, {last});
  graph.Add(graph::Dense{4}, {last});
  base::Generator generator(8);
  const auto src = ToFloat(testing::RandomValues(generator, 32 * graph.input.size()));
  const auto labels = testing::RandomLabels(generator, 32, 4);
  const auto gradients = [&](std::int64_t mb) {
    base::ThreadPool pool(1);
    Program program(graph, mb, pool);
    base::Generator weights(9);
    program.InitParams(weights);
    program.ForwardBackward(src, labels, 0);
    return std::vector<float>(program.flat_gradients().begin(), program.flat_gradients().end());
  };
  // A tensor of 512 samples has 18 MiB, and such a program writes past the cache.
  EXPECT_EQ(gradients(512), gradients(32));
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

TEST(ProgramTest, Bf16WeightsAreBitIdenticalForAnyNumberOfThreads) {
  std::vector<testing::NamedGraph> graphs = AllGraphs();
  graphs.push_back({"wide", WideGraph()});
  for (const auto& [name, graph] : graphs) {
    const std::vector<float> expected = StateAfterSteps(graph, 1, Precision::kBf16);
    for (const int threads : {2, 3, 8}) {
      EXPECT_EQ(StateAfterSteps(graph, threads, Precision::kBf16), expected) << name;
    }
  }
}

TEST(ProgramTest, Bf16ComputesTheSameToAPercentWithEachInstructionSet) {
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

TEST(ProgramTest, ClassWeightsMultiplyEachSamplesLoss) {
  const graph::Graph graph = testing::MakeGraph({"weighted", {1, 12, 1}, 3, {{.filters = 4}}});
  base::ThreadPool pool(1);
  Program program(graph, 4, pool);
  base::Generator generator(6);
  program.InitParams(generator);
  const auto src = ToFloat(testing::RandomValues(generator, 4 * 12));
  const std::vector<std::int32_t> labels = {2, 0, 1, 2};
  const std::vector<float> weights = {0.5f, 3, 0.25f};
  // What the samples give one by one, added up here.
  double expected_loss = 0;
  std::vector<double> expected(program.flat_params().size());
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const double weight = weights[labels[i]] / 4;
    expected_loss +=
        weight * program.ForwardBackward(std::span(src).subspan(i * 12, 12), std::vector{labels[i]},
                                         0, {.label_smoothing = 0.1});
    for (std::size_t p = 0; p < expected.size(); ++p) {
      expected[p] += weight * program.flat_gradients()[p];
    }
  }
  const double loss =
      program.ForwardBackward(src, labels, 0, {.label_smoothing = 0.1, .class_weights = weights});
  EXPECT_NEAR(loss, expected_loss, 1e-6);
  ExpectClose(expected, program.flat_gradients(), "gradients");
}

TEST(ProgramTest, WeightRangesHoldTheWeightsAndNeitherBiasesNorNorms) {
  for (const auto& [name, graph] : AllGraphs()) {
    base::ThreadPool pool(1);
    Program program(graph, 2, pool);
    std::ranges::fill(program.flat_params(), 0.0f);
    for (const ParamRange& range : program.weight_ranges()) {
      std::ranges::fill(program.flat_params().subspan(range.first, range.count), 1.0f);
    }
    for (int i = 0; i < std::ssize(program.params()); ++i) {
      const Param& param = program.params()[i];
      const float mark = param.shape.size() > 1 ? 1.0f : 0.0f;
      EXPECT_THAT(program.ReadParam(i), ::testing::Each(mark)) << name << ' ' << param.name;
    }
  }
}

TEST(ProgramTest, InferenceDropsNothingAndGivesTheLogits) {
  Case c{"inference", {1, 30, 1}, 4, {{.kernel_width = 3, .filters = 8, .dropout_percent = 50}}};
  const graph::Graph graph = testing::MakeGraph(c);
  c.layers[0].dropout_percent = 0;
  reference::Network judge(testing::MakeGraph(c));
  base::ThreadPool pool(1);
  Program program(graph, 10, pool);
  base::Generator generator(4);
  program.InitParams(generator);
  for (std::size_t p = 0; p < judge.params().size(); ++p) {
    const auto values = program.ReadParam(static_cast<int>(p));
    judge.params()[p].assign(values.begin(), values.end());
  }
  const auto src = ToFloat(testing::RandomValues(generator, 3 * 30));
  std::vector<float> logits(3 * 4);
  program.Forward(src, logits);
  const auto expected =
      judge.ForwardBackward(std::vector<double>(src.begin(), src.end()), std::vector{0, 0, 0}, 1);
  for (int i = 0; i < 3; ++i) {
    ExpectClose(expected.logits[i], std::span(logits).subspan(i * 4, 4), "logits");
  }
}

TEST(ProgramTest, InitialWeightsFillGlorotsRangeAndBiasesAreZero) {
  base::ThreadPool pool(1);
  Program program(testing::MakeGraph({"init", {1, 30, 4}, 4, {{.kernel_width = 5, .filters = 64}}}),
                  1, pool);
  base::Generator generator(4);
  program.InitParams(generator);
  const double bound = std::sqrt(6.0 / (5 * 4 + 5 * 64));
  const auto weights = program.ReadParam(0);
  const auto [low, high] = std::minmax_element(weights.begin(), weights.end());
  EXPECT_GE(*low, -bound);
  EXPECT_LE(*high, bound);
  // 1280 uniform draws: the largest misses the bound by 5 % with probability 1e-14.
  EXPECT_LT(*low, -0.95 * bound);
  EXPECT_GT(*high, 0.95 * bound);
  EXPECT_EQ(program.ReadParam(1), std::vector<float>(64, 0.0f));
}

TEST(ProgramTest, PlannedBytesAreKnownBeforeAndAreWhatIsTaken) {
  for (const auto& [name, graph] : AllGraphs()) {
    base::ThreadPool pool(2);
    EXPECT_EQ(Program(graph, 29, pool).planned_bytes(), Program::PlannedBytes(graph, 29, 2))
        << name;
  }
}

TEST(ProgramTest, NormsAreMadeAgainOnTheWayBackRatherThanKept) {
  constexpr std::int64_t kChannels = 8;
  graph::Graph graph{.input = {16, 16, kChannels}, .nodes = {}};
  int last = graph.Add(graph::Input{}, {});
  for (int layer = 0; layer < 4; ++layer) {
    last = graph.Add(graph::Conv{kChannels, 3, 3}, {last});
    last = graph.Add(graph::BatchNorm{}, {last});
    last = graph.Add(graph::Activation{}, {last});
  }
  last = graph.Add(graph::GlobalAvgPool{}, {last});
  graph.Add(graph::Dense{2}, {last});
  const auto bytes = [&](std::int64_t mb) { return Program::PlannedBytes(graph, mb, 1); };
  const auto tensor = static_cast<double>(graph.input.size() * sizeof(float));
  // Of each sample: the four norms' inputs, two of their gradients at a time, the padded image.
  EXPECT_LT(static_cast<double>(bytes(64) - bytes(32)) / 32, 7.5 * tensor);
}

TEST(ProgramTest, NonFiniteWeightsShowInTheLoss) {
  base::ThreadPool pool(1);
  Program program(testing::MakeGraph({"nan", {1, 8, 1}, 3, {}}), 2, pool);
  program.WriteParam(1, std::vector<float>{0, NAN, 0});
  EXPECT_FALSE(
      std::isfinite(program.ForwardBackward(std::vector<float>(16, 1.0f), std::vector{0, 1}, 0)));

  // Behind a ReLU too, whose maximum with zero must not swallow them.
  Program conv(testing::MakeGraph({"nan conv", {1, 40, 1}, 3, {{.filters = 19}}}), 1, pool);
  conv.WriteParam(0, std::vector<float>(19, NAN));
  EXPECT_FALSE(
      std::isfinite(conv.ForwardBackward(std::vector<float>(40, 1.0f), std::vector{0}, 0)));
}

TEST(ProgramTest, FrozenItGivesTheSameLogitsAndRefusesToChange) {
  for (const auto& [name, graph] : AllGraphs()) {
    base::ThreadPool pool(1);
    Program program(graph, 3, pool);
    base::Generator generator = base::RandomStreams(5).For(name);
    program.InitParams(generator);
    const auto src = ToFloat(testing::RandomValues(generator, 3 * graph.input.size()));
    std::vector<float> logits(3 * static_cast<std::size_t>(program.num_classes()));
    std::vector<float> frozen = logits;
    program.Forward(src, logits);
    program.Freeze();
    for (int time = 0; time < 2; ++time) {
      program.Forward(src, frozen);
      EXPECT_EQ(frozen, logits) << name;
    }
    EXPECT_THROW(program.flat_params(), base::BugError);
    EXPECT_THROW(program.WriteParam(0, {}), base::BugError);
  }
}

TEST(ProgramTest, SizesThatDoNotFitAreDefects) {
  base::ThreadPool pool(1);
  Program program(testing::MakeGraph({"sizes", {1, 8, 1}, 3, {}}), 2, pool);
  std::vector<float> src(16), logits(6);
  EXPECT_THROW(program.ForwardBackward(src, std::vector{0}, 0), base::BugError);
  EXPECT_THROW(program.ForwardBackward(src, std::vector{0, 3}, 0), base::BugError);
  EXPECT_THROW(program.Forward(std::vector<float>(24), logits), base::BugError);
}

}  // namespace
}  // namespace netsmith::engine
