#include "netsmith/model/onnx.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <opencv2/core.hpp>
#include <opencv2/dnn.hpp>
#include <variant>

#include "netsmith/base/error.h"
#include "netsmith/model/ensemble.h"
#include "netsmith/space/registry.h"
#include "tests/engine/networks.h"
#include "tests/model/models.h"
#include "tests/support/environment.h"
#include "tests/support/process.h"
#include "tests/support/processes.h"

namespace netsmith::model {
namespace {

using netsmith::testing::NodeModules;
using netsmith::testing::TemporaryFolder;

constexpr int kSamples = 3;
/// The reference takes its time.
constexpr std::int64_t kMostMacs = 4'000'000;

void WriteBytes(const std::filesystem::path& path, const void* bytes, std::size_t count) {
  std::ofstream(path, std::ios::binary)
      .write(static_cast<const char*>(bytes), static_cast<std::streamsize>(count));
}

/// Logits of all models by ONNX Runtime, in one process; empty where it failed, and the test with
/// it.
std::vector<std::vector<float>> RunOnnxRuntime(const std::vector<Model>& models) {
  const TemporaryFolder folder;
  const auto file = [&](std::size_t i, const char* ending) {
    return folder.path() / fmt::format("{}.{}", i, ending);
  };
  for (std::size_t i = 0; i < models.size(); ++i) {
    const std::string bytes = ToOnnx(models[i], {.logits = true});
    const std::vector<float> samples = testing::RandomSamples(models[i], kSamples);
    WriteBytes(file(i, "onnx"), bytes.data(), bytes.size());
    WriteBytes(file(i, "in"), samples.data(), samples.size() * sizeof(float));
  }
  const auto result =
      netsmith::testing::RunProcess({"node", NETSMITH_SOURCE_DIR "/tests/model/onnxruntime.js",
                                     NodeModules().string(), folder.path().string()});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  std::vector<std::vector<float>> logits;
  for (std::size_t i = 0; i < models.size(); ++i) {
    const std::string bytes = netsmith::testing::ReadFile(file(i, "out"));
    logits.emplace_back(bytes.size() / sizeof(float));
    std::memcpy(logits.back().data(), bytes.data(), logits.back().size() * sizeof(float));
  }
  return logits;
}

std::vector<float> RunOpenCv(const Model& model) {
  const std::string bytes = ToOnnx(model, {.logits = true});
  std::vector<float> samples = testing::RandomSamples(model, kSamples);
  const tensor::SampleShape& sample = model.preprocessing.sample;
  const int sizes[] = {kSamples, static_cast<int>(sample.height), static_cast<int>(sample.width),
                       static_cast<int>(sample.channels)};
  cv::dnn::Net net = cv::dnn::readNetFromONNX(bytes.data(), bytes.size());
  net.setInput(cv::Mat(4, sizes, CV_32F, samples.data()));
  const cv::Mat output = net.forward();
  return {output.ptr<float>(), output.ptr<float>() + output.total()};
}

/// Logits agree to 1e-4 of the largest of their sample, or of 1.
void ExpectAgrees(const Model& model, const std::vector<float>& found) {
  const auto expected = testing::ReferenceLogits(model, testing::RandomSamples(model, kSamples));
  const std::size_t classes = model.class_names.size();
  ASSERT_EQ(found.size(), kSamples * classes);
  for (std::size_t i = 0; i < found.size(); ++i) {
    const auto& row = expected[i / classes];
    double largest = 1;
    for (const double logit : row) largest = std::max(largest, std::abs(logit));
    ASSERT_NEAR(row[i % classes], found[i], 1e-4 * largest) << "element " << i;
  }
}

struct NamedModel {
  std::string name;
  Model model;
};

/// Every operation with every attribute, and samples of another shape than the network reads.
std::vector<NamedModel> AllModels() {
  std::vector<NamedModel> models;
  for (const bool small : {true, false}) {
    for (const auto& [name, graph] : engine::testing::OperationGraphs(small)) {
      models.push_back({name, testing::RandomModel(graph)});
    }
  }
  Model reshaped = testing::RandomModel(testing::SmallGraph());
  reshaped.preprocessing.sample = {4, 10, 1};
  reshaped.preprocessing.mean = {120};
  reshaped.preprocessing.deviation = {60};
  models.push_back({"samples of one channel for a network of two", reshaped});
  reshaped.preprocessing = {{2, 5, 4}, {100, 110, 120, 130}, {50, 60, 70, 80}};
  models.push_back({"samples of four channels for a network of two", reshaped});
  models.push_back({"columns of a table", testing::ModelOfColumns(testing::SmallGraph())});
  const std::vector<graph::Graph> members(3, testing::SmallGraph());
  models.push_back({"an ensemble", testing::RandomModel(EnsembleGraph(members))});
  return models;
}

void ExpectAgreeWithOnnxRuntime(const std::vector<NamedModel>& named) {
  std::vector<Model> models;
  for (const NamedModel& model : named) models.push_back(model.model);
  const auto logits = RunOnnxRuntime(models);
  for (std::size_t i = 0; i < named.size(); ++i) {
    SCOPED_TRACE(named[i].name);
    ExpectAgrees(named[i].model, logits[i]);
  }
}

/// OpenCV 4.6 reads neither the bounds of a Clip of this opset, nor a product of an image and its
/// channels' gates where the number of samples is open.
bool CannotReadInOpenCv(const graph::Graph& graph) {
  return std::ranges::any_of(graph.nodes, [](const graph::Node& node) {
    return node.op == graph::Op(graph::Activation{graph::Activation::Kind::kRelu6}) ||
           std::holds_alternative<graph::SqueezeExcite>(node.op);
  });
}

void ExpectAgreeWithOpenCv(const std::vector<NamedModel>& named) {
  for (const auto& [name, model] : named) {
    SCOPED_TRACE(name);
    std::vector<float> logits;
    ASSERT_NO_THROW(logits = RunOpenCv(model));
    ExpectAgrees(model, logits);
  }
}

TEST(OnnxTest, AgreesWithOnnxRuntime) {
  NETSMITH_REQUIRE(std::filesystem::exists(NodeModules() / "onnxruntime-node"),
                   "onnxruntime-node (scripts/install-deps test)");
  ExpectAgreeWithOnnxRuntime(AllModels());
}

TEST(OnnxTest, AgreesWithOpenCv) {
  std::vector<NamedModel> models = AllModels();
  std::erase_if(models, [](const NamedModel& m) { return CannotReadInOpenCv(m.model.graph); });
  ExpectAgreeWithOpenCv(models);
}

class OnnxSpaceTest : public ::testing::TestWithParam<std::string> {
 protected:
  /// Networks drawn from the space that `is_wanted`, every second one for signals.
  std::vector<NamedModel> Draw(bool (*is_wanted)(const graph::Graph&)) const {
    const auto space = space::MakeSpace(GetParam(), {});
    base::Generator generator = base::RandomStreams(1).For(GetParam());
    std::vector<NamedModel> models;
    for (int draw = 0; models.size() < kNetworks && draw < kMostDraws; ++draw) {
      space::Genome genome;
      for (const space::Decision& decision : space->decisions()) {
        genome.push_back(static_cast<int>(generator.Below(decision.options.size())));
      }
      const int i = static_cast<int>(models.size());
      const graph::SampleShape sample =
          i % 2 == 0 ? graph::SampleShape{1, 24, 1 + i % 3} : graph::SampleShape{6, 5, 1 + i % 3};
      graph::Graph graph;
      try {
        graph = space->Build(genome, sample, 5);
      } catch (const base::InvalidArgument&) {
        continue;
      }
      if (graph::TotalCosts(graph).macs > kMostMacs || !is_wanted(graph)) continue;
      models.push_back({space->NetworkText(genome),
                        testing::RandomModel(graph, static_cast<std::uint64_t>(draw))});
    }
    EXPECT_EQ(models.size(), kNetworks) << "too few are wanted";
    return models;
  }

 private:
  static constexpr std::size_t kNetworks = 50;
  static constexpr int kMostDraws = 20000;
};

TEST_P(OnnxSpaceTest, RandomNetworksAgreeWithOnnxRuntime) {
  NETSMITH_REQUIRE(std::filesystem::exists(NodeModules() / "onnxruntime-node"),
                   "onnxruntime-node (scripts/install-deps test)");
  ExpectAgreeWithOnnxRuntime(Draw([](const graph::Graph&) { return true; }));
}

TEST_P(OnnxSpaceTest, RandomNetworksAgreeWithOpenCv) {
  ExpectAgreeWithOpenCv(Draw([](const graph::Graph& graph) { return !CannotReadInOpenCv(graph); }));
}

INSTANTIATE_TEST_SUITE_P(EverySpace, OnnxSpaceTest, ::testing::ValuesIn(space::SpaceNames()),
                         [](const auto& tested) { return tested.param; });

}  // namespace
}  // namespace netsmith::model
