#include "netsmith/model/cpp_source.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "netsmith/base/error.h"
#include "netsmith/model/ensemble.h"
#include "tests/engine/networks.h"
#include "tests/model/models.h"
#include "tests/support/environment.h"
#include "tests/support/process.h"

namespace netsmith::model {
namespace {

using netsmith::testing::RunProcess;
using netsmith::testing::TemporaryFolder;
using ::testing::HasSubstr;

constexpr int kSamples = 2;

/// One source with every model in a namespace of its own, and a main that prints the logits of each
/// for its samples, which it reads.
std::string ProgramOf(const std::vector<Model>& models) {
  std::string headers, sources, main = "#include <cstdio>\n";
  for (std::size_t i = 0; i < models.size(); ++i) {
    const std::string name = fmt::format("model_{}", i);
    CppSource source = ToCpp(models[i], {.logits = true, .name_space = name});
    const std::string include = "#include \"model.h\"\n";
    EXPECT_THAT(source.source, HasSubstr(include));
    source.source.erase(source.source.find(include), include.size());
    headers += source.header;
    sources += source.source;
  }
  main += R"(
static void Run(void (*predict)(const float*, float*), int in, int out) {
  static float input[100000], output[1000];
  for (int i = 0; i < in; ++i) {
    if (std::scanf("%f", &input[i]) != 1) return;
  }
  predict(input, output);
  for (int i = 0; i < out; ++i) std::printf("%.9g\n", static_cast<double>(output[i]));
}
int main() {
)";
  for (std::size_t i = 0; i < models.size(); ++i) {
    for (int sample = 0; sample < kSamples; ++sample) {
      main += fmt::format(
          "  Run(model_{0}::Predict, model_{0}::kInputSize, model_{0}::kOutputSize);\n", i);
    }
  }
  return headers + sources + main + "}\n";
}

/// Compiles as C++11 with all warnings as errors; returns what it prints for `input`.
std::string CompileAndRun(const std::string& program, const std::string& input) {
  const TemporaryFolder folder;
  const std::string source = (folder.path() / "main.cc").string();
  const std::string binary = (folder.path() / "main").string();
  std::ofstream(source) << program;
  const auto compiled = RunProcess({"c++", "-std=c++11", "-O0", "-Wall", "-Wextra", "-Wpedantic",
                                    "-Wshadow", "-Werror", "-o", binary, source});
  EXPECT_EQ(compiled.exit_code, 0) << compiled.err.substr(0, 2000);
  const auto result = RunProcess({binary}, {.input = input});
  EXPECT_EQ(result.exit_code, 0);
  return result.out;
}

TEST(CppSourceTest, CompiledItAgreesWithTheReferenceForEveryOperation) {
  const auto graphs = engine::testing::OperationGraphs(/*small=*/true);
  std::vector<std::string> names;
  std::vector<Model> models;
  std::string input;
  for (const auto& [name, graph] : graphs) {
    names.push_back(name);
    models.push_back(testing::RandomModel(graph));
  }
  names.emplace_back("columns of a table");
  models.push_back(testing::ModelOfColumns(testing::SmallGraph()));
  names.emplace_back("an ensemble");
  models.push_back(testing::RandomModel(
      EnsembleGraph(std::vector<graph::Graph>{testing::SmallGraph(), testing::SmallGraph()})));
  for (const Model& model : models) {
    for (const float value : testing::RandomSamples(model, kSamples)) {
      input += fmt::format("{} ", value);
    }
  }
  std::istringstream output(CompileAndRun(ProgramOf(models), input));
  for (std::size_t m = 0; m < models.size(); ++m) {
    const Model& model = models[m];
    for (const auto& row :
         testing::ReferenceLogits(model, testing::RandomSamples(model, kSamples))) {
      double largest = 1;
      for (const double logit : row) largest = std::max(largest, std::abs(logit));
      for (const double logit : row) {
        double found = NAN;
        output >> found;
        ASSERT_NEAR(logit, found, 1e-5 * largest) << names[m];
      }
    }
  }
}

TEST(CppSourceTest, OneGlobalFunctionGivesProbabilitiesAndNames) {
  Model model = testing::RandomModel(testing::SmallGraph());
  model.class_names = {"caf\xc3\xa9 \"?\?=\"", "back\\slash", "two\nlines"};
  const CppSource source = ToCpp(model);
  const TemporaryFolder folder;
  std::ofstream(folder.path() / "model.h") << source.header;
  std::ofstream(folder.path() / "model.cc") << source.source;
  std::ofstream(folder.path() / "main.cc") << R"(#include "model.h"
#include <cstdio>
void Predict(const float* input, float* output);
int main() {
  float input[kInputSize] = {}, output[kOutputSize];
  Predict(input, output);
  std::printf("%.6f\n", static_cast<double>(output[0] + output[1] + output[2]));
  for (int i = 0; i < kOutputSize; ++i) std::printf("%s\n", kClassNames[i]);
})";
  const auto file = [&](const char* name) { return (folder.path() / name).string(); };
  const auto compiled = RunProcess({"c++", "-std=c++11", "-Wall", "-Wextra", "-Werror", "-o",
                                    file("main"), file("main.cc"), file("model.cc")});
  ASSERT_EQ(compiled.exit_code, 0) << compiled.err.substr(0, 2000);
  const std::string out = RunProcess({file("main")}).out;
  EXPECT_EQ(out, "1.000000\ncaf\xc3\xa9 \"?\?=\"\nback\\slash\ntwo\nlines\n");
}

TEST(CppSourceTest, TheNamespaceIsAnIdentifierAndNoKeyword) {
  const Model model = testing::RandomModel(testing::SmallGraph());
  for (const std::string name : {"1st", "a b", "a::b", "x{", "é", "class", "co_await", "xor_eq"}) {
    try {
      ToCpp(model, {.name_space = name});
      ADD_FAILURE() << name;
    } catch (const base::InvalidArgument& error) {
      EXPECT_THAT(error.what(), HasSubstr("found namespace '" + name + "', expected letters"));
    }
  }
  EXPECT_THAT(ToCpp(model, {.name_space = "class_"}).header, HasSubstr("namespace class_ {"));
}

}  // namespace
}  // namespace netsmith::model
