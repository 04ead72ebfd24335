#include "tests/support/finite_difference.h"

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

namespace netsmith::testing {

std::vector<std::vector<double>> NumericJacobian(std::span<double> x,
                                                 const std::function<std::vector<double>()>& f,
                                                 double step) {
  std::vector<std::vector<double>> jacobian(f().size(), std::vector<double>(x.size()));
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double original = x[i];
    x[i] = original + step;
    const std::vector<double> above = f();
    x[i] = original - step;
    const std::vector<double> below = f();
    x[i] = original;
    for (std::size_t k = 0; k < jacobian.size(); ++k) {
      jacobian[k][i] = (above[k] - below[k]) / (2 * step);
    }
  }
  return jacobian;
}

std::vector<double> NumericGradient(std::span<double> x, const std::function<double()>& f,
                                    double step) {
  return NumericJacobian(
             x, [&] { return std::vector<double>{f()}; }, step)
      .front();
}

}  // namespace netsmith::testing
