#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "netsmith/engine/program.h"
#include "netsmith/engine/reference/network.h"
#include "netsmith/optim/optimizer.h"
#include "tests/support/environment.h"

namespace netsmith::engine {
namespace {

using nlohmann::json;
using Values = std::vector<double>;

void Flatten(const json& nested, Values& flat) {
  if (!nested.is_array()) {
    flat.push_back(nested.get<double>());
    return;
  }
  for (const json& element : nested) Flatten(element, flat);
}

Values Flat(const json& nested) {
  Values flat;
  Flatten(nested, flat);
  return flat;
}

graph::Graph GraphOf(const json& c) {
  graph::Graph graph{.input = {1, c["length"], c["channels"]}, .nodes = {}};
  int last = graph.Add(graph::Input{}, {});
  for (const json& layer : c["layers"]) {
    last = graph.Add(graph::Conv{layer["filters"], 1, layer["kernel"]}, {last});
    last = graph.Add(graph::Activation{}, {last});
    last = graph.Add(graph::MaxPool{1, layer["pool"]}, {last});
  }
  last = graph.Add(graph::Flatten{}, {last});
  graph.Add(graph::Dense{c["classes"]}, {last});
  return graph;
}

/// `tolerance` is relative to the tensor's largest magnitude.
template <typename Found>
void ExpectClose(const Values& expected, const Found& found, double tolerance,
                 const std::string& what) {
  ASSERT_EQ(expected.size(), found.size()) << what;
  double largest = 1e-30;
  for (const double value : expected) largest = std::max(largest, std::abs(value));
  for (std::size_t i = 0; i < expected.size(); ++i) {
    ASSERT_NEAR(expected[i], found[i], tolerance * largest) << what << " element " << i;
  }
}

void CheckReference(const json& c) {
  reference::Network net(GraphOf(c));
  for (std::size_t p = 0; p < net.params().size(); ++p) net.params()[p] = Flat(c["params"][p]);
  const auto labels = c["labels"].get<std::vector<std::int32_t>>();
  const auto result = net.ForwardBackward(Flat(c["x"]), labels, 0);
  constexpr double kDouble = 1e-9;
  EXPECT_NEAR(result.loss, c["loss"].get<double>(), kDouble);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    ExpectClose(Flat(c["logits"][i]), result.logits[i], kDouble, "logits");
  }
  for (std::size_t p = 0; p < net.params().size(); ++p) {
    ExpectClose(Flat(c["grads"][p]), result.gradients[p], kDouble, "gradient");
  }
}

void CheckProgram(const json& c) {
  constexpr double kFloat = 1e-5;
  const auto labels = c["labels"].get<std::vector<std::int32_t>>();
  const Values exact = Flat(c["x"]);
  const std::vector<float> src(exact.begin(), exact.end());
  base::ThreadPool pool(1);
  Program program(GraphOf(c), static_cast<std::int64_t>(labels.size()), pool);
  const int num_params = static_cast<int>(program.params().size());
  for (int p = 0; p < num_params; ++p) {
    const Values values = Flat(c["params"][p]);
    program.WriteParam(p, std::vector<float>(values.begin(), values.end()));
  }
  const Values expected_logits = Flat(c["logits"]);
  std::vector<float> logits(expected_logits.size());
  program.Forward(src, logits);
  ExpectClose(expected_logits, logits, kFloat, "logits");

  const double loss = program.ForwardBackward(src, labels, 0);
  EXPECT_NEAR(loss, c["loss"].get<double>(), kFloat * std::abs(c["loss"].get<double>()));
  const auto adam = optim::MakeOptimizer({.name = "adam"}, std::ssize(program.flat_params()));
  adam->Update(program.flat_params(), program.flat_gradients(), 1e-3, pool);
  for (int p = 0; p < num_params; ++p) {
    const std::string& name = program.params()[p].name;
    ExpectClose(Flat(c["grads"][p]), program.ReadGradient(p), kFloat, "gradient of " + name);
    ExpectClose(Flat(c["params_after_one_adam_step_lr_1e3"][p]), program.ReadParam(p), kFloat,
                name + " after one step");
  }
}

/// The block of block2d: convolution, batch norm, ReLU; depthwise, pointwise; their sum's mean.
graph::Graph BlockOf(const json& c) {
  graph::Graph graph{.input = {c["height"], c["width"], c["channels"]}, .nodes = {}};
  const std::int64_t filters = c["filters"], stride = c["stride"];
  int last = graph.Add(graph::Input{}, {});
  last = graph.Add(graph::Conv{.filters = filters,
                               .kernel_height = 3,
                               .kernel_width = 3,
                               .stride_height = stride,
                               .stride_width = stride,
                               .bias = false},
                   {last});
  last = graph.Add(graph::BatchNorm{.epsilon = 1e-5}, {last});
  const int start = graph.Add(graph::Activation{}, {last});
  last = graph.Add(graph::Conv{.filters = filters,
                               .kernel_height = 3,
                               .kernel_width = 3,
                               .groups = filters,
                               .bias = false},
                   {start});
  last = graph.Add(graph::Conv{.filters = filters, .bias = false}, {last});
  last = graph.Add(graph::Add{}, {last, start});
  last = graph.Add(graph::GlobalAvgPool{}, {last});
  graph.Add(graph::Dense{c["classes"]}, {last});
  return graph;
}

/// What a case of block2d calls its parameters, in the graph's order.
constexpr const char* kBlockParams[] = {"conv",      "bn_gamma", "bn_beta",   "depthwise",
                                        "pointwise", "dense",    "dense_bias"};

void CheckBlock(const json& c) {
  reference::Network judge(BlockOf(c));
  base::ThreadPool pool(1);
  const auto labels = c["labels"].get<std::vector<std::int32_t>>();
  Program program(BlockOf(c), static_cast<std::int64_t>(labels.size()), pool);
  ASSERT_EQ(std::size(kBlockParams), judge.params().size());
  for (std::size_t p = 0; p < judge.params().size(); ++p) {
    const Values values = Flat(c["params"][kBlockParams[p]]);
    judge.params()[p] = values;
    program.WriteParam(static_cast<int>(p), std::vector<float>(values.begin(), values.end()));
  }
  const Values exact = Flat(c["x"]);
  const std::vector<float> src(exact.begin(), exact.end());
  const auto result = judge.ForwardBackward(exact, labels, 0);
  const double loss = program.ForwardBackward(src, labels, 0);
  EXPECT_NEAR(result.loss, c["loss"].get<double>(), 1e-9);
  EXPECT_NEAR(loss, c["loss"].get<double>(), 1e-5 * std::abs(c["loss"].get<double>()));
  for (std::size_t i = 0; i < labels.size(); ++i) {
    ExpectClose(Flat(c["logits"][i]), result.logits[i], 1e-9, "logits");
  }
  for (std::size_t p = 0; p < judge.params().size(); ++p) {
    const std::string name = kBlockParams[p];
    const Values expected = Flat(c["grads"][name]);
    ExpectClose(expected, result.gradients[p], 1e-9, "reference gradient of " + name);
    ExpectClose(expected, program.ReadGradient(static_cast<int>(p)), 1e-5, "gradient of " + name);
  }
}

/// Calls `check` with each case of the golden files whose names begin so.
void ForEachCase(const std::string& prefix, void (*check)(const json&)) {
  int files = 0;
  NETSMITH_REQUIRE(std::filesystem::is_directory(netsmith::testing::GoldenDir()),
                   "golden vectors in " << netsmith::testing::GoldenDir());
  for (const auto& entry : std::filesystem::directory_iterator(netsmith::testing::GoldenDir())) {
    const std::string file = entry.path().filename().string();
    if (!file.starts_with(prefix) || !file.ends_with(".json")) continue;
    ++files;
    std::ifstream stream(entry.path());
    const json content = json::parse(stream);
    for (std::size_t i = 0; i < content["cases"].size(); ++i) {
      SCOPED_TRACE(file + " case " + std::to_string(i));
      check(content["cases"][i]);
    }
  }
  NETSMITH_REQUIRE(files > 0, prefix << "*.json in " << netsmith::testing::GoldenDir());
}

TEST(GoldenTest, ReferenceAndProgramReproduceTheClassicChild) {
  ForEachCase("child_chain1d", [](const json& c) {
    CheckReference(c);
    CheckProgram(c);
  });
}

TEST(GoldenTest, ReferenceAndProgramReproduceTheImageBlock) { ForEachCase("block2d", CheckBlock); }

}  // namespace
}  // namespace netsmith::engine
