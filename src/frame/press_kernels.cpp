#include "frame/press_kernels.hpp"

#include <immintrin.h>

namespace neve::frame::NEVE_ISA {
namespace {

std::size_t press(const std::int32_t* from, const std::uint8_t* marks, std::size_t count,
                  std::int32_t* to) {
  std::int32_t* end = to;
  std::size_t i = 0;
#ifdef __AVX512F__
  constexpr std::size_t kLanes = 16;
  for (; i + kLanes <= count; i += kLanes) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(marks + i));
    const __mmask16 kept = _mm_test_epi8_mask(bytes, bytes);
    const __m512i values = _mm512_loadu_si512(from + i);
    // Into a register first: pressing straight to memory is slow on some CPUs.
    _mm512_storeu_si512(end, _mm512_maskz_compress_epi32(kept, values));
    end += _mm_popcnt_u32(kept);
  }
#endif
  for (; i < count; ++i) {
    *end = from[i];
    end += marks[i];
  }
  return static_cast<std::size_t>(end - to);
}

}  // namespace

const PressKernels kPressKernels = {&press};

}  // namespace neve::frame::NEVE_ISA
