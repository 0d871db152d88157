#include "algos/families/trees/row_kernels.hpp"

#ifdef __AVX512F__
#include <immintrin.h>
#endif

namespace neve::algos::trees::NEVE_ISA {
namespace {

/// Where the next row of either side goes.
struct Ends {
  std::uint16_t* left;
  std::uint16_t* right;
};

#ifdef __AVX512F__
/// Sixteen rows at a time: their sides make a mask, by which the rows are pressed together. Bins
/// are read one by one, which is faster than a gather. The left side never overtakes what is read.
template <class Bin>
std::size_t split_by_sixteen(const RowSplit& split, const Bin* bins, Ends& ends) {
  constexpr std::size_t kRows = 16;
  std::size_t i = 0;
  for (; i + kRows <= split.count; i += kRows) {
    const std::uint16_t* from = split.rows + i;
    std::uint32_t sides = 0;
#pragma GCC unroll 16
    for (std::size_t j = 0; j < kRows; ++j) {
      sides |= std::uint32_t{split.right[bins[from[j] * split.stride]]} << j;
    }
    const auto right = static_cast<__mmask16>(sides);
    const auto left = static_cast<__mmask16>(~sides);
    const __m512i rows =
        _mm512_cvtepu16_epi32(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(from)));
    const auto put = [&rows](std::uint16_t* to, __mmask16 side) {
      const __m512i pressed = _mm512_maskz_compress_epi32(side, rows);
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), _mm512_cvtepi32_epi16(pressed));
    };
    put(ends.left, left);
    put(ends.right, right);
    const auto to_right = static_cast<std::size_t>(__builtin_popcount(sides));
    ends.left += kRows - to_right;
    ends.right += to_right;
  }
  return i;
}
#else
template <class Bin>
std::size_t split_by_sixteen(const RowSplit& /*split*/, const Bin* /*bins*/, Ends& /*ends*/) {
  return 0;
}
#endif

template <class Bin>
std::size_t split_rows(const RowSplit& split) {
  const auto* bins = static_cast<const Bin*>(split.bins);
  Ends ends{split.rows, split.spare};
  for (std::size_t i = split_by_sixteen(split, bins, ends); i < split.count; ++i) {
    const std::uint16_t row = split.rows[i];
    const std::uint8_t goes_right = split.right[bins[row * split.stride]];
    *ends.left = row;
    *ends.right = row;
    ends.left += 1 - goes_right;
    ends.right += goes_right;
  }
  const auto left = static_cast<std::size_t>(ends.left - split.rows);
  __builtin_memcpy(ends.left, split.spare, (split.count - left) * sizeof(std::uint16_t));
  return left;
}

void draw(const CounterRng& random, double rate, const std::uint64_t* rows, std::size_t count,
          std::int64_t* drawn) {
  const CounterRng stream = random;
  for (std::size_t i = 0; i < count; ++i) drawn[i] = stream.uniform(rows[i]) < rate ? -1 : 0;
}

}  // namespace

const RowKernels kRowKernels = {&split_rows<std::uint8_t>, &split_rows<std::uint16_t>, &draw};

}  // namespace neve::algos::trees::NEVE_ISA
