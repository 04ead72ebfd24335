#include "netsmith/strategy/controller/tape.h"

#include <gtest/gtest.h>

#include <Eigen/Core>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <ostream>
#include <string>
#include <vector>

#include "netsmith/base/error.h"
#include "netsmith/base/random.h"
#include "tests/support/finite_difference.h"

namespace netsmith::strategy::controller {
namespace {

Matrix RandomMatrix(Eigen::Index rows, Eigen::Index cols, std::uint64_t seed) {
  base::Generator generator(seed);
  Matrix m(rows, cols);
  for (double& x : m.reshaped()) x = generator.Normal();
  return m;
}

/// One op over parameters `a` [3,4] and `b` [shape of the case].
struct OpCase {
  std::string name;
  Eigen::Index b_rows, b_cols;
  std::function<Value(Tape&, Value, Value)> op;
};
void PrintTo(const OpCase& c, std::ostream* to) { *to << c.name; }

std::vector<OpCase> OpCases() {
  const Matrix lower = RandomMatrix(3, 4, 11);
  const Matrix upper = lower.array() + 0.7;
  Matrix open = upper;
  open.col(1).setConstant(std::numeric_limits<double>::infinity());
  return {
      {"MatMul", 4, 2, [](Tape& t, Value a, Value b) { return t.MatMul(a, b); }},
      {"Add", 3, 4, [](Tape& t, Value a, Value b) { return t.Add(a, b); }},
      {"AddRow", 1, 4, [](Tape& t, Value a, Value b) { return t.Add(a, b); }},
      {"Sub", 3, 4, [](Tape& t, Value a, Value b) { return t.Sub(a, b); }},
      {"Mul", 3, 4, [](Tape& t, Value a, Value b) { return t.Mul(a, b); }},
      {"MulOfItself", 1, 1, [](Tape& t, Value a, Value) { return t.Mul(a, a); }},
      {"Scale", 1, 1, [](Tape& t, Value a, Value) { return t.Scale(a, -1.75); }},
      {"Exp", 1, 1, [](Tape& t, Value a, Value) { return t.Exp(a); }},
      {"Sigmoid", 1, 1, [](Tape& t, Value a, Value) { return t.Sigmoid(a); }},
      {"Tanh", 1, 1, [](Tape& t, Value a, Value) { return t.Tanh(a); }},
      {"Relu", 1, 1, [](Tape& t, Value a, Value) { return t.Relu(a); }},
      {"Columns", 1, 1, [](Tape& t, Value a, Value) { return t.Columns(a, 1, 2); }},
      {"Rows", 1, 1,
       [](Tape& t, Value a, Value) {
         return t.Rows(a, std::vector<int>{2, 0, 2, 2});
       }},
      {"Pick", 1, 1,
       [](Tape& t, Value a, Value) {
         return t.Pick(a, std::vector<int>{3, 0, 3});
       }},
      {"LogSoftmax", 1, 1, [](Tape& t, Value a, Value) { return t.LogSoftmax(a); }},
      {"SumRows", 1, 1, [](Tape& t, Value a, Value) { return t.SumRows(a); }},
      {"Sum", 1, 1, [](Tape& t, Value a, Value) { return t.Sum(a); }},
      {"GaussianLogMass", 1, 1,
       [=](Tape& t, Value a, Value) { return t.GaussianLogMass(a, 1.5, lower, upper); }},
      {"GaussianLogMassOpen", 1, 1,
       [=](Tape& t, Value a, Value) { return t.GaussianLogMass(a, 0.5, lower, open); }},
  };
}

class TapeOpTest : public ::testing::TestWithParam<OpCase> {};

TEST_P(TapeOpTest, GradientMatchesFiniteDifferences) {
  const OpCase& c = GetParam();
  Parameter a("a", 3, 4);
  Parameter b("b", c.b_rows, c.b_cols);
  a.value = RandomMatrix(3, 4, 1);
  b.value = RandomMatrix(c.b_rows, c.b_cols, 2);

  // The loss weighs every element of the result differently; a enters twice, so that gradients
  // must add up.
  const auto loss = [&](Tape& tape) {
    const Value y = c.op(tape, tape.Use(a), tape.Use(b));
    const Matrix weights = RandomMatrix(tape.value(y).rows(), tape.value(y).cols(), 3);
    const Value once = tape.Sum(tape.Mul(y, tape.Constant(weights)));
    return tape.Add(once, tape.Sum(tape.Scale(tape.Use(a), 0.5)));
  };
  Tape tape;
  tape.Backward(loss(tape));

  const auto forward = [&] {
    Tape fresh;
    return fresh.value(loss(fresh))(0, 0);
  };
  for (Parameter* p : {&a, &b}) {
    const std::vector<double> numeric = testing::NumericGradient(
        {p->value.data(), static_cast<std::size_t>(p->value.size())}, forward);
    for (std::size_t i = 0; i < numeric.size(); ++i) {
      EXPECT_NEAR(p->gradient.data()[i], numeric[i], 1e-7) << p->name << " element " << i;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Ops, TapeOpTest, ::testing::ValuesIn(OpCases()),
                         [](const auto& test) { return test.param.name; });

TEST(TapeTest, BackwardAddsToGradientsAlreadyThere) {
  Parameter a("a", 1, 2);
  a.value << 2, 3;
  Tape tape;
  tape.Backward(tape.Sum(tape.Mul(tape.Use(a), tape.Use(a))));
  tape.Clear();
  tape.Backward(tape.Sum(tape.Use(a)));
  EXPECT_EQ(a.gradient(0, 0), 5.0);
  EXPECT_EQ(a.gradient(0, 1), 7.0);
}

TEST(TapeTest, SecondPassOfTheSameShapesReusesMemory) {
  Parameter a("a", 4, 4);
  Tape tape;
  const auto pass = [&] {
    tape.Clear();
    const Value y = tape.Tanh(tape.MatMul(tape.Use(a), tape.Use(a)));
    tape.Backward(tape.Sum(y));
    return std::vector<const double*>{tape.value(y).data(), tape.gradient(y).data()};
  };
  const auto first = pass();
  EXPECT_EQ(pass(), first);
}

TEST(TapeTest, WrongShapesFailACheck) {
  Tape tape;
  const Value a = tape.Constant(Matrix::Zero(2, 3));
  const Value b = tape.Constant(Matrix::Zero(2, 2));
  EXPECT_THROW(tape.MatMul(a, b), base::BugError);
  EXPECT_THROW(tape.Add(a, b), base::BugError);
  EXPECT_THROW(tape.Mul(a, b), base::BugError);
  EXPECT_THROW(tape.Columns(a, 2, 2), base::BugError);
  EXPECT_THROW(tape.Rows(a, std::vector<int>{2}), base::BugError);
  EXPECT_THROW(tape.Pick(a, std::vector<int>{0, 3}), base::BugError);
  EXPECT_THROW(tape.Backward(a), base::BugError);
}

}  // namespace
}  // namespace netsmith::strategy::controller
