#include "netsmith/graph/graph.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "netsmith/base/error.h"

namespace netsmith::graph {
namespace {

using ::testing::HasSubstr;

/// input -> conv 1x5 with 32 filters -> relu -> max pool 1x2 -> dropout -> flatten -> dense 10
Graph Classic() {
  Graph graph{.input = {1, 784, 1}, .nodes = {}};
  graph.Add(Input{}, {});
  graph.Add(Conv{32, 1, 5}, {0});
  graph.Add(Activation{}, {1});
  graph.Add(MaxPool{1, 2}, {2});
  graph.Add(Dropout{3}, {3});
  graph.Add(Flatten{}, {4});
  graph.Add(Dense{10}, {5});
  return graph;
}

std::string ErrorOf(const Graph& graph) {
  try {
    Analyze(graph);
  } catch (const base::InvalidArgument& error) {
    return error.what();
  }
  return "no error";
}

TEST(GraphTest, InfersShapesParametersAndMultiplyAdds) {
  const auto infos = Analyze(Classic());
  EXPECT_EQ(infos[1].shape, (SampleShape{1, 784, 32}));
  EXPECT_EQ(infos[1].params, 5 * 32 + 32);
  EXPECT_EQ(infos[1].macs, 784 * 5 * 32);
  EXPECT_EQ(infos[5].shape, (SampleShape{1, 1, 784 * 32}));
  EXPECT_EQ(infos[6].params, 784 * 32 * 10 + 10);
  EXPECT_EQ(TotalCosts(Classic()).macs, 784 * 5 * 32 + 784 * 32 * 10);
}

TEST(GraphTest, ErrorsNameTheNodeAndBothValues) {
  Graph graph = Classic();
  graph.nodes[1].op = Conv{0, 1, 5};
  EXPECT_THAT(ErrorOf(graph), HasSubstr("node 'conv1': filters is 0, expected at least 1"));

  graph = Classic();
  graph.nodes[2].inputs = {3};
  EXPECT_THAT(ErrorOf(graph), HasSubstr("node 'relu1': input 3 is not an earlier node"));

  graph = Classic();
  graph.nodes[6].inputs = {4};
  EXPECT_THAT(ErrorOf(graph), HasSubstr("node 'dense1': input has shape 1x784x32, expected 1x1xN"));

  graph = Classic();
  graph.nodes[3].inputs = {1, 2};
  EXPECT_THAT(ErrorOf(graph), HasSubstr("node 'max_pool1': has 2 inputs, max_pool takes 1"));

  graph = Classic();
  graph.nodes[4].op = Dropout{100};
  EXPECT_THAT(ErrorOf(graph), HasSubstr("dropout rate is 100 percent, expected [0, 100)"));

  graph = Classic();
  graph.nodes[4].name = "relu1";
  EXPECT_THAT(ErrorOf(graph), HasSubstr("the name 'relu1' is taken"));
}

TEST(GraphTest, SizesThatOverflowAreRefused) {
  Graph graph = Classic();
  graph.nodes[1].op = Conv{std::int64_t{1} << 62, 1, 5};
  EXPECT_THAT(ErrorOf(graph), HasSubstr("node 'conv1': filters is 4611686018427387904, at most"));
  graph.nodes[1].op = Conv{1 << 30, 1, 5};
  EXPECT_THAT(ErrorOf(graph), HasSubstr("node 'conv1': weights has 5 x 1073741824 elements"));
  graph.input = {std::int64_t{1} << 40, std::int64_t{1} << 40, 1};
  EXPECT_THAT(ErrorOf(graph), HasSubstr("node 'input1': input height is 1099511627776, at most"));
  graph.input = {1 << 20, 1 << 20, 1};
  EXPECT_THAT(ErrorOf(graph), HasSubstr("node 'input1': output has 1048576 x 1048576 elements"));
}

TEST(GraphTest, HashIgnoresNamesAndNodesWithoutEffect) {
  Graph renamed = Classic();
  renamed.nodes[1].name = "first";
  EXPECT_EQ(CanonicalHash(renamed), CanonicalHash(Classic()));

  Graph plain = Classic();
  plain.nodes[3].op = MaxPool{1, 1};
  plain.nodes[4].op = Dropout{0};
  Graph shorter{.input = {1, 784, 1}, .nodes = {}};
  shorter.Add(Input{}, {});
  shorter.Add(Conv{32, 1, 5}, {0});
  shorter.Add(Activation{}, {1});
  shorter.Add(Flatten{}, {2});
  shorter.Add(Dense{10}, {3});
  EXPECT_EQ(CanonicalHash(plain), CanonicalHash(shorter));
}

/// A graph of three convolutions of the input, ended by what `join` makes of them.
template <typename Join>
std::string HashOfJoined(Join join) {
  Graph graph{.input = {8, 8, 3}, .nodes = {}};
  graph.Add(Input{}, {});
  const int a = graph.Add(Conv{4, 1, 1}, {0});
  const int b = graph.Add(Conv{4, 3, 3}, {0});
  const int c = graph.Add(Conv{4, 5, 5}, {0});
  const int joined = join(graph, a, b, c);
  graph.Add(Dense{10}, {graph.Add(Flatten{}, {joined})});
  return CanonicalHash(graph);
}

TEST(GraphTest, HashIgnoresOrderAndNestingOfSums) {
  const auto sum = [](Graph& g, int a, int b, int c) { return g.Add(Add{}, {a, b, c}); };
  const auto nested = [](Graph& g, int a, int b, int c) {
    return g.Add(Add{}, {c, g.Add(Add{}, {b, a})});
  };
  const auto other = [](Graph& g, int a, int b, int) { return g.Add(Add{}, {a, b}); };
  EXPECT_EQ(HashOfJoined(sum), HashOfJoined(nested));
  EXPECT_NE(HashOfJoined(sum), HashOfJoined(other));
}

TEST(GraphTest, HashIgnoresNestingOfConcatenationsButNotTheirOrder) {
  const auto flat = [](Graph& g, int a, int b, int c) { return g.Add(Concat{}, {a, b, c}); };
  const auto nested = [](Graph& g, int a, int b, int c) {
    return g.Add(Concat{}, {g.Add(Concat{}, {a, b}), c});
  };
  const auto turned = [](Graph& g, int a, int b, int c) { return g.Add(Concat{}, {c, a, b}); };
  EXPECT_EQ(HashOfJoined(flat), HashOfJoined(nested));
  EXPECT_NE(HashOfJoined(flat), HashOfJoined(turned));
}

TEST(GraphTest, HashIgnoresIdentityChainsAndDeadBranches) {
  const auto plain = [](Graph& g, int a, int b, int) {
    return g.Add(Add{}, {g.Add(Activation{}, {a}), b});
  };
  const auto decorated = [](Graph& g, int a, int b, int c) {
    g.Add(Conv{7, 3, 3}, {c});  // nobody reads it
    const int relu = g.Add(Activation{}, {g.Add(Dropout{0}, {g.Add(AvgPool{1, 1}, {a})})});
    return g.Add(Add{}, {b, g.Add(Activation{}, {g.Add(MaxPool{1, 1}, {relu})})});
  };
  EXPECT_EQ(HashOfJoined(plain), HashOfJoined(decorated));
}

TEST(GraphTest, HashKnowsWhichActivationsRepeat) {
  using Kind = Activation::Kind;
  const auto chain = [](std::vector<Op> ops) {
    return HashOfJoined([ops](Graph& g, int a, int, int) {
      for (const Op& op : ops) a = g.Add(op, {a});
      return a;
    });
  };
  const Op relu = Activation{}, relu6 = Activation{Kind::kRelu6}, silu = Activation{Kind::kSilu};
  const Op pool = MaxPool{3, 3, 1, 1};
  EXPECT_EQ(chain({relu, pool, relu}), chain({relu, pool}));
  EXPECT_EQ(chain({relu, relu6}), chain({relu6}));
  EXPECT_EQ(chain({relu6, relu}), chain({relu6}));
  EXPECT_EQ(chain({relu6, relu6}), chain({relu6}));
  EXPECT_NE(chain({silu, silu}), chain({silu}));
  EXPECT_NE(chain({silu, relu}), chain({silu}));
  EXPECT_NE(chain({pool, relu}), chain({pool}));
}

TEST(GraphTest, HashCountsOperationsWithoutWeightsOnceAndThoseWithWeightsEach) {
  const auto once = [](Graph& g, int a, int b, int) {
    const int pool = g.Add(AvgPool{3, 3, 1, 1}, {a});
    return g.Add(Concat{}, {pool, b, pool});
  };
  const auto twice = [](Graph& g, int a, int b, int) {
    const int first = g.Add(AvgPool{3, 3, 1, 1}, {a});
    return g.Add(Concat{}, {first, b, g.Add(AvgPool{3, 3, 1, 1}, {a})});
  };
  EXPECT_EQ(HashOfJoined(once), HashOfJoined(twice));
  const auto shared = [](Graph& g, int a, int, int) {
    const int conv = g.Add(Conv{4, 3, 3}, {a});
    return g.Add(Concat{}, {conv, conv});
  };
  const auto apart = [](Graph& g, int a, int, int) {
    const int first = g.Add(Conv{4, 3, 3}, {a});
    return g.Add(Concat{}, {first, g.Add(Conv{4, 3, 3}, {a})});
  };
  EXPECT_NE(HashOfJoined(shared), HashOfJoined(apart));
}

TEST(GraphTest, HashTellsDifferentNetworksApart) {
  Graph other = Classic();
  other.nodes[1].op = Conv{32, 5, 1};
  EXPECT_NE(CanonicalHash(other), CanonicalHash(Classic()));
  other = Classic();
  other.nodes[4].op = Dropout{4};
  EXPECT_NE(CanonicalHash(other), CanonicalHash(Classic()));
  other = Classic();
  other.input = {1, 785, 1};
  EXPECT_NE(CanonicalHash(other), CanonicalHash(Classic()));
}

}  // namespace
}  // namespace netsmith::graph
