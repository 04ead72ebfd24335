#pragma once

#include <functional>
#include <span>
#include <vector>

namespace netsmith::testing {

/// Derivatives of every output by every x[i], [outputs][x.size()], by central differences
/// (f(x + step) - f(x - step)) / (2 step). `f` reads the memory of `x`, which is changed one
/// element at a time and restored.
///
/// Its own error is about step² · |f'''| / 6 + 1e-16 · |f| / step: near 1e-10 for the default step
/// and functions of order 1, so that a tolerance of 1e-7 leaves room and still shows any mistake.
std::vector<std::vector<double>> NumericJacobian(std::span<double> x,
                                                 const std::function<std::vector<double>()>& f,
                                                 double step = 1e-5);

/// The same for one output.
std::vector<double> NumericGradient(std::span<double> x, const std::function<double()>& f,
                                    double step = 1e-5);

}  // namespace netsmith::testing
