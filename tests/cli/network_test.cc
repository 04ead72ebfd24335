#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/cli/program.h"

namespace netsmith::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(ShowNetworkTest, PrintsLayersAndCosts) {
  const ProcessResult result = Netsmith({"show", "--network", "5,32,2,0;5,64,2,3"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("input 784, first convolution 5×32, first pool 2, second "
                                    "convolution 5×64, second pool 2, dropout 3 %, output 10"));
  EXPECT_THAT(result.out, HasSubstr("512,266"));    // parameters
  EXPECT_THAT(result.out, HasSubstr("8,655,360"));  // multiply-adds
}

TEST(ShowNetworkTest, JsonNamesCostsAndLayers) {
  const ProcessResult result =
      Netsmith({"show", "--network", "3,4,2,0", "--input", "1x100x2", "--classes", "3", "--json"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const auto json = nlohmann::json::parse(result.out);
  EXPECT_EQ(json.at("params"), (3 * 2 + 1) * 4 + (100 * 4 + 1) * 3);
  EXPECT_EQ(json.at("macs"), 100 * 3 * 2 * 4 + 100 * 4 * 3);
  EXPECT_GT(json.at("planned_bytes"), 0);
  EXPECT_EQ(json.at("layers").front().at("shape"), "1x100x2");
}

TEST(ShowNetworkTest, KernelLongerThanTheInputIsFine) {
  const ProcessResult result = Netsmith({"show", "--network", "64,2,64,0", "--input", "1x10x1"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
}

TEST(ShowNetworkTest, PrintedGraphIsReadBackFromAFile) {
  const TemporaryFolder folder;
  const auto shown =
      nlohmann::json::parse(Netsmith({"show", "--network", "3,4,2,5", "--json"}).out);
  const std::string file = (folder.path() / "graph.json").string();
  std::ofstream(file) << shown.at("graph");
  const ProcessResult result = Netsmith({"show", "--network", "@" + file, "--json"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const auto read_back = nlohmann::json::parse(result.out);
  EXPECT_EQ(read_back.at("graph"), shown.at("graph"));
  EXPECT_EQ(read_back.at("params"), shown.at("params"));
  EXPECT_GT(read_back.at("estimated_step_ms"), 0);
}

TEST(InstructionSetTest, TheEnvironmentChoosesOneAndAnUnknownOneIsAnError) {
  const auto bench = [](const std::string& set) {
    std::string command = "NETSMITH_INSTRUCTION_SET=" + set;
    for (const std::string& word : NetsmithCommand(
             {"bench", "child", "--network", "3,4,2,5", "--steps", "1", "--mb", "2", "--json"})) {
      command += " '" + word + "'";
    }
    return RunProcess({"/bin/sh", "-c", command});
  };
  const ProcessResult portable = bench("portable");
  ASSERT_EQ(portable.exit_code, 0) << portable.err;
  EXPECT_THAT(portable.out, HasSubstr(R"("arithmetic":"portable, kernels 4")"));
  const ProcessResult unknown = bench("mmx");
  EXPECT_EQ(unknown.exit_code, 2);
  EXPECT_THAT(unknown.err, HasSubstr("instruction set: found \"mmx\", expected auto"));
}

TEST(PrecisionTest, Bf16IsNamedInTheArithmeticAndAnotherOneIsAnError) {
  const auto bench = [](const std::string& precision) {
    return Netsmith({"bench", "child", "--network", "9,32,2,5", "--steps", "1", "--mb", "2",
                     "--precision", precision, "--json"});
  };
  const ProcessResult bf16 = bench("bf16");
  ASSERT_EQ(bf16.exit_code, 0) << bf16.err;
  const auto json = nlohmann::json::parse(bf16.out);
  EXPECT_EQ(json.at("precision"), "bf16");
  EXPECT_THAT(json.at("arithmetic").get<std::string>(), HasSubstr(", bf16 "));
  EXPECT_THAT(bench("f32").out, Not(HasSubstr("bf16")));
  const ProcessResult unknown = bench("f16");
  EXPECT_EQ(unknown.exit_code, 2);
  EXPECT_THAT(unknown.err, HasSubstr("--precision"));
  EXPECT_EQ(std::count(unknown.err.begin(), unknown.err.end(), '\n'), 1);
}

TEST(ShowNetworkTest, GenomeAndTextNameTheSameNetwork) {
  const auto by_genome =
      nlohmann::json::parse(Netsmith({"show", "--network", "post:2,1,1,0,3,2,0,2", "--json"}).out);
  const auto by_text =
      nlohmann::json::parse(Netsmith({"show", "--network", "3,8,2,0;5,16,1,10", "--json"}).out);
  EXPECT_EQ(by_genome.at("graph"), by_text.at("graph"));
}

TEST(ShowSpaceTest, ListsDecisionsWithTheirOptionsWords) {
  const ProcessResult result = Netsmith({"show", "--space", "conv2d"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("activation"));
  EXPECT_THAT(result.out, HasSubstr("relu silu hard_swish"));
  EXPECT_THAT(result.out, HasSubstr("10^10.7: 25 decisions"));
}

TEST(ShowSpaceTest, JsonOfASpaceFileNamesItsDecisions) {
  const std::string file = NETSMITH_SOURCE_DIR "/examples/spaces/residual_images.toml";
  const ProcessResult result = Netsmith({"show", "--space", file, "--json"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const auto json = nlohmann::json::parse(result.out);
  EXPECT_EQ(json.at("decisions").front().at("name"), "stages");
  EXPECT_EQ(json.at("decisions").at(4).at("texts"), (std::vector<std::string>{"2", "4", "8"}))
      << json;
}

TEST(ShowSpaceTest, DescriptionOfASpaceFileIsOneLineWithoutItsEscapes) {
  const TemporaryFolder folder;
  const std::string file = (folder.path() / "s\x1b.toml").string();
  std::ifstream example(NETSMITH_SOURCE_DIR "/examples/spaces/residual_images.toml");
  std::string text(std::istreambuf_iterator<char>(example), {});
  const std::size_t line = text.find("description = ");
  text.replace(line, text.find('\n', line) - line, R"(description = "a\nb\u001b[2J\u009b")");
  std::ofstream(file) << text;
  const ProcessResult result = Netsmith({"show", "--space", file});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("/s\\x1b.toml\na\\x0ab\\x1b[2J\\xc2\\x9b\ngenomes"));
}

/// The program with some of its standard streams closed, as the shell does it.
ProcessResult WithClosedStreams(const std::string& closed) {
  std::string command;
  for (const std::string& word : NetsmithCommand({"show", "--network", "3,4,2,5"})) {
    command += "'" + word + "' ";
  }
  return RunProcess({"/bin/sh", "-c", command + closed});
}

TEST(ClosedStreamsTest, ResultThatCannotBePrintedIsAnError) {
  EXPECT_EQ(WithClosedStreams("<&- >&-").exit_code, 1);
  EXPECT_EQ(WithClosedStreams(">&-").exit_code, 1);
  EXPECT_EQ(WithClosedStreams("<&- >&- 2>&-").exit_code, 1);
}

TEST(ClosedStreamsTest, OthersChangeNothing) {
  const ProcessResult result = WithClosedStreams("<&- 2>&-");
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.out, HasSubstr("multiply-adds"));
}

}  // namespace
}  // namespace netsmith::testing
