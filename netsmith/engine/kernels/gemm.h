#pragma once

#include <cstdint>

#include "netsmith/engine/kernels/product.h"

namespace netsmith::engine::kernels {

using GemmArgs = Product<float, float>;

/// Cost     m·n·k·blocks multiply-adds near the core's peak where n fills whole vectors
/// Source   register tiles kept over the whole of k as in Goto & van de Geijn 2008 (ACM TOMS 34:3);
///          summing blocks as in Georganas et al. 2020, arXiv:1906.06440. Differs: no packing, as
///          our operands are small enough for the second-level cache.
void Gemm(const GemmArgs& args);

/// Floats in one vector of the instruction set that is in use.
std::int64_t VectorFloats();

}  // namespace netsmith::engine::kernels
