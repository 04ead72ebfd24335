#pragma once

#include <vector>

#include "netsmith/engine/program.h"

namespace netsmith::engine {

/// What training leaves behind, as plain values: tensors in the order of Program::params() and
/// Program::running_averages(), in canonical shapes.
struct Weights {
  std::vector<std::vector<float>> params;
  std::vector<std::vector<float>> running_averages;
  bool operator==(const Weights&) const = default;
};

Weights ReadWeights(const Program& program);
/// `weights` must be those of a program of the same graph.
void WriteWeights(const Weights& weights, Program& program);

}  // namespace netsmith::engine
