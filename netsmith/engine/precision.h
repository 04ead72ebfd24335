#pragma once

#include <string>
#include <vector>

namespace netsmith::engine {

/// The operands of a training's products. Sums, weights, gradients and activations are f32 always.
enum class Precision {
  kF32,
  /// Convolutions round their operands to bf16 where that takes less time than f32: a pure function
  /// of shape and vector length, so on machines without such instructions too, where it is slower.
  kBf16,
};

/// f32, bf16.
const std::vector<std::string>& PrecisionNames();
/// Errors   InvalidArgument: another name.
Precision NamedPrecision(const std::string& name);

}  // namespace netsmith::engine
