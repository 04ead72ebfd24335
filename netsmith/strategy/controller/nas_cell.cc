#include <Eigen/Core>
#include <memory>

#include "netsmith/strategy/controller/cell.h"

namespace netsmith::strategy::controller {
namespace {

/// The cell that Zoph & Le 2017 (arXiv:1611.01578, appendix A) found by architecture search, with
/// the bias where TensorFlow's NASCell has it: on the recurrent product, before gate 3 multiplies.
///
///   x, h = input·kernel, m·recurrent + bias, in eight gates each
///   a0 = σ(x0+h0)  a1 = relu(x1+h1)  a2 = σ(x2+h2)     a3 = relu(x3*h3)
///   a4 = tanh(x4+h4)  a5 = σ(x5+h5)  a6 = tanh(x6+h6)  a7 = σ(x7+h7)
///   c' = tanh(tanh(a0*a1) + c) * tanh(a2+a3)
///   m' = tanh(c' * tanh(tanh(a4*a5) + σ(a6+a7)))
class NasCell : public Cell {
 public:
  NasCell(Eigen::Index input, Eigen::Index units) : Cell(input, units, 8) {}

  CellState Step(Tape& tape, Value x, const CellState& previous) override {
    const Value in = Project(tape, x);
    const Value h = tape.Add(Recur(tape, previous.m), Bias(tape));
    const Value sum = tape.Add(in, h);
    const Value a0 = tape.Sigmoid(Gate(tape, sum, 0));
    const Value a1 = tape.Relu(Gate(tape, sum, 1));
    const Value a2 = tape.Sigmoid(Gate(tape, sum, 2));
    const Value a3 = tape.Relu(tape.Mul(Gate(tape, in, 3), Gate(tape, h, 3)));
    const Value a4 = tape.Tanh(Gate(tape, sum, 4));
    const Value a5 = tape.Sigmoid(Gate(tape, sum, 5));
    const Value a6 = tape.Tanh(Gate(tape, sum, 6));
    const Value a7 = tape.Sigmoid(Gate(tape, sum, 7));

    const Value b0 = tape.Tanh(tape.Mul(a0, a1));
    const Value b1 = tape.Tanh(tape.Add(a2, a3));
    const Value b2 = tape.Tanh(tape.Mul(a4, a5));
    const Value b3 = tape.Sigmoid(tape.Add(a6, a7));

    const Value c = tape.Mul(tape.Tanh(tape.Add(b0, previous.c)), b1);
    const Value m = tape.Tanh(tape.Mul(c, tape.Tanh(tape.Add(b2, b3))));
    return {.c = c, .m = m};
  }
};

}  // namespace

std::unique_ptr<Cell> MakeNasCell(Eigen::Index input, Eigen::Index units) {
  return std::make_unique<NasCell>(input, units);
}

}  // namespace netsmith::strategy::controller
