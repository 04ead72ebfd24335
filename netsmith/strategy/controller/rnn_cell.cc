#include <Eigen/Core>
#include <memory>

#include "netsmith/strategy/controller/cell.h"

namespace netsmith::strategy::controller {
namespace {

/// Elman 1990: m' = tanh(x·kernel + m·recurrent + bias).
class RnnCell : public Cell {
 public:
  RnnCell(Eigen::Index input, Eigen::Index units) : Cell(input, units, 1) {}

  CellState Step(Tape& tape, Value x, const CellState& previous) override {
    const Value sum = tape.Add(tape.Add(Project(tape, x), Recur(tape, previous.m)), Bias(tape));
    return {.c = previous.c, .m = tape.Tanh(sum)};
  }
};

}  // namespace

std::unique_ptr<Cell> MakeRnnCell(Eigen::Index input, Eigen::Index units) {
  return std::make_unique<RnnCell>(input, units);
}

}  // namespace netsmith::strategy::controller
