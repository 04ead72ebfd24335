#pragma once

#include <string>

namespace netsmith::engine {

/// What decides a result to the last bit: the instruction set that the kernels run on here, and
/// their version. "AVX-512, kernels 1". Studies record it; a worker that differs is refused.
std::string Arithmetic();

}  // namespace netsmith::engine
