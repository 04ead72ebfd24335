#include "netsmith/strategy/controller/cell.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "netsmith/base/error.h"
#include "netsmith/base/random.h"
#include "tests/support/finite_difference.h"

namespace netsmith::strategy::controller {
namespace {

TEST(CellTest, NasCellGivesTheKnownValues) {
  const std::unique_ptr<Cell> cell = MakeCell("nas", 1, 1);
  cell->kernel().value << .1, .2, .3, .4, .5, .6, .7, .8;
  cell->recurrent_kernel().value << .8, .7, .6, .5, .4, .3, .2, .1;
  Tape tape;
  const Value x = tape.Constant(Matrix::Constant(1, 1, 1.0));
  const CellState before = {.c = tape.Constant(Matrix::Constant(1, 1, 0.25)),
                            .m = tape.Constant(Matrix::Constant(1, 1, 0.5))};
  const CellState after = cell->Step(tape, x, before);
  // A handful of roundings at 1e-16 each.
  EXPECT_NEAR(tape.value(after.c)(0, 0), 0.3304173051520972, 1e-15);
  EXPECT_NEAR(tape.value(after.m)(0, 0), 0.26730813712496565, 1e-15);
}

TEST(CellTest, UnknownNameListsTheKnownOnes) {
  try {
    MakeCell("lstmm", 1, 1);
    FAIL() << "no exception";
  } catch (const base::InvalidArgument& error) {
    EXPECT_STREQ(error.what(), "unknown cell 'lstmm', expected one of: nas, lstm, gru, rnn");
  }
}

class EveryCellTest : public ::testing::TestWithParam<std::string> {};

TEST_P(EveryCellTest, GradientThroughTwoStepsMatchesFiniteDifferences) {
  const std::unique_ptr<Cell> cell = MakeCell(GetParam(), 3, 4);
  Parameter x("x", 2, 3);
  std::vector<Parameter*> parameters = {&cell->kernel(), &cell->recurrent_kernel(), &cell->bias(),
                                        &x};
  base::Generator generator(5);
  for (Parameter* p : parameters) {
    for (double& w : p->value.reshaped()) w = generator.Normal();
  }
  const auto loss = [&](Tape& tape) {
    CellState state = cell->ZeroState(tape, 2);
    for (int step = 0; step < 2; ++step) state = cell->Step(tape, tape.Use(x), state);
    return tape.Sum(tape.Mul(tape.Add(state.m, state.c), state.m));
  };
  Tape tape;
  tape.Backward(loss(tape));
  for (Parameter* p : parameters) {
    const std::vector<double> numeric =
        testing::NumericGradient({p->value.data(), static_cast<std::size_t>(p->value.size())}, [&] {
          Tape fresh;
          return fresh.value(loss(fresh))(0, 0);
        });
    for (std::size_t i = 0; i < numeric.size(); ++i) {
      EXPECT_NEAR(p->gradient.data()[i], numeric[i], 1e-7) << p->name << " element " << i;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Cells, EveryCellTest, ::testing::ValuesIn(CellNames()),
                         [](const auto& test) { return test.param; });

}  // namespace
}  // namespace netsmith::strategy::controller
