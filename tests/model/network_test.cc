#include "netsmith/model/network.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <variant>

#include "netsmith/model/predictor.h"
#include "tests/engine/networks.h"
#include "tests/model/models.h"

namespace netsmith::model {
namespace {

int CountNorms(const graph::Graph& graph) {
  return static_cast<int>(std::ranges::count_if(graph.nodes, [](const graph::Node& node) {
    return std::holds_alternative<graph::BatchNorm>(node.op);
  }));
}

Model WithNetwork(Model model, const Network& network) {
  model.graph = network.graph;
  model.weights = network.weights;
  return model;
}

TEST(ForInferenceTest, ComputesTheSameForEveryOperation) {
  for (const auto& [name, graph] : engine::testing::OperationGraphs(/*small=*/false)) {
    const Model model = testing::RandomModel(graph);
    const Model folded = WithNetwork(model, ForInference({model.graph, model.weights}));
    Check(folded);
    const std::vector<float> samples = testing::RandomSamples(model, 3);
    const auto expected = testing::ReferenceLogits(model, samples);
    const auto found = testing::ReferenceLogits(folded, samples);
    for (std::size_t i = 0; i < expected.size(); ++i) {
      double largest = 1;
      for (const double logit : expected[i]) largest = std::max(largest, std::abs(logit));
      for (std::size_t c = 0; c < expected[i].size(); ++c) {
        // In double but for the rounding of each folded weight to float.
        EXPECT_NEAR(expected[i][c], found[i][c], 2e-6 * largest) << name;
      }
    }
  }
}

TEST(ForInferenceTest, IsExactWhereFoldedWeightsNeedNoRounding) {
  graph::Graph graph{.input = {1, 1, 2}, .nodes = {}};
  int last = graph.Add(graph::Input{}, {});
  last = graph.Add(graph::Conv{.filters = 2, .bias = false}, {last});
  graph.Add(graph::BatchNorm{.epsilon = 0.25}, {last});
  const Network network = {
      graph, {.params = {{1, 2, 3, 4}, {1, 3}, {5, 7}}, .running_averages = {{2, 4}, {0, 0.75}}}};
  const Network folded = ForInference(network);
  ASSERT_EQ(folded.graph.nodes.size(), 2u);
  // Scales 1 / 0.5 and 3 / 1; biases 5 - 2 · 2 and 7 - 4 · 3.
  const engine::Weights expected = {.params = {{2, 6, 6, 12}, {1, -5}}, .running_averages = {}};
  EXPECT_EQ(folded.weights, expected);
  EXPECT_TRUE(std::get<graph::Conv>(folded.graph.nodes[1].op).bias);
}

TEST(ForInferenceTest, LeavesOutWhatOnlyTrainingNeeds) {
  const Model model = testing::RandomModel(testing::SmallGraph());
  const Network network = ForInference({model.graph, model.weights});
  EXPECT_EQ(CountNorms(network.graph), 0);
  EXPECT_EQ(network.graph.nodes.size(), model.graph.nodes.size() - 2);  // norm and dropout
  EXPECT_TRUE(network.weights.running_averages.empty());
}

TEST(ForInferenceTest, KeepsABatchNormWhoseInputOthersReadToo) {
  graph::Graph graph{.input = {4, 4, 1}, .nodes = {}};
  const int input = graph.Add(graph::Input{}, {});
  const int conv = graph.Add(graph::Conv{.filters = 2}, {input});
  const int norm = graph.Add(graph::BatchNorm{}, {conv});
  const int dropped = graph.Add(graph::Dropout{10}, {conv});
  const int sum = graph.Add(graph::Add{}, {norm, dropped});
  const int second = graph.Add(graph::BatchNorm{}, {sum});
  const int flat = graph.Add(graph::Flatten{}, {second});
  const int dense = graph.Add(graph::Dense{2}, {flat});
  graph.Add(graph::BatchNorm{}, {dense});
  const Model model = testing::RandomModel(graph);
  const Network network = ForInference({model.graph, model.weights});
  EXPECT_EQ(CountNorms(network.graph), 2);  // the one behind the dense layer is folded
  Check(WithNetwork(model, network));
}

TEST(PredictorTest, EqualsTheReferenceForEveryOperation) {
  constexpr int kSamples = 3;
  for (const auto& [name, graph] : engine::testing::OperationGraphs(/*small=*/false)) {
    const Model model = testing::RandomModel(graph);
    Predictor predictor(model, kSamples);
    const std::vector<float> samples = testing::RandomSamples(model, kSamples);
    std::vector<float> found(kSamples * model.class_names.size());
    predictor.Predict(samples, found);
    const auto logits = testing::ReferenceLogits(model, samples);
    for (std::size_t i = 0; i < found.size(); ++i) {
      const auto& row = logits[i / model.class_names.size()];
      double sum = 0;
      for (const double logit : row) sum += std::exp(logit);
      EXPECT_NEAR(std::exp(row[i % row.size()]) / sum, found[i], 1e-5) << name;
    }
  }
}

TEST(PredictorTest, TheNumberOfSamplesAtOnceDoesNotMatter) {
  const Model model = testing::RandomModel(testing::SmallGraph());
  const std::vector<float> samples = testing::RandomSamples(model, 9);
  std::vector<float> together(27), one(3);
  Predictor many(model, 9, 2), single(model);
  many.Predict(samples, together);
  for (std::size_t i = 0; i < 9; ++i) {
    single.Predict(std::span(samples).subspan(i * 40, 40), one);
    for (std::size_t c = 0; c < 3; ++c) EXPECT_EQ(one[c], together[3 * i + c]);
  }
}

TEST(PredictorTest, ExtremeLogitsGiveProbabilities) {
  std::vector<float> logits = {1000, -1000, 1000};
  Softmax(logits);
  EXPECT_EQ(logits, (std::vector<float>{0.5f, 0, 0.5f}));
}

}  // namespace
}  // namespace netsmith::model
