#include <Eigen/Core>
#include <memory>

#include "netsmith/strategy/controller/cell.h"

namespace netsmith::strategy::controller {
namespace {

/// Cho et al. 2014 (arXiv:1406.1078); the reset gate acts after the recurrent product, and the bias
/// of n stays outside it.
///
///   x, h = input·kernel, m·recurrent, in three gates [r, z, n] each
///   r = σ(x_r+h_r+b_r);  z = σ(x_z+h_z+b_z);  n = tanh(x_n + r*h_n + b_n)
///   m' = (1-z)*n + z*m
class GruCell : public Cell {
 public:
  GruCell(Eigen::Index input, Eigen::Index units) : Cell(input, units, 3) {}

  CellState Step(Tape& tape, Value x, const CellState& previous) override {
    const Value in = tape.Add(Project(tape, x), Bias(tape));
    const Value h = Recur(tape, previous.m);
    const Value sum = tape.Add(in, h);
    const Value r = tape.Sigmoid(Gate(tape, sum, 0));
    const Value z = tape.Sigmoid(Gate(tape, sum, 1));
    const Value n = tape.Tanh(tape.Add(Gate(tape, in, 2), tape.Mul(r, Gate(tape, h, 2))));

    const Value m = tape.Add(n, tape.Mul(z, tape.Sub(previous.m, n)));
    return {.c = previous.c, .m = m};
  }
};

}  // namespace

std::unique_ptr<Cell> MakeGruCell(Eigen::Index input, Eigen::Index units) {
  return std::make_unique<GruCell>(input, units);
}

}  // namespace netsmith::strategy::controller
