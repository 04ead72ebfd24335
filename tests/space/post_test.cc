#include "netsmith/space/catalog/post.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "netsmith/base/error.h"
#include "netsmith/base/random.h"
#include "netsmith/graph/graph.h"
#include "netsmith/space/catalog/post_text.h"

namespace netsmith::space {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr graph::SampleShape kMnist{.height = 28, .width = 28, .channels = 1};

template <typename E, typename F>
std::string MessageOf(F f) {
  try {
    f();
  } catch (const E& error) {
    return error.what();
  }
  return "nothing was thrown";
}

TEST(PostTest, HandMadeNetworkHasTheClassicShapesAndCosts) {
  const graph::Graph graph = BuildPost(ParsePostLayers("5,32,2,0;5,64,2,3"), kMnist, 10);
  EXPECT_EQ(graph.input, (graph::SampleShape{1, 784, 1}));
  const auto info = graph::Analyze(graph);
  EXPECT_EQ(info.back().shape.size(), 10);
  EXPECT_EQ(info[info.size() - 2].shape.size(), 784 * 64);
  const graph::Costs costs = graph::TotalCosts(graph);
  EXPECT_EQ(costs.params, (5 * 1 + 1) * 32 + (5 * 32 + 1) * 64 + (784 * 64 + 1) * 10);
  EXPECT_EQ(costs.macs, 784 * (5 * 1 * 32 + 5 * 32 * 64 + 64 * 10));
}

TEST(PostTest, SamplesOfAnyShapeBecomeSignalsThatKeepTheirChannels) {
  const graph::Graph graph = BuildPost(ParsePostLayers("3,4,1,0"), {32, 16, 3}, 7);
  EXPECT_EQ(graph.input, (graph::SampleShape{1, 512, 3}));
  EXPECT_EQ(graph::TotalCosts(graph).params, (3 * 3 + 1) * 4 + (512 * 4 + 1) * 7);
}

TEST(PostTest, KernelsAndPoolsMayBeLongerThanTheSignal) {
  const graph::Graph graph = BuildPost(ParsePostLayers("50,3,70,0"), {1, 24, 1}, 2);
  EXPECT_EQ(graph::Analyze(graph).back().shape.size(), 2);
}

TEST(PostTest, PoolOfOneAndDropoutOfZeroAddNoNode) {
  std::vector<std::string> names;
  for (const auto& node : BuildPost(ParsePostLayers("3,4,1,0;3,4,2,5"), kMnist, 10).nodes) {
    names.push_back(node.name);
  }
  EXPECT_THAT(names,
              ElementsAre("input", "layer1.conv", "layer1.relu", "layer2.conv", "layer2.relu",
                          "layer2.pool", "layer2.dropout", "flatten", "output"));
}

TEST(PostTest, DecisionsAreFourALayer) {
  const PostSpace space(2, PostRanges::kGrid);
  ASSERT_EQ(space.decisions().size(), 8u);
  EXPECT_EQ(space.decisions()[4].name, "layer2.kernel");
  EXPECT_THAT(space.decisions()[4].options, ElementsAre(1, 2, 3, 5, 7, 11, 15, 21, 29, 41, 57));
  EXPECT_THAT(space.decisions()[5].options, ElementsAre(4, 8, 16, 24, 32, 48, 64));
}

TEST(PostTest, FullRangesHoldEveryWholeNumber) {
  const PostSpace space(1, PostRanges::kFull);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(space.decisions()[i].options.size(), 64u);
    EXPECT_EQ(space.decisions()[i].options.front(), 1);
    EXPECT_EQ(space.decisions()[i].options.back(), 64);
  }
  EXPECT_EQ(space.decisions()[3].options.front(), 0);
  EXPECT_EQ(space.decisions()[3].options.back(), 60);
}

TEST(PostTest, SignatureTellsLayersAndRangesApart) {
  const std::string signature = PostSpace(2, PostRanges::kGrid).Signature();
  EXPECT_EQ(signature, PostSpace(2, PostRanges::kGrid).Signature());
  EXPECT_NE(signature, PostSpace(3, PostRanges::kGrid).Signature());
  EXPECT_NE(signature, PostSpace(2, PostRanges::kFull).Signature());
}

TEST(PostTest, RejectsGenomesThatDoNotFit) {
  const PostSpace space(1, PostRanges::kGrid);
  EXPECT_EQ(MessageOf<base::InvalidArgument>([&] {
              space.NetworkText(std::vector{0, 0, 0});
            }),
            "genome: found 3 option indices, expected 4");
  EXPECT_THAT(MessageOf<base::InvalidArgument>([&] {
                space.NetworkText(std::vector{0, 7, 0, 0});
              }),
              HasSubstr("found option index 7 for layer1.filters"));
  EXPECT_THAT(MessageOf<base::InvalidArgument>([&] {
                space.NetworkText(std::vector{-1, 0, 0, 0});
              }),
              HasSubstr("found option index -1 for layer1.kernel"));
}

TEST(PostTest, RejectsLayerCountsOutOfRange) {
  EXPECT_EQ(MessageOf<base::InvalidArgument>([] { PostSpace(0, PostRanges::kGrid); }),
            "space post: found 0 layers, expected 1 to 64");
  EXPECT_THROW(PostSpace(65, PostRanges::kGrid), base::InvalidArgument);
}

