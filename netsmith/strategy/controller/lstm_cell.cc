#include <Eigen/Core>
#include <memory>

#include "netsmith/strategy/controller/cell.h"

namespace netsmith::strategy::controller {
namespace {

/// Hochreiter & Schmidhuber 1997 with the forget gate of Gers et al. 2000.
///
///   [i, f, g, o] = x·kernel + m·recurrent + bias
///   c' = σ(f)*c + σ(i)*tanh(g);  m' = σ(o)*tanh(c')
class LstmCell : public Cell {
 public:
  LstmCell(Eigen::Index input, Eigen::Index units) : Cell(input, units, 4) {}

  CellState Step(Tape& tape, Value x, const CellState& previous) override {
    const Value gates = tape.Add(tape.Add(Project(tape, x), Recur(tape, previous.m)), Bias(tape));
    const Value i = tape.Sigmoid(Gate(tape, gates, 0));
    const Value f = tape.Sigmoid(Gate(tape, gates, 1));
    const Value g = tape.Tanh(Gate(tape, gates, 2));
    const Value o = tape.Sigmoid(Gate(tape, gates, 3));

    const Value c = tape.Add(tape.Mul(f, previous.c), tape.Mul(i, g));
    const Value m = tape.Mul(o, tape.Tanh(c));
    return {.c = c, .m = m};
  }
};

}  // namespace

std::unique_ptr<Cell> MakeLstmCell(Eigen::Index input, Eigen::Index units) {
  return std::make_unique<LstmCell>(input, units);
}

}  // namespace netsmith::strategy::controller
