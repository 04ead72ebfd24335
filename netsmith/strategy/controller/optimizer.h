#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "netsmith/strategy/controller/tape.h"

namespace netsmith::strategy::controller {

/// Updates weights from their gradients, and clears these.
class Optimizer {
 public:
  virtual ~Optimizer() = default;

  /// One update; the same parameters in the same order each time.
  virtual void Step(std::span<Parameter* const> parameters) = 0;
  /// Of the next update.
  virtual double learning_rate() const = 0;
};

/// "adam", "rmsprop".
std::vector<std::string> OptimizerNames();

/// Errors   InvalidArgument for an unknown name, listing the known ones.
std::unique_ptr<Optimizer> MakeOptimizer(const std::string& name, double learning_rate);

}  // namespace netsmith::strategy::controller
