#include "netsmith/space/network.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "netsmith/base/error.h"
#include "netsmith/graph/graph.h"
#include "netsmith/space/catalog/post.h"
#include "tests/support/environment.h"

namespace netsmith::space {
namespace {

using ::testing::HasSubstr;

constexpr graph::SampleShape kMnist{.height = 28, .width = 28, .channels = 1};

template <typename F>
std::string MessageOf(F f) {
  try {
    f();
  } catch (const base::Error& error) {
    return error.what();
  }
  return "nothing was thrown";
}

class NetworkFileTest : public ::testing::Test {
 protected:
  /// "@FILE" of a file with that content.
  std::string Write(const std::string& content) {
    std::ofstream(folder_.path() / "graph.json") << content;
    return fmt::format("@{}", (folder_.path() / "graph.json").string());
  }
  testing::TemporaryFolder folder_;
};

TEST(NetworkTest, ClassicTextNamesAPostNetwork) {
  const PostLayer layers[] = {{5, 32, 2, 0}, {5, 64, 2, 3}};
  EXPECT_EQ(ParseNetwork("5,32,2,0;5,64,2,3", kMnist, 10), BuildPost(layers, kMnist, 10));
}

TEST(NetworkTest, GenomeNamesTheNetworkOfItsSpace) {
  const PostSpace space(2, PostRanges::kGrid);
  const Genome genome = {3, 4, 1, 0, 10, 6, 0, 8};
  EXPECT_EQ(ParseNetwork("post:3,4,1,0, 10,6,0,8", kMnist, 10), space.Build(genome, kMnist, 10));
  EXPECT_EQ(ParseNetwork(space.NetworkText(genome), kMnist, 10), space.Build(genome, kMnist, 10));
}

TEST(NetworkTest, MalformedGenomesAreRefused) {
  EXPECT_EQ(MessageOf([] { ParseNetwork("pots:1,2,3,4", kMnist, 10); }),
            "unknown search space \"pots\", known: chain, conv1d, conv2d, mobile, nasnet, nb201, "
            "post, or the path of a file that "
            "ends in .toml");
  EXPECT_EQ(MessageOf([] { ParseNetwork("post:1,2,3", kMnist, 10); }),
            "genome of space post: found 3 option indices, expected 4 a layer");
  EXPECT_THAT(
      MessageOf([] { ParseNetwork("post:1,,3,4", kMnist, 10); }),
      HasSubstr("network \"post:1,,3,4\", column 8: found \",\", expected the option index"));
  EXPECT_THAT(MessageOf([] { ParseNetwork("post:", kMnist, 10); }),
              HasSubstr("column 6: found the end"));
  EXPECT_THAT(MessageOf([] { ParseNetwork("post:1,2,3,99", kMnist, 10); }),
              HasSubstr("found option index 99 for layer1.dropout"));
}

TEST_F(NetworkFileTest, GraphInJsonIsReadBack) {
  const graph::Graph graph = ParseNetwork("3,4,2,5", kMnist, 10);
  EXPECT_EQ(ParseNetwork(Write(graph::ToJson(graph)), kMnist, 10), graph);
}

TEST_F(NetworkFileTest, GraphThatDoesNotFitTheDataIsRefused) {
  const std::string name = Write(graph::ToJson(ParseNetwork("3,4,2,5", kMnist, 10)));
  EXPECT_THAT(MessageOf([&] {
                ParseNetwork(name, {1, 100, 1}, 10);
              }),
              HasSubstr("found a network for samples of 1x784x1, expected 1x100x1"));
  EXPECT_THAT(MessageOf([&] { ParseNetwork(name, kMnist, 12); }),
              HasSubstr("found 10 outputs, expected 12"));
}

TEST_F(NetworkFileTest, FileTroubleNamesTheFile) {
  EXPECT_THAT(MessageOf([] { ParseNetwork("@/nowhere/g.json", kMnist, 10); }),
              HasSubstr("/nowhere/g.json"));
  EXPECT_THAT(MessageOf([&] { ParseNetwork(Write("{"), kMnist, 10); }), HasSubstr("graph.json"));
  EXPECT_THAT(MessageOf([&] { ParseNetwork(Write(""), kMnist, 10); }), HasSubstr("graph.json"));
  EXPECT_THAT(
      MessageOf([&] { ParseNetwork(fmt::format("@{}", folder_.path().string()), kMnist, 10); }),
      HasSubstr(folder_.path().string()));
}

}  // namespace
}  // namespace netsmith::space
