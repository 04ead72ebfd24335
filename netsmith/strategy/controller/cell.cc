#include "netsmith/strategy/controller/cell.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <Eigen/Core>
#include <array>
#include <memory>
#include <string>
#include <vector>

#include "netsmith/base/error.h"

namespace netsmith::strategy::controller {
namespace {

struct Entry {
  const char* name;
  std::unique_ptr<Cell> (*make)(Eigen::Index input, Eigen::Index units);
};
constexpr std::array kCells = {Entry{"nas", MakeNasCell}, Entry{"lstm", MakeLstmCell},
                               Entry{"gru", MakeGruCell}, Entry{"rnn", MakeRnnCell}};

}  // namespace

Cell::Cell(Eigen::Index input, Eigen::Index units, Eigen::Index gates)
    : units_(units),
      kernel_("cell.kernel", input, gates * units),
      recurrent_kernel_("cell.recurrent_kernel", units, gates * units),
      bias_("cell.bias", 1, gates * units) {}

CellState Cell::ZeroState(Tape& tape, Eigen::Index mb) const {
  const Value zeros = tape.Constant(Matrix::Zero(mb, units_));
  return {.c = zeros, .m = zeros};
}

std::vector<std::string> CellNames() {
  std::vector<std::string> names;
  for (const Entry& cell : kCells) names.emplace_back(cell.name);
  return names;
}

std::unique_ptr<Cell> MakeCell(const std::string& name, Eigen::Index input, Eigen::Index units) {
  for (const Entry& cell : kCells) {
    if (name == cell.name) return cell.make(input, units);
  }
  throw base::InvalidArgument(
      fmt::format("unknown cell '{}', expected one of: {}", name, fmt::join(CellNames(), ", ")));
}

}  // namespace netsmith::strategy::controller
