#pragma once

#include <Eigen/Core>
#include <memory>
#include <string>
#include <vector>

#include "netsmith/strategy/controller/tape.h"

namespace netsmith::strategy::controller {

/// What a cell carries from step to step, [mb, units] each. `m` is also its output; a cell without
/// a memory of its own passes `c` on.
struct CellState {
  Value c;
  Value m;
};

/// A recurrent cell: its weights and its forward equations over a tape.
///
/// Shapes   kernel [input, gates·units]; recurrent kernel [units, gates·units];
///          bias [1, gates·units]; a gate is a block of `units` columns
class Cell {
 public:
  Cell(Eigen::Index input, Eigen::Index units, Eigen::Index gates);
  virtual ~Cell() = default;
  Cell(const Cell&) = delete;
  Cell& operator=(const Cell&) = delete;

  /// One step of a batch; `x` is [mb, input].
  virtual CellState Step(Tape& tape, Value x, const CellState& previous) = 0;

  /// The state before the first step: zeros.
  CellState ZeroState(Tape& tape, Eigen::Index mb) const;

  Parameter& kernel() { return kernel_; }
  Parameter& recurrent_kernel() { return recurrent_kernel_; }
  Parameter& bias() { return bias_; }

 protected:
  /// x · kernel.
  Value Project(Tape& tape, Value x) { return tape.MatMul(x, tape.Use(kernel_)); }
  /// m · recurrent kernel.
  Value Recur(Tape& tape, Value m) { return tape.MatMul(m, tape.Use(recurrent_kernel_)); }
  Value Bias(Tape& tape) { return tape.Use(bias_); }
  /// The block of gate `index`.
  Value Gate(Tape& tape, Value gates, Eigen::Index index) const {
    return tape.Columns(gates, index * units_, units_);
  }

 private:
  Eigen::Index units_;
  Parameter kernel_;
  Parameter recurrent_kernel_;
  Parameter bias_;
};

/// "nas", "lstm", "gru", "rnn".
std::vector<std::string> CellNames();

/// Weights are zero until set.
/// Errors   InvalidArgument for an unknown name, listing the known ones.
std::unique_ptr<Cell> MakeCell(const std::string& name, Eigen::Index input, Eigen::Index units);

std::unique_ptr<Cell> MakeNasCell(Eigen::Index input, Eigen::Index units);
std::unique_ptr<Cell> MakeLstmCell(Eigen::Index input, Eigen::Index units);
std::unique_ptr<Cell> MakeGruCell(Eigen::Index input, Eigen::Index units);
std::unique_ptr<Cell> MakeRnnCell(Eigen::Index input, Eigen::Index units);

}  // namespace netsmith::strategy::controller
