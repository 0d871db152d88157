#include "linalg/product_kernels.hpp"

#include <immintrin.h>

namespace neve::linalg::NEVE_ISA {
namespace {

// A tile of c stays in registers while k goes from first to last: rows × groups of lanes, chosen so
// that sums, one row of b and one element of a fill the registers.
#ifdef __AVX512F__
using Lanes = __m512;
using Mask = __mmask16;
constexpr std::size_t kLanes = 16;
constexpr int kRows = 8;
constexpr int kGroups = 3;
Mask mask_of(std::size_t count) { return static_cast<Mask>((1U << count) - 1U); }
Lanes load(const float* from) { return _mm512_loadu_ps(from); }
Lanes load(const float* from, Mask mask) { return _mm512_maskz_loadu_ps(mask, from); }
void store(float* to, Lanes x) { _mm512_storeu_ps(to, x); }
void store(float* to, Lanes x, Mask mask) { _mm512_mask_storeu_ps(to, mask, x); }
Lanes same(float x) { return _mm512_set1_ps(x); }
Lanes add(Lanes a, Lanes b, Lanes c) { return _mm512_fmadd_ps(a, b, c); }
#else
using Lanes = __m256;
using Mask = __m256i;
constexpr std::size_t kLanes = 8;
constexpr int kRows = 4;
constexpr int kGroups = 3;
Mask mask_of(std::size_t count) {
  const __m256i places = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  return _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(count)), places);
}
Lanes load(const float* from) { return _mm256_loadu_ps(from); }
Lanes load(const float* from, Mask mask) { return _mm256_maskload_ps(from, mask); }
void store(float* to, Lanes x) { _mm256_storeu_ps(to, x); }
void store(float* to, Lanes x, Mask mask) { _mm256_maskstore_ps(to, mask, x); }
Lanes same(float x) { return _mm256_set1_ps(x); }
Lanes add(Lanes a, Lanes b, Lanes c) { return _mm256_fmadd_ps(a, b, c); }
#endif

/// Where a tile begins, and the lanes of its last group that there are, where not all are.
struct Corner {
  std::size_t row;
  std::size_t column;
  Mask last;
};

template <int Rows, int Groups, bool Cut>
void add_tile(const FloatProduct& p, const Corner& at) {
  constexpr int kLast = Groups - 1;
  const auto row = static_cast<std::ptrdiff_t>(at.row);
  float* const c = p.c + row * p.c_row + at.column;
  const float* const a = p.a + row * p.a_row;
  const float* b = p.b + at.column;
  Lanes sums[Rows][Groups];
#pragma GCC unroll 8
  for (int i = 0; i < Rows; ++i) {
#pragma GCC unroll 8
    for (int g = 0; g < Groups; ++g) {
      const float* from = c + i * p.c_row + static_cast<std::size_t>(g) * kLanes;
      sums[i][g] = Cut && g == kLast ? load(from, at.last) : load(from);
    }
  }
  for (std::size_t k = 0; k < p.steps; ++k, b += p.b_row) {
    Lanes of_b[Groups];
#pragma GCC unroll 8
    for (int g = 0; g < Groups; ++g) {
      const float* from = b + static_cast<std::size_t>(g) * kLanes;
      of_b[g] = Cut && g == kLast ? load(from, at.last) : load(from);
    }
    const float* of_a = a + static_cast<std::ptrdiff_t>(k) * p.a_step;
#pragma GCC unroll 8
    for (int i = 0; i < Rows; ++i) {
      const Lanes x = same(of_a[i * p.a_row]);
#pragma GCC unroll 8
      for (int g = 0; g < Groups; ++g) sums[i][g] = add(x, of_b[g], sums[i][g]);
    }
  }
#pragma GCC unroll 8
  for (int i = 0; i < Rows; ++i) {
#pragma GCC unroll 8
    for (int g = 0; g < Groups; ++g) {
      float* to = c + i * p.c_row + static_cast<std::size_t>(g) * kLanes;
      if (Cut && g == kLast) {
        store(to, sums[i][g], at.last);
      } else {
        store(to, sums[i][g]);
      }
    }
  }
}

using Tile = void (*)(const FloatProduct&, const Corner&);

template <int Groups, bool Cut, int... Rows>
Tile tile_of_rows(std::size_t rows) {
  constexpr Tile kTiles[] = {&add_tile<Rows, Groups, Cut>...};
  return kTiles[rows - 1];
}

template <int Groups, bool Cut>
Tile tile_of(std::size_t rows) {
  if constexpr (kRows == 8) {
    return tile_of_rows<Groups, Cut, 1, 2, 3, 4, 5, 6, 7, 8>(rows);
  } else {
    return tile_of_rows<Groups, Cut, 1, 2, 3, 4>(rows);
  }
}

template <int Groups>
Tile tile_of(std::size_t groups, bool cut, std::size_t rows) {
  if (groups == Groups) return cut ? tile_of<Groups, true>(rows) : tile_of<Groups, false>(rows);
  if constexpr (Groups > 1) {
    return tile_of<Groups - 1>(groups, cut, rows);
  } else {
    return nullptr;
  }
}

void add_product(const FloatProduct& p) {
  constexpr std::size_t kWidth = kLanes * kGroups;
  if (p.steps == 0) return;  // a and b may be nowhere
  for (std::size_t column = 0; column < p.columns; column += kWidth) {
    const std::size_t left = p.columns - column;
    const std::size_t width = left < kWidth ? left : kWidth;
    const std::size_t groups = (width + kLanes - 1) / kLanes;
    const std::size_t last = width - (groups - 1) * kLanes;
    const bool cut = last < kLanes;
    const Mask mask = mask_of(cut ? last : 0);
    for (std::size_t row = 0; row < p.rows; row += kRows) {
      const std::size_t more = p.rows - row;
      const std::size_t rows = more < kRows ? more : kRows;
      tile_of<kGroups>(groups, cut, rows)(p, {row, column, mask});
    }
  }
}

}  // namespace

const ProductKernels kProductKernels = {&add_product};

}  // namespace neve::linalg::NEVE_ISA
