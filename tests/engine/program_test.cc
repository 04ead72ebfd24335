#include "netsmith/engine/program.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "netsmith/base/error.h"
#include "netsmith/engine/reference/network.h"
#include "tests/engine/expect_close.h"
#include "tests/engine/networks.h"

namespace netsmith::engine {
namespace {

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
  const auto src = testing::ToFloat(testing::RandomValues(generator, 32 * graph.input.size()));
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

TEST(ProgramTest, ClassWeightsMultiplyEachSamplesLoss) {
  const graph::Graph graph = testing::MakeGraph({"weighted", {1, 12, 1}, 3, {{.filters = 4}}});
  base::ThreadPool pool(1);
  Program program(graph, 4, pool);
  base::Generator generator(6);
  program.InitParams(generator);
  const auto src = testing::ToFloat(testing::RandomValues(generator, 4 * 12));
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
  testing::ExpectClose(expected, program.flat_gradients(), "gradients");
}

TEST(ProgramTest, WeightRangesHoldTheWeightsAndNeitherBiasesNorNorms) {
  for (const auto& [name, graph] : testing::AllGraphs()) {
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
  testing::Case c{
      "inference", {1, 30, 1}, 4, {{.kernel_width = 3, .filters = 8, .dropout_percent = 50}}};
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
  const auto src = testing::ToFloat(testing::RandomValues(generator, 3 * 30));
  std::vector<float> logits(3 * 4);
  program.Forward(src, logits);
  const auto expected =
      judge.ForwardBackward(std::vector<double>(src.begin(), src.end()), std::vector{0, 0, 0}, 1);
  for (int i = 0; i < 3; ++i) {
    testing::ExpectClose(expected.logits[i], std::span(logits).subspan(i * 4, 4), "logits");
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
  for (const auto& [name, graph] : testing::AllGraphs()) {
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
  for (const auto& [name, graph] : testing::AllGraphs()) {
    base::ThreadPool pool(1);
    Program program(graph, 3, pool);
    base::Generator generator = base::RandomStreams(5).For(name);
    program.InitParams(generator);
    const auto src = testing::ToFloat(testing::RandomValues(generator, 3 * graph.input.size()));
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
