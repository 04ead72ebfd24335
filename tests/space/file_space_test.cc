#include "netsmith/space/file/file_space.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <set>
#include <string>
#include <vector>

#include "netsmith/base/error.h"
#include "netsmith/graph/graph.h"

namespace netsmith::space {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr graph::SampleShape kImage{.height = 8, .width = 8, .channels = 1};

FileSpace Make(const std::string& toml) { return FileSpace(ParseSpaceFile(toml, "s.toml")); }

std::vector<std::string> NodeNames(const FileSpace& space, const Genome& genome) {
  std::vector<std::string> names;
  for (const auto& node : space.Build(genome, kImage, 3).nodes) names.push_back(node.name);
  return names;
}

std::string ErrorOf(const std::string& toml) {
  try {
    const FileSpace space = Make(toml);
    return "nothing was thrown";
  } catch (const base::ConfigError& error) {
    return error.what();
  }
}

/// A network of one convolution of `width` filters.
constexpr const char* kConv = R"(
[[network]]
op = "conv"
filters = "width"
kernel = 3
)";

TEST(FileSpaceTest, DecisionsStandInTheOrderOfTheFile) {
  const FileSpace space = Make(R"(
[decisions]
width = [8, 16]
bias = [false, true]
kernel = { from = 1, to = 7, step = 2 }
activation = ["silu", "relu"]
[[network]]
op = "conv"
filters = "width"
kernel = [1, "kernel"]
bias = "bias"
[[network]]
op = "activation"
)");
  ASSERT_EQ(space.decisions().size(), 4u);
  EXPECT_EQ(space.decisions()[0], (Decision{"width", {8, 16}}));
  EXPECT_EQ(space.decisions()[1], (Decision{"bias", {0, 1}}));
  EXPECT_EQ(space.decisions()[2], (Decision{"kernel", {1, 3, 5, 7}}));
  EXPECT_EQ(space.OptionText(1, 1), "true");
  EXPECT_EQ(space.OptionText(3, 0), "silu");
  const graph::Graph graph = space.Build(Genome{1, 0, 2, 1}, kImage, 3);
  const auto& conv = std::get<graph::Conv>(graph.nodes.at(1).op);
  EXPECT_EQ(conv.filters, 16);
  EXPECT_EQ(conv.kernel_height, 1);
  EXPECT_EQ(conv.kernel_width, 5);
  EXPECT_FALSE(conv.bias);
  EXPECT_EQ(graph::OpName(graph.nodes.at(2).op), "relu");
}

constexpr const char* kRepeated = R"(
[decisions]
depth = [0, 1, 2]
[blocks.layer.decisions]
width = [4, 8]
[[blocks.layer.nodes]]
op = "conv"
filters = "width * index"
kernel = 1
[[network]]
block = "layer"
repeat = "depth"
)";

TEST(FileSpaceTest, EachRepetitionHasDecisionsOfItsOwn) {
  const FileSpace space = Make(kRepeated);
  ASSERT_EQ(space.decisions().size(), 3u);
  EXPECT_EQ(space.decisions()[1].name, "layer1.width");
  EXPECT_EQ(space.decisions()[2].name, "layer2.width");
  EXPECT_THAT(NodeNames(space, {2, 0, 1}),
              ElementsAre("input", "layer1.conv", "layer2.conv", "output.flatten", "output"));
  const graph::Graph graph = space.Build(Genome{2, 0, 1}, kImage, 3);
  EXPECT_EQ(std::get<graph::Conv>(graph.nodes[2].op).filters, 16);
}

