#pragma once

#include <string>

/// The kernels are compiled for several instruction sets; the best one that the machine has is
/// used.
namespace netsmith::engine {

/// What decides a result to the last bit: the instruction set in use, and the kernels' version.
/// "AVX-512, kernels 1"
std::string Arithmetic();

/// "avx512", "avx2" or "portable" instead of the best; "" and "auto" leave the choice. To be called
/// before anything is computed. Errors   InvalidArgument: another name, or one that this machine
/// does not have.
void UseInstructionSet(const std::string& name);

}  // namespace netsmith::engine
