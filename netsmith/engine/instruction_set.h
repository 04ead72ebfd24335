#pragma once

#include <string>

#include "netsmith/engine/precision.h"

/// The kernels are compiled for several instruction sets; the best one that the machine has is
/// used.
namespace netsmith::engine {

/// What decides a result to the last bit: the instruction set in use, how it multiplies bf16 if
/// that is asked for, and the kernels' version. "AVX-512, kernels 4"; "AVX-512, bf16 in pairs,
/// kernels 4" or "AVX2, bf16 by f32, kernels 4"
std::string Arithmetic(Precision precision);

/// "avx512", "avx2" or "portable" instead of the best; "" and "auto" leave the choice. To be called
/// before anything is computed. Errors   InvalidArgument: another name, or one that this machine
/// does not have.
void UseInstructionSet(const std::string& name);

}  // namespace netsmith::engine
