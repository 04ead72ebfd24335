#include "netsmith/engine/kernels/bf16_avx512.h"

#include <immintrin.h>

#include <cstring>

namespace netsmith::engine::kernels::avx512_bf16 {

bool Available() {
  return __builtin_cpu_supports("avx512bf16") != 0 && __builtin_cpu_supports("avx512bw") != 0;
}

#pragma GCC push_options
#pragma GCC target("avx512f,avx512bw,avx512vl,avx512bf16")

namespace {

constexpr std::int64_t kLanes = 16;

__mmask16 FirstN(std::int64_t count) { return static_cast<__mmask16>((1U << count) - 1U); }

/// The pair at any two neighbours, in all lanes.
__m512bh Broadcast(const Bf16* at) {
  int pair;
  std::memcpy(&pair, at, sizeof pair);
  return reinterpret_cast<__m512bh>(_mm512_set1_epi32(pair));
}

/// Pairs of 16 numbers each: those of `first` are the lower halves.
__m512i Pairs(__m512 first, __m512 second) {
  const auto rounded = reinterpret_cast<__m512i>(_mm512_cvtne2ps_pbh(second, first));
  const __m512i order = _mm512_set_epi16(31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24,
                                         8, 23, 7, 22, 6, 21, 5, 20, 4, 19, 3, 18, 2, 17, 1, 16, 0);
  return _mm512_permutexvar_epi16(order, rounded);
}

/// One tile: kRows x kVectors vectors of C; `last_columns` of the last vector are real.
template <int kRows, int kVectors>
struct Tile {
  __attribute__((noinline)) static void Run(const Bf16GemmArgs& g, std::int64_t last_columns) {
    __m512 sum[kRows][kVectors];
    // Loops over sums are unrolled by pragma, or GCC keeps the sums in memory between them.
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) {
      const __m512 start =
          g.bias != nullptr ? _mm512_loadu_ps(g.bias + v * kLanes) : _mm512_setzero_ps();
#pragma GCC unroll 16
      for (int i = 0; i < kRows; ++i) sum[i][v] = start;
    }
    if (g.accumulate) {
#pragma GCC unroll 16
      for (int i = 0; i < kRows; ++i) {
#pragma GCC unroll 4
        for (int v = 0; v < kVectors; ++v) {
          sum[i][v] = _mm512_loadu_ps(g.c + i * g.c_row + v * kLanes);
        }
      }
    }
    const std::int64_t a_row = g.a_row, a_col = g.a_col, b_row = g.b_row;
    for (std::int64_t block = 0; block < g.blocks; ++block) {
      const Bf16* a = g.a + block * g.a_block;
      const Bf16Pair* b = g.b + block * g.b_block;
      for (std::int64_t left = g.k, steps = 0; left > 0; left -= steps) {
        steps = StepsToReport(g.prefetcher, left);
        for (std::int64_t l = 0; l < steps; ++l, a += a_col, b += b_row) {
          __m512bh b_vectors[kVectors];
#pragma GCC unroll 4
          for (int v = 0; v < kVectors; ++v) {
            b_vectors[v] = reinterpret_cast<__m512bh>(_mm512_loadu_si512(b + v * kLanes));
          }
#pragma GCC unroll 16
          for (int i = 0; i < kRows; ++i) {
            const __m512bh a_pair = Broadcast(a + i * a_row);
#pragma GCC unroll 4
            for (int v = 0; v < kVectors; ++v) {
              sum[i][v] = _mm512_dpbf16_ps(sum[i][v], a_pair, b_vectors[v]);
            }
          }
        }
        if (g.prefetcher != nullptr) g.prefetcher->Report(kRows * kVectors * steps);
      }
    }
    const __mmask16 last = FirstN(last_columns);
#pragma GCC unroll 16
    for (int i = 0; i < kRows; ++i) {
#pragma GCC unroll 4
      for (int v = 0; v < kVectors; ++v) {
        __m512 value = sum[i][v];
        // NaN stays, as the comparison with it is false.
        if (g.relu) {
          const __mmask16 negative = _mm512_cmp_ps_mask(value, _mm512_setzero_ps(), _CMP_LT_OQ);
          value = _mm512_mask_mov_ps(value, negative, _mm512_setzero_ps());
        }
        const __mmask16 columns = v + 1 < kVectors ? FirstN(kLanes) : last;
        _mm512_mask_storeu_ps(g.c + i * g.c_row + v * kLanes, columns, value);
      }
    }
  }
};

/// As many sums as the 32 registers hold beside a row of B and one pair of A.
constexpr auto kTiles = MakeProductTiles<Bf16GemmArgs, Tile, 14, 12, 8, 6>(kLanes);

}  // namespace

void ToBf16(std::int64_t count, const float* from, Bf16* to) {
  for (; count >= 2 * kLanes; count -= 2 * kLanes, from += 2 * kLanes, to += 2 * kLanes) {
    const __m512bh rounded =
        _mm512_cvtne2ps_pbh(_mm512_loadu_ps(from + kLanes), _mm512_loadu_ps(from));
    _mm512_storeu_si512(to, reinterpret_cast<__m512i>(rounded));
  }
  for (; count > 0; count -= kLanes, from += kLanes, to += kLanes) {
    const __mmask16 part = FirstN(count < kLanes ? count : kLanes);
    const __m256bh rounded = _mm512_cvtneps_pbh(_mm512_maskz_loadu_ps(part, from));
    _mm256_mask_storeu_epi16(to, part, reinterpret_cast<__m256i>(rounded));
  }
}

void ToBf16Pairs(std::int64_t count, const float* first, const float* second, Bf16Pair* to) {
  for (std::int64_t i = 0; i < count; i += kLanes) {
    const __mmask16 part = FirstN(count - i < kLanes ? count - i : kLanes);
    const __m512 low = _mm512_maskz_loadu_ps(part, first + i);
    const __m512 high =
        second != nullptr ? _mm512_maskz_loadu_ps(part, second + i) : _mm512_setzero_ps();
    _mm512_mask_storeu_epi32(to + i, part, Pairs(low, high));
  }
}

void ToBf16RowPairs(std::int64_t rows, std::int64_t columns, const float* from, Bf16Pair* to) {
  for (; rows >= 2; rows -= 2, from += 2 * columns, to += columns) {
    std::int64_t i = 0;
    for (; i + kLanes <= columns; i += kLanes) {
      const __m512 first = _mm512_loadu_ps(from + i);
      _mm512_storeu_si512(to + i, Pairs(first, _mm512_loadu_ps(from + columns + i)));
    }
    if (i == columns) continue;
    const __mmask16 part = FirstN(columns - i);
    const __m512 first = _mm512_maskz_loadu_ps(part, from + i);
    const __m512 second = _mm512_maskz_loadu_ps(part, from + columns + i);
    _mm512_mask_storeu_epi32(to + i, part, Pairs(first, second));
  }
  if (rows == 1) ToBf16Pairs(columns, from, nullptr, to);
}

#pragma GCC pop_options

void Gemm(const Bf16GemmArgs& args) { RunProduct(kTiles, args); }

}  // namespace netsmith::engine::kernels::avx512_bf16