TEST(FileSpaceTest, ThousandsOfNodesOfOneNameAreNumberedInNoTime) {
  std::string toml = "[decisions]\nwidth = [1, 2]\n" + std::string(kConv);
  for (int i = 0; i < 9'000; ++i) toml += "[[network]]\nop = \"relu\"\n";
  toml += "[[network]]\nop = \"relu\"\nname = \"relu_9002\"\n[[network]]\nop = \"relu\"\n";
  const FileSpace space = Make(toml);
  const auto start = std::chrono::steady_clock::now();
  const std::vector<std::string> names = NodeNames(space, {0});
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
  EXPECT_EQ(std::set(names.begin(), names.end()).size(), names.size());
  EXPECT_EQ(names[2], "relu");
  EXPECT_EQ(names[3], "relu_2");
  EXPECT_EQ(names[9'003], "relu_9001");
}

TEST(FileSpaceTest, RepetitionsThatAreNotMadeHaveNoEffect) {
  const FileSpace space = Make(kRepeated);
  EXPECT_EQ(space.Build(Genome{1, 1, 0}, kImage, 3), space.Build(Genome{1, 1, 1}, kImage, 3));
  EXPECT_THAT(NodeNames(space, {0, 0, 0}), ElementsAre("input", "output.flatten", "output"));
}

TEST(FileSpaceTest, DecisionsWhoseConditionFailsHaveTheirFirstOption) {
  const FileSpace space = Make(std::string(R"(
[decisions]
wide = [false, true]
width = { options = [4, 8, 16], when = "wide" }
)") + kConv);
  EXPECT_EQ(space.Build(Genome{0, 2}, kImage, 3), space.Build(Genome{0, 0}, kImage, 3));
  EXPECT_NE(space.Build(Genome{1, 2}, kImage, 3), space.Build(Genome{1, 0}, kImage, 3));
}

TEST(FileSpaceTest, NodesWhoseConditionFailsHandTheirFirstInputOn) {
  const FileSpace space = Make(R"(
[decisions]
gate = [false, true]
[[network]]
op = "conv"
name = "first"
filters = 4
kernel = 3
[[network]]
op = "squeeze_excite"
name = "main"
units = "in.channels / 2"
when = "gate"
[[network]]
op = "conv"
name = "side"
inputs = ["first"]
filters = "in.channels"
kernel = 1
[[network]]
op = "add"
inputs = ["main", "side"]
)");
  EXPECT_THAT(NodeNames(space, {0}),
              ElementsAre("input", "first", "side", "add", "output.flatten", "output"));
  EXPECT_EQ(space.Build(Genome{0}, kImage, 3).nodes[3].inputs, (std::vector<int>{1, 2}));
  const graph::Graph gated = space.Build(Genome{1}, kImage, 3);
  EXPECT_EQ(std::get<graph::SqueezeExcite>(gated.nodes[2].op).units, 2);
  EXPECT_EQ(gated.nodes[4].inputs, (std::vector<int>{2, 3}));
}

TEST(FileSpaceTest, BlocksSeeTheDecisionsOfTheBlocksThatUseThem) {
  const FileSpace space = Make(R"(
[[network]]
block = "stage"
repeat = 2
[blocks.stage.decisions]
width = [4, 8]
[[blocks.stage.nodes]]
block = "layer"
[[blocks.layer.nodes]]
op = "conv"
filters = "width"
kernel = 3
)");
  const graph::Graph graph = space.Build(Genome{0, 1}, kImage, 3);
  EXPECT_EQ(graph.nodes[1].name, "stage1.layer.conv");
  EXPECT_EQ(std::get<graph::Conv>(graph.nodes[1].op).filters, 4);
  EXPECT_EQ(std::get<graph::Conv>(graph.nodes[2].op).filters, 8);
}

TEST(FileSpaceTest, TrainingMayBeDecided) {
  const FileSpace space = Make(std::string(R"(
[decisions]
width = [8, 16]
rate = [0.001, 0.01]
[training]
learning_rate = "rate / 2"
)") + kConv);
  EXPECT_EQ(space.Training(Genome{0, 1}).learning_rate, 0.005);
  EXPECT_EQ(space.Build(Genome{0, 0}, kImage, 3), space.Build(Genome{0, 1}, kImage, 3));
}

TEST(FileSpaceTest, SignatureSeesMeaningButNoComments) {
  const std::string decisions = "[decisions]\nwidth = [8, 16]\n";
  const std::string signature = Make(decisions + kConv).Signature();
  EXPECT_EQ(Make("# a comment\n" + decisions + kConv).Signature(), signature);
  EXPECT_NE(Make("[decisions]\nwidth = [8, 32]\n" + std::string(kConv)).Signature(), signature);
  EXPECT_NE(Make(decisions + kConv + "stride = 2\n").Signature(), signature);
}

TEST(FileSpaceTest, GenomesWithoutANetworkAreRefusedWithThePlace) {
  const auto refusal = [](const std::string& toml, const Genome& genome) -> std::string {
    try {
      Make(toml).Build(genome, kImage, 3);
      return "nothing was thrown";
    } catch (const base::InvalidArgument& refused) {
      return refused.what();
    }
  };
  const std::string width = "require = [\"width != 16\"]\n[decisions]\nwidth = [0, 8, 16]\n";
  EXPECT_EQ(refusal(width + kConv, {0}),
            "s.toml:5:1: node 'conv': filters is 0, expected at least 1");
  EXPECT_EQ(refusal(width + kConv, {1}), "nothing was thrown");
  EXPECT_EQ(refusal(width + kConv, {2}),
            "s.toml:1:13: 'width != 16' is required and does not hold");
  EXPECT_EQ(refusal(width + kConv + "stride = \"8 / width\"\n", {0}),
            "s.toml:9:13: 8 / 0 has no value");
}

struct Mistake {
  const char* toml;
  const char* complaint;
};
class SpaceFileMistakeTest : public ::testing::TestWithParam<Mistake> {};

TEST_P(SpaceFileMistakeTest, IsOneErrorWithThePlace) {
  EXPECT_THAT(ErrorOf(GetParam().toml), HasSubstr(GetParam().complaint)) << GetParam().toml;
}

#define NETSMITH_NODE "[[network]]\nop = 'conv'\nkernel = 3\nfilters = 'width'\n"
#define NETSMITH_WIDTH "[decisions]\nwidth = [8, 16]\n"

INSTANTIATE_TEST_SUITE_P(
    Decisions, SpaceFileMistakeTest,
    ::testing::Values(
        Mistake{"", "s.toml:1:1: the space has no network"}, Mistake{"x = [", "s.toml:1:6: "},
        Mistake{"# \xD1\x91\n\xD1\x91 = 1", "s.toml:2:1: found a character beyond ASCII"},
        Mistake{"[[network]]\nop = 'relu'\n", "s.toml:1:1: the space has no decisions"},
        Mistake{NETSMITH_WIDTH, "s.toml:1:1: the space has no network"},
        Mistake{"[decisions]\nwidth = []\n" NETSMITH_NODE,
                "s.toml:2:9: decision width has 0 options, expected 2 to 1000"},
        Mistake{"[decisions]\nwidth = [8]\n" NETSMITH_NODE,
                "s.toml:2:9: decision width has one option, expected at least 2"},
        Mistake{"[decisions]\nwidth = {from = 1, to = 1000000}\n" NETSMITH_NODE,
                "s.toml:2:9: decision width has 1000000 options, expected 2 to 1000"},
        Mistake{"[decisions]\nwidth = {from = 5, to = 1}\n" NETSMITH_NODE,
                "decision width has 0 options"},
        Mistake{"[decisions]\nwidth = {from = 1, to = 5, step = 0}\n" NETSMITH_NODE,
                "s.toml:2:35: step: found 0, expected at least 1"},
        Mistake{"[decisions]\nwidth = {from = -9223372036854775808, to = 5}\n" NETSMITH_NODE,
                "expected -2^53 to 2^53"},
        Mistake{"[decisions]\nwidth = {from = 1}\n" NETSMITH_NODE, "expected options, or from"},
        Mistake{"[decisions]\nwidth = [16, 8]\n" NETSMITH_NODE,
                "s.toml:2:14: decision width: found 8 after 16, expected ascending options"},
        Mistake{"[decisions]\nwidth = [8, 8]\n" NETSMITH_NODE, "found 8 after 8"},
        Mistake{"[decisions]\nwidth = ['a', 'b', 'a']\n" NETSMITH_NODE, "found a twice"},
        Mistake{"[decisions]\nwidth = [8, 'a']\n" NETSMITH_NODE,
                "found a word after a whole number, expected options of one kind"},
        Mistake{"[decisions]\nwidth = [[1], [2]]\n" NETSMITH_NODE,
                "found an array, expected numbers, words, or true and false"},
        Mistake{"[decisions]\nwidth = [1.0, nan]\n" NETSMITH_NODE, "found no finite number"},
        Mistake{"[decisions]\nwidth = 8\n" NETSMITH_NODE,
                "found a whole number, expected an array of options or a table"},
        Mistake{"[decisions]\nindex = [1, 2]\n" NETSMITH_NODE, "s.toml:2:1: found the name"},
        Mistake{"[decisions]\n'a b' = [1, 2]\n" NETSMITH_NODE, "expected letters, digits and _"},
        Mistake{"decisions = 3\n" NETSMITH_NODE, "decisions: found a whole number, expected a t"},
        Mistake{NETSMITH_WIDTH "other = [1, 2]\n" NETSMITH_NODE,
                "s.toml:3:1: decision other is used nowhere"},
        Mistake{"widht = 3\n" NETSMITH_WIDTH NETSMITH_NODE, "s.toml:1:1: unknown key \"widht\""},
        Mistake{"[decisions]\nwidth = {options = [1, 2], wen = 'x'}\n" NETSMITH_NODE,
                "s.toml:2:28: unknown key \"wen\" of a decision"}));

INSTANTIATE_TEST_SUITE_P(
    Conditions, SpaceFileMistakeTest,
    ::testing::Values(
        Mistake{NETSMITH_WIDTH NETSMITH_NODE "when = 'width > 16'\n",
                "s.toml:7:9: 'width > 16' never holds"},
        Mistake{NETSMITH_WIDTH "b = {options = [1, 2], when = 'width > 16'}\n" NETSMITH_NODE
                               "stride = 'b'\n",
                "s.toml:3:32: 'width > 16' never holds"},
        Mistake{NETSMITH_WIDTH "b = {options = [1, 2], when = 'width == 8'}\n" NETSMITH_NODE
                               "when = 'b == 2 and width == 16'\n",
                "'b == 2 and width == 16' never holds"},
        Mistake{"require = ['width == 8', 'width == 16']\n" NETSMITH_WIDTH NETSMITH_NODE,
                "s.toml:1:13: require: these conditions never hold together"},
        Mistake{"require = ['width == 9']\n" NETSMITH_WIDTH NETSMITH_NODE,
                "'width == 9' never holds"},
        Mistake{"[decisions]\nwidth = {options = [1, 2], when = 'b == 1'}\n"
                "b = {options = [1, 2], when = 'width == 1'}\n" NETSMITH_NODE,
                "leads back to it: width > b > width"},
        Mistake{"[decisions]\nwidth = {options = [1, 2], when = 'width == 1'}\n" NETSMITH_NODE,
                "s.toml:2:36: the condition of decision width leads back to it: width > width"},
        Mistake{NETSMITH_WIDTH NETSMITH_NODE "when = 'width'\n",
                "'width' is a whole number, expected true or false"},
        Mistake{NETSMITH_WIDTH NETSMITH_NODE "when = 'widht == 8'\n",
                "s.toml:7:9: unknown decision \"widht\""},
        Mistake{NETSMITH_WIDTH NETSMITH_NODE "when = 'width =='\n",
                "s.toml:7:17: found the end, expected"},
        Mistake{NETSMITH_WIDTH NETSMITH_NODE "when = 'index > 1'\n",
                "'index' is known only in blocks that are repeated"},
        Mistake{"[decisions]\nwidth = {options = [1, 2], when = 'in.width == 1'}\n" NETSMITH_NODE,
                "'in.width' is known only in nodes"}));

INSTANTIATE_TEST_SUITE_P(
    Nodes, SpaceFileMistakeTest,
    ::testing::Values(
        Mistake{NETSMITH_WIDTH NETSMITH_NODE "[[network]]\nop = 'rleu'\n",
                "s.toml:8:7: \"rleu\" is neither an operation nor a decision, operations: add"},
        Mistake{NETSMITH_WIDTH "act = ['relu', 'rleu']\n" NETSMITH_NODE "[[network]]\nop = 'act'\n",
                "unknown operation \"rleu\""},
        Mistake{NETSMITH_WIDTH NETSMITH_NODE "[[network]]\nop = 'width'\n",
                "'width' is a whole number, expected a word"},
        Mistake{NETSMITH_WIDTH NETSMITH_NODE "[[network]]\nname = 'x'\n",
                "s.toml:7:1: a node: expected op or block"},
        Mistake{NETSMITH_WIDTH NETSMITH_NODE "strid = 2\n",
                "s.toml:7:9: conv: unknown key \"strid\", known: bias, dilation, filters"},
        Mistake{NETSMITH_WIDTH "[[network]]\nop = 'conv'\nfilters = 'width'\n",
                "s.toml:3:1: conv: kernel is missing"},
        Mistake{NETSMITH_WIDTH NETSMITH_NODE "stride = 1.5\n",
                "'1.5' is a number, expected a whole number"},
        Mistake{NETSMITH_WIDTH NETSMITH_NODE "stride = [1, 2, 3]\n",
                "stride: found 3 values, expected one, or height and width"},
        Mistake{NETSMITH_WIDTH NETSMITH_NODE "groups = [1, 2]\n",
                "groups: found 2 values, expected one"},
        Mistake{NETSMITH_WIDTH NETSMITH_NODE "[[network]]\nop = 'add'\n",
                "add: found 1 inputs, expected at least two"},
        Mistake{NETSMITH_WIDTH NETSMITH_NODE "[[network]]\nop = 'relu'\ninputs = ['conv', 'in']\n",
                "relu: found 2 inputs, expected one"},
        Mistake{NETSMITH_WIDTH NETSMITH_NODE "[[network]]\nop = 'add'\ninputs = ['in', 'nobody']\n",
                "s.toml:9:17: inputs: no earlier node is named \"nobody\""},
        Mistake{NETSMITH_WIDTH NETSMITH_NODE "inputs = ['conv']\n",
                "inputs: node \"conv\" does not stand before this one: networks have no cycles"},
        Mistake{NETSMITH_WIDTH NETSMITH_NODE NETSMITH_NODE
                "[[network]]\nop = 'add'\ninputs = ['in', 'conv']\n",
                "2 earlier nodes are named \"conv\""},
        Mistake{NETSMITH_WIDTH NETSMITH_NODE "inputs = []\n", "inputs: expected an array of names"},
        Mistake{NETSMITH_WIDTH NETSMITH_NODE "inputs = [3]\n", "inputs: found a whole number"},
        Mistake{NETSMITH_WIDTH "network = 3\n" NETSMITH_NODE, "s.toml:"},
        Mistake{"network = [3]\n" NETSMITH_WIDTH,
                "s.toml:1:12: found a whole number, expected the"},
        Mistake{NETSMITH_WIDTH NETSMITH_NODE "[training]\nmomentum = 1\n",
                "unknown key \"momentum\" of training, known: augment_strength, "
                "label_smoothing, learning_rate, weight_decay"},
        Mistake{NETSMITH_WIDTH NETSMITH_NODE "[training]\nlearning_rate = 'x'\n",
                "s.toml:8:18: unknown decision \"x\""}));

INSTANTIATE_TEST_SUITE_P(
    Blocks, SpaceFileMistakeTest,
    ::testing::Values(
        Mistake{NETSMITH_WIDTH NETSMITH_NODE "[[network]]\nblock = 'x'\n",
                "s.toml:7:1: unknown block \"x\""},
        Mistake{NETSMITH_WIDTH NETSMITH_NODE "[blocks.x]\n", "block x has no nodes"},
        Mistake{NETSMITH_WIDTH NETSMITH_NODE "[[blocks.x.nodes]]\nop = 'relu'\n",
                "block x is used nowhere"},
        Mistake{NETSMITH_WIDTH NETSMITH_NODE "[[network]]\nblock = 'x'\n"
                                             "[[blocks.x.nodes]]\nblock = 'y'\n"
                                             "[[blocks.y.nodes]]\nblock = 'x'\n",
                "s.toml:11:1: block x contains itself: x > y > x"},
        Mistake{NETSMITH_WIDTH NETSMITH_NODE "[[network]]\nblock = 'x'\n[[network]]\nblock = 'x'\n"
                                             "[[blocks.x.nodes]]\nop = 'relu'\n",
                "s.toml:9:1: two blocks are named \"x\" here, give this one a name"},
        Mistake{NETSMITH_WIDTH NETSMITH_NODE "[[network]]\nblock = 'x'\nrepeat = 'width * 100'\n"
                                             "[[blocks.x.nodes]]\nop = 'relu'\n",
                "s.toml:9:11: repeat: 'width * 100' may be 800, expected 0 to 100"},
        Mistake{NETSMITH_WIDTH NETSMITH_NODE "[[network]]\nblock = 'x'\nrepeat = 0\n"
                                             "[[blocks.x.nodes]]\nop = 'relu'\n",
                "repeat: '0' is always 0"},
        Mistake{NETSMITH_WIDTH NETSMITH_NODE "[[network]]\nblock = 'x'\nrepeat = 'in.width'\n"
                                             "[[blocks.x.nodes]]\nop = 'relu'\n",
                "'in.width' is known only in nodes"},
        Mistake{NETSMITH_WIDTH NETSMITH_NODE "[[network]]\nblock = 'x'\nrepeat = 100\n"
                                             "[[blocks.x.nodes]]\nblock = 'y'\nrepeat = 100\n"
                                             "[[blocks.y.nodes]]\nblock = 'z'\nrepeat = 100\n"
                                             "[[blocks.z.nodes]]\nop = 'relu'\n",
                "the space has more than 10000 nodes, repetitions counted"},
        Mistake{NETSMITH_NODE
                "[[network]]\nblock = 'x'\nrepeat = 100\n[decisions]\nwidth = [1, 2]\n"
                "[[blocks.x.nodes]]\nblock = 'y'\nrepeat = 11\n"
                "[blocks.y.decisions]\nw = [1, 2]\n"
                "[[blocks.y.nodes]]\nop = 'dense'\nunits = 'w'\n",
                "the space has more than 1000 decisions, repetitions counted"}));

TEST(SpaceFileTest, FileThatCannotBeReadIsNamed) {
  EXPECT_THROW(ReadSpaceFile("/no/such.toml"), base::ConfigError);
}

}  // namespace
}  // namespace netsmith::space