TEST(PostTextTest, PrintedLayersParseToThemselves) {
  base::Generator random = base::RandomStreams(1).For("layers");
  const auto draw = [&](std::int64_t lowest, std::int64_t highest) {
    return lowest + static_cast<std::int64_t>(
                        random.Below(static_cast<std::uint64_t>(highest - lowest + 1)));
  };
  for (int repeat = 0; repeat < 1000; ++repeat) {
    std::vector<PostLayer> layers(static_cast<std::size_t>(draw(1, PostSpace::kMaxLayers)));
    for (PostLayer& layer : layers) {
      const std::int64_t largest = draw(0, 1) == 0 ? 64 : 1'000'000;
      layer = {draw(1, largest), draw(1, largest), draw(1, largest), draw(0, 99)};
    }
    const std::string text = FormatPostLayers(layers);
    EXPECT_EQ(ParsePostLayers(text), layers) << text;
  }
}

TEST(PostTextTest, GenomesPrintToTextsOfTheSameNetwork) {
  base::Generator random = base::RandomStreams(2).For("genomes");
  for (const PostRanges ranges : {PostRanges::kGrid, PostRanges::kFull}) {
    const PostSpace space(3, ranges);
    for (int repeat = 0; repeat < 200; ++repeat) {
      Genome genome;
      for (const Decision& decision : space.decisions()) {
        genome.push_back(static_cast<int>(random.Below(decision.options.size())));
      }
      EXPECT_EQ(ParsePostLayers(space.NetworkText(genome)), space.Layers(genome));
    }
  }
}

TEST(PostTextTest, SpacesAroundNumbersAreIgnored) {
  EXPECT_EQ(ParsePostLayers(" 5 , 32,2,\t0 ; 5,64,2,3 "), ParsePostLayers("5,32,2,0;5,64,2,3"));
}

struct Malformed {
  const char* text;
  const char* complaint;
};

class MalformedNetworkTest : public ::testing::TestWithParam<Malformed> {};

TEST_P(MalformedNetworkTest, IsRefusedWithTheColumn) {
  const auto& [text, complaint] = GetParam();
  EXPECT_EQ(MessageOf<base::ConfigError>([text = text] { ParsePostLayers(text); }), complaint);
}

INSTANTIATE_TEST_SUITE_P(
    Table, MalformedNetworkTest,
    ::testing::Values(
        Malformed{"", R"(network "", column 1: found the end, expected the kernel size, a whole )"
                      "number from 1 to 1000000"},
        Malformed{"5,32,2", R"(network "5,32,2", column 7: found the end, expected ',' and the )"
                            "dropout percentage"},
        Malformed{"5,32,2,0;", R"(network "5,32,2,0;", column 10: found the end, expected the )"
                               "kernel size, a whole number from 1 to 1000000"},
        Malformed{"5,32,2,0;5,x,2,0",
                  R"(network "5,32,2,0;5,x,2,0", column 12: found "x", expected the number of )"
                  "filters, a whole number from 1 to 1000000"},
        Malformed{"0,32,2,0", R"(network "0,32,2,0", column 1: found "0", expected the kernel )"
                              "size, a whole number from 1 to 1000000"},
        Malformed{"5,32,-2,0", R"(network "5,32,-2,0", column 6: found "-2", expected the pool )"
                               "size, a whole number from 1 to 1000000"},
        Malformed{"5,32,2,100", R"(network "5,32,2,100", column 8: found "100", expected the )"
                                "dropout percentage, a whole number from 0 to 99"},
        Malformed{"5,32,2,0.5", R"(network "5,32,2,0.5", column 8: found "0.5", expected the )"
                                "dropout percentage, a whole number from 0 to 99"},
        Malformed{"5,1e18,2,0", R"(network "5,1e18,2,0", column 3: found "1e18", expected the )"
                                "number of filters, a whole number from 1 to 1000000"},
        Malformed{"5,99999999999999999999,2,0",
                  R"(network "5,99999999999999999999,2,0", column 3: found "99999999999999999999")"
                  ", expected the number of filters, a whole number from 1 to 1000000"},
        Malformed{"5,32,2,0,7", R"(network "5,32,2,0,7", column 9: found ",", expected ';' and )"
                                "the next layer, or the end"},
        Malformed{"5;32,2,0", R"(network "5;32,2,0", column 2: found ";", expected ',' and the )"
                              "number of filters"},
        Malformed{"5,32,2,0\n", R"(network "5,32,2,0\x0a", column 9: found "\x0a", expected ';' )"
                                "and the next layer, or the end"}));

TEST(PostTextTest, TooManyLayersAreRefused) {
  std::string text = "1,1,1,0";
  for (int i = 1; i < PostSpace::kMaxLayers; ++i) text += ";1,1,1,0";
  EXPECT_EQ(ParsePostLayers(text).size(), 64u);
  EXPECT_THAT(MessageOf<base::ConfigError>([&] { ParsePostLayers(text + ";1,1,1,0"); }),
              HasSubstr("expected at most 64 layers"));
}

}  // namespace
}  // namespace netsmith::space
