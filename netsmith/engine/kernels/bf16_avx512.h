#pragma once

#include "netsmith/engine/kernels/bf16.h"
#include "netsmith/engine/kernels/product_tiles.h"

/// The functions of bf16.h by the instructions of AVX512_BF16, which Highway 1.0 has no target for.
/// To be called only on machines that have them.
namespace netsmith::engine::kernels::avx512_bf16 {

/// True when this build can use them, and this machine has them.
bool Available();

void ToBf16(std::int64_t count, const float* from, Bf16* to);
void ToBf16Pairs(std::int64_t count, const float* first, const float* second, Bf16Pair* to);
void ToBf16RowPairs(std::int64_t rows, std::int64_t columns, const float* from, Bf16Pair* to);
void Gemm(const Bf16GemmArgs& args);

}  // namespace netsmith::engine::kernels::avx512_bf16
