#include <gtest/gtest.h>

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "netsmith/strategy/controller/cell.h"
#include "netsmith/strategy/controller/tape.h"
#include "tests/support/environment.h"

namespace netsmith::strategy::controller {
namespace {

using nlohmann::json;

/// Absolute or relative, whichever is larger: the vectors' own precision in double.
constexpr double kTolerance = 1e-9;

std::vector<std::filesystem::path> GoldenFiles() {
  std::vector<std::filesystem::path> files;
  if (!std::filesystem::is_directory(testing::GoldenDir())) return files;
  for (const auto& entry : std::filesystem::directory_iterator(testing::GoldenDir())) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("cell_") && name.ends_with(".json")) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

/// A vector becomes one row.
Matrix ToMatrix(const json& values) {
  if (!values.at(0).is_array()) return ToMatrix(json::array({values}));
  Matrix m(static_cast<Eigen::Index>(values.size()), static_cast<Eigen::Index>(values[0].size()));
  for (std::size_t i = 0; i < values.size(); ++i) {
    for (std::size_t k = 0; k < values[i].size(); ++k) {
      m(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(k)) = values[i][k].get<double>();
    }
  }
  return m;
}

/// Step t of [batch][steps][features] as [batch, features].
Matrix StepOf(const json& sequences, std::size_t t) {
  json rows = json::array();
  for (const json& sequence : sequences) rows.push_back(sequence.at(t));
  return ToMatrix(rows);
}

void ExpectNear(const Matrix& found, const Matrix& expected, const std::string& what) {
  ASSERT_EQ(found.rows(), expected.rows()) << what;
  ASSERT_EQ(found.cols(), expected.cols()) << what;
  for (Eigen::Index i = 0; i < found.size(); ++i) {
    const double e = expected.data()[i];
    EXPECT_NEAR(found.data()[i], e, kTolerance * std::max(1.0, std::abs(e)))
        << what << " element " << i;
  }
}

Parameter Given(const std::string& name, const Matrix& value) {
  Parameter p(name, value.rows(), value.cols());
  p.value = value;
  return p;
}

void ExpectCase(const std::string& cell_name, const json& c) {
  const auto steps = c.at("steps").get<std::size_t>();
  const std::unique_ptr<Cell> cell =
      MakeCell(cell_name, c.at("input").get<int>(), c.at("units").get<int>());
  cell->kernel().value = ToMatrix(c.at("kernel"));
  cell->recurrent_kernel().value = ToMatrix(c.at("recurrent_kernel"));
  cell->bias().value = ToMatrix(c.at("bias"));

  std::vector<Parameter> x;  // parameters, so that they get gradients
  for (std::size_t t = 0; t < steps; ++t) x.push_back(Given("x", StepOf(c.at("x"), t)));
  Parameter c0 = Given("c0", ToMatrix(c.at("c0")));
  Parameter m0 = Given("m0", ToMatrix(c.at("m0")));

  Tape tape;
  CellState state = {.c = tape.Use(c0), .m = tape.Use(m0)};
  Value loss = tape.Constant(Matrix::Zero(1, 1));
  for (std::size_t t = 0; t < steps; ++t) {
    state = cell->Step(tape, tape.Use(x[t]), state);
    ExpectNear(tape.value(state.m), StepOf(c.at("y"), t), "y at step " + std::to_string(t));
    const Value weights = tape.Constant(StepOf(c.at("loss_weights"), t));
    loss = tape.Add(loss, tape.Sum(tape.Mul(state.m, weights)));
  }
  if (c.contains("c_last")) ExpectNear(tape.value(state.c), ToMatrix(c["c_last"]), "c_last");
  if (c.contains("m_last")) ExpectNear(tape.value(state.m), ToMatrix(c["m_last"]), "m_last");
  ExpectNear(tape.value(loss), Matrix::Constant(1, 1, c.at("loss").get<double>()), "loss");

  tape.Backward(loss);
  ExpectNear(cell->kernel().gradient, ToMatrix(c.at("grad_kernel")), "grad_kernel");
  ExpectNear(cell->recurrent_kernel().gradient, ToMatrix(c.at("grad_recurrent_kernel")),
             "grad_recurrent_kernel");
  ExpectNear(cell->bias().gradient, ToMatrix(c.at("grad_bias")), "grad_bias");
  for (std::size_t t = 0; t < steps; ++t) {
    ExpectNear(x[t].gradient, StepOf(c.at("grad_x"), t), "grad_x at step " + std::to_string(t));
  }
  if (c.contains("grad_c0")) ExpectNear(c0.gradient, ToMatrix(c["grad_c0"]), "grad_c0");
  if (c.contains("grad_m0")) ExpectNear(m0.gradient, ToMatrix(c["grad_m0"]), "grad_m0");
}

TEST(CellGoldenTest, EveryCaseOfEveryFileIsReproduced) {
  const std::vector<std::filesystem::path> files = GoldenFiles();
  NETSMITH_REQUIRE(!files.empty(), "cell_*.json in " << testing::GoldenDir());
  for (const std::filesystem::path& path : files) {
    const json file = json::parse(std::ifstream(path));
    ASSERT_FALSE(file.at("cases").empty()) << path;
    for (std::size_t i = 0; i < file["cases"].size(); ++i) {
      SCOPED_TRACE(path.string() + " case " + std::to_string(i));
      ExpectCase(file.at("cell").get<std::string>(), file["cases"][i]);
    }
  }
}

}  // namespace
}  // namespace netsmith::strategy::controller
