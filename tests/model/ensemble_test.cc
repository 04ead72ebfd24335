#include "netsmith/model/ensemble.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <vector>

#include "netsmith/base/error.h"
#include "netsmith/model/file.h"
#include "netsmith/model/predictor.h"
#include "tests/model/models.h"

namespace netsmith::model {
namespace {

/// A chain beside which SmallGraph has a norm and a dropout: 5x4x2 in, 3 classes.
graph::Graph OtherGraph() {
  graph::Graph graph{.input = {5, 4, 2}, .nodes = {}};
  const int input = graph.Add(graph::Input{}, {});
  const int conv = graph.Add(graph::Conv{.filters = 3, .kernel_height = 2}, {input});
  graph.Add(graph::Conv{.filters = 7}, {input}, "leads nowhere");
  const int flat = graph.Add(graph::Flatten{}, {conv});
  graph.Add(graph::Dense{3}, {flat});
  return graph;
}

Model WithNetwork(Model model, Network network) {
  model.graph = std::move(network.graph);
  model.weights = std::move(network.weights);
  return model;
}

std::vector<Model> Members() {
  std::vector<Model> members = {testing::RandomModel(testing::SmallGraph(), 1),
                                testing::RandomModel(OtherGraph(), 2),
                                testing::RandomModel(testing::SmallGraph(), 3)};
  for (Model& member : members) member.preprocessing = members.front().preprocessing;
  return members;
}

Model Joined(const std::vector<Model>& members) {
  std::vector<Network> networks;
  for (const Model& member : members) networks.push_back({member.graph, member.weights});
  return WithNetwork(members.front(), Ensemble(networks));
}

std::string ErrorOf(const std::vector<graph::Graph>& members) {
  try {
    EnsembleGraph(members);
  } catch (const base::InvalidArgument& error) {
    return error.what();
  }
  return "";
}

TEST(EnsembleTest, GivesTheMeanOfTheMembersLogits) {
  const std::vector<Model> members = Members();
  const Model ensemble = Joined(members);
  Check(ensemble);
  const std::vector<float> samples = testing::RandomSamples(ensemble, 4);
  const auto found = testing::ReferenceLogits(ensemble, samples);
  for (std::size_t i = 0; i < found.size(); ++i) {
    for (std::size_t c = 0; c < found[i].size(); ++c) {
      double sum = 0;
      for (const Model& member : members) sum += testing::ReferenceLogits(member, samples)[i][c];
      EXPECT_NEAR(found[i][c], sum / 3, 1e-5);  // a third is rounded
    }
  }
}

TEST(EnsembleTest, CostsWhatItsMembersCost) {
  graph::Costs sum;
  std::vector<graph::Graph> graphs;
  for (const Model& member : Members()) {
    graphs.push_back(member.graph);
    sum.params += graph::TotalCosts(member.graph).params;
    sum.macs += graph::TotalCosts(member.graph).macs;
  }
  const graph::Costs costs = graph::TotalCosts(EnsembleGraph(graphs));
  EXPECT_EQ(costs.params, sum.params);
  EXPECT_EQ(costs.macs, sum.macs);
}

TEST(EnsembleTest, IsAskedLikeAnyOtherModel) {
  const Model ensemble = Joined(Members());
  const std::vector<float> samples = testing::RandomSamples(ensemble, 1);
  std::vector<float> found(3), folded(3);
  Predictor(ensemble).Predict(samples, found);
  Predictor(WithNetwork(ensemble, ForInference({ensemble.graph, ensemble.weights})))
      .Predict(samples, folded);
  // A folded norm rounds each weight once more.
  for (std::size_t c = 0; c < found.size(); ++c) EXPECT_NEAR(found[c], folded[c], 1e-5);
}

TEST(EnsembleTest, NodesThatLeadNowhereAreLeftOut) {
  const graph::Graph ensemble = EnsembleGraph(std::vector{OtherGraph(), OtherGraph()});
  EXPECT_EQ(ensemble.nodes.size(), graph::WithoutUnused(ensemble).nodes.size());
}

TEST(EnsembleTest, MembersThatDoNotGoTogetherAreAnErrorThatNamesBoth) {
  EXPECT_EQ(ErrorOf({testing::SmallGraph()}), "an ensemble: found 1 members, expected 2 or more");
  graph::Graph wider = OtherGraph();
  wider.input = {5, 6, 2};
  EXPECT_EQ(ErrorOf({OtherGraph(), wider}),
            "member 2 of an ensemble: found input 5x6x2, the first has 5x4x2");
  graph::Graph two_classes = OtherGraph();
  two_classes.nodes.back().op = graph::Dense{2};
  EXPECT_EQ(ErrorOf({OtherGraph(), two_classes}),
            "member 2 of an ensemble: found output 1x1x2, the first has 1x1x3");
  graph::Graph pooled{.input = {5, 4, 2}, .nodes = {}};
  const int input = pooled.Add(graph::Input{}, {});
  const int conv = pooled.Add(graph::Conv{.filters = 3}, {input});
  pooled.Add(graph::GlobalAvgPool{}, {conv}, "means");
  EXPECT_EQ(ErrorOf({OtherGraph(), pooled}),
            "member 2 of an ensemble: its last node 'means' is global_avg_pool, expected dense");
}

}  // namespace
}  // namespace netsmith::model
