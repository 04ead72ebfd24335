#pragma once

#include <cstdint>

#include "netsmith/engine/kernels/product.h"

/// Arithmetic with operands of bf16: the upper half of a float, 8 significant bits.
namespace netsmith::engine::kernels {

using Bf16 = std::uint16_t;

/// Two numbers that are multiplied by two others and added up as one: the first in the lower half.
using Bf16Pair = std::uint32_t;

/// Nearest bf16 of each float, ties to even; NaN stays NaN.
void ToBf16(std::int64_t count, const float* from, Bf16* to);

/// to[i] = (first[i], second[i]), rounded likewise; `second` may be null: zeros.
void ToBf16Pairs(std::int64_t count, const float* first, const float* second, Bf16Pair* to);

/// Pairs of neighbouring rows of [rows][columns]: to[r][c] = (from[2r][c], from[2r + 1][c]). After
/// an odd number of rows comes one of zeros.
void ToBf16RowPairs(std::int64_t rows, std::int64_t columns, const float* from, Bf16Pair* to);

/// A product over pairs, with sums in f32. Columns of A and rows of B are pairs, so k counts these;
/// A's strides are counted in single numbers, since a pair may begin at any of them, and B's in
/// pairs.
using Bf16GemmArgs = Product<Bf16, Bf16Pair>;

/// Cost     m·n·k·blocks pairs of multiply-adds, each pair in the time of one of f32 where
///          HasBf16Dot(), else in the time of about three
void Bf16Gemm(const Bf16GemmArgs& args);

/// True when the instruction set in use multiplies and adds pairs of bf16 (AVX512_BF16); else that
/// is computed by f32 multiply-adds, which rounds differently in the last bits of f32.
bool HasBf16Dot();

}  // namespace netsmith::engine::kernels
