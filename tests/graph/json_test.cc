#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "netsmith/base/error.h"
#include "netsmith/graph/graph.h"

namespace netsmith::graph {
namespace {

using ::testing::HasSubstr;

std::string ErrorOf(const std::string& text) {
  try {
    FromJson(text, "net.json");
  } catch (const base::Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(GraphJsonTest, WritesWhatItReads) {
  Graph graph{.input = {28, 28, 3}, .nodes = {}};
  graph.Add(Input{}, {});
  graph.Add(Conv{8, 3, 5}, {0}, "stem");
  graph.Add(Activation{}, {1});
  graph.Add(MaxPool{2, 3}, {2});
  graph.Add(Dropout{12.5}, {3});
  graph.Add(Flatten{}, {4});
  graph.Add(Dense{10}, {5});
  EXPECT_EQ(FromJson(ToJson(graph), "net.json"), graph);
}

TEST(GraphJsonTest, InputsDefaultToTheNodeBefore) {
  const Graph graph = FromJson(R"({"input":[1,8,1],"nodes":[{"name":"x","op":"input"},
    {"name":"f","op":"flatten"},{"name":"y","op":"dense","units":3}]})",
                               "net.json");
  EXPECT_EQ(graph.nodes[2].inputs, std::vector<int>{1});
}

TEST(GraphJsonTest, TextsThatWouldBreakAParserAreRefused) {
  const std::string deep = std::string(300'000, '[') + std::string(300'000, ']');
  EXPECT_EQ(ErrorOf(R"({"input":)" + deep + "}"),
            "net.json: brackets are nested 300001 deep, at most 32 are possible");
  EXPECT_EQ(ErrorOf(R"({"input":[1,1)" + std::string(400, '0') + R"(.5,1],"nodes":[]})"),
            "net.json: has a number that is too large");
}

TEST(GraphJsonTest, WhatAnalysisFindsNamesTheFileToo) {
  EXPECT_EQ(ErrorOf(R"({"input":[1,8,1],"nodes":[]})"),
            "net.json: the graph has no nodes, expected at least one");
}

TEST(GraphJsonTest, ErrorsNameFileNodeFoundAndExpected) {
  const struct {
    const char* nodes;
    const char* message;
  } cases[] = {
      {R"({"name":"y","op":"dens","units":3})",
       "net.json: node 1: op 'dens' is unknown; known are"},
      {R"({"name":"y","op":"dense"})", "net.json: node 1: 'units' is missing"},
      {R"({"name":"y","op":"dense","units":"3"})", "'units' has \"3\", expected a whole number"},
      {R"({"name":"y","op":"dense","units":2.5})", "'units' has 2.5, expected a whole number"},
      {R"({"name":"y","op":"dense","units":3,"bias":1})", "node 1: 'bias' is not known here"},
      {R"({"name":"y","op":"relu","inputs":["z"]})", "input \"z\" is not an earlier node"},
      {R"({"name":"x","op":"relu"})", "the name 'x' is taken"},
      {R"({"name":"y\u001b[31m","op":"relu"})",
       R"(node 1: 'name' is "y\u001b[31m", expected a text without control characters)"},
      {R"({"name":"y","op":"conv","filters":2,"kernel":[3]})", "expected an array of 2 whole"},
      {R"([1])", "node 1: is array, expected an object"},
  };
  for (const auto& [nodes, message] : cases) {
    const std::string text =
        R"({"input":[1,8,1],"nodes":[{"name":"x","op":"input"},)" + std::string(nodes) + "]}";
    EXPECT_THAT(ErrorOf(text), HasSubstr(message)) << nodes;
  }
  EXPECT_THAT(ErrorOf("{\n\n oops"), HasSubstr("net.json:3: not JSON"));
  EXPECT_THAT(ErrorOf("[]"), HasSubstr("net.json: is array, expected an object"));
}

}  // namespace
}  // namespace netsmith::graph
