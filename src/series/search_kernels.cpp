#include "series/search_kernels.hpp"

#include <immintrin.h>

namespace neve::series::NEVE_ISA {
namespace {

void add_boxes(const float* low, const float* high, std::size_t boxes,
               const float* mean_weight_slack, float* out) {
  const float mean = mean_weight_slack[0];
  const float weight = mean_weight_slack[1];
  const float slack = mean_weight_slack[2];
  for (std::size_t i = 0; i < boxes; ++i) {
    const float below = low[i] - mean;
    const float above = mean - high[i];
    const float outside = (below > above ? below : above) - slack;
    const float distance = outside > 0 ? outside : 0;
    out[i] += weight * distance * distance;
  }
}

#ifndef __AVX512BW__
/// Of 32 rows, from 32 bytes for each pair of segments.
std::uint32_t mark_half(const std::uint8_t* coarse, std::size_t pairs, const std::uint8_t* table,
                        std::uint8_t limit) {
  const __m256i low_half = _mm256_set1_epi8(15);
  __m256i sum = _mm256_setzero_si256();
  for (std::size_t pair = 0; pair < pairs; ++pair) {
    const auto* both = reinterpret_cast<const __m256i*>(coarse + pair * 64);
    const auto* tables = reinterpret_cast<const __m128i*>(table + pair * 32);
    const __m256i symbols = _mm256_loadu_si256(both);
    const __m256i first = _mm256_and_si256(symbols, low_half);
    const __m256i second = _mm256_and_si256(_mm256_srli_epi16(symbols, 4), low_half);
    const __m256i of_first = _mm256_broadcastsi128_si256(_mm_loadu_si128(tables));
    const __m256i of_second = _mm256_broadcastsi128_si256(_mm_loadu_si128(tables + 1));
    sum = _mm256_adds_epu8(sum, _mm256_shuffle_epi8(of_first, first));
    sum = _mm256_adds_epu8(sum, _mm256_shuffle_epi8(of_second, second));
  }
  const __m256i most = _mm256_set1_epi8(static_cast<char>(limit));
  const __m256i within = _mm256_cmpeq_epi8(_mm256_max_epu8(sum, most), most);
  return static_cast<std::uint32_t>(_mm256_movemask_epi8(within));
}
#endif

std::uint64_t mark_rows(const std::uint8_t* coarse, std::size_t pairs, const std::uint8_t* table,
                        std::uint8_t limit) {
#ifdef __AVX512BW__
  const __m512i low_half = _mm512_set1_epi8(15);
  __m512i sum = _mm512_setzero_si512();
  for (std::size_t pair = 0; pair < pairs; ++pair) {
    const auto* tables = reinterpret_cast<const __m128i*>(table + pair * 32);
    const __m512i symbols = _mm512_loadu_si512(coarse + pair * 64);
    const __m512i first = _mm512_and_si512(symbols, low_half);
    const __m512i second = _mm512_and_si512(_mm512_srli_epi16(symbols, 4), low_half);
    const __m512i of_first = _mm512_broadcast_i32x4(_mm_loadu_si128(tables));
    const __m512i of_second = _mm512_broadcast_i32x4(_mm_loadu_si128(tables + 1));
    sum = _mm512_adds_epu8(sum, _mm512_shuffle_epi8(of_first, first));
    sum = _mm512_adds_epu8(sum, _mm512_shuffle_epi8(of_second, second));
  }
  return _mm512_cmple_epu8_mask(sum, _mm512_set1_epi8(static_cast<char>(limit)));
#else
  const std::uint64_t first = mark_half(coarse, pairs, table, limit);
  return first | std::uint64_t{mark_half(coarse + 32, pairs, table, limit)} << 32U;
#endif
}

float word_bound(const std::uint8_t* word, const float* low, const float* high,
                 const QueryWord& query) {
  __m256 sum = _mm256_setzero_ps();
  const __m256 slack = _mm256_set1_ps(query.slack);
  for (std::size_t s = 0; s < query.segments; s += 8) {
    const auto* symbols = reinterpret_cast<const __m128i*>(word + s);
    const __m256i at = _mm256_cvtepu8_epi32(_mm_loadl_epi64(symbols));
    const __m256 mean = _mm256_loadu_ps(query.means + s);
    const __m256 below = _mm256_sub_ps(_mm256_i32gather_ps(low, at, 4), mean);
    const __m256 above = _mm256_sub_ps(mean, _mm256_i32gather_ps(high, at, 4));
    const __m256 outside = _mm256_sub_ps(_mm256_max_ps(below, above), slack);
    const __m256 distance = _mm256_max_ps(outside, _mm256_setzero_ps());
    const __m256 weighted = _mm256_mul_ps(_mm256_loadu_ps(query.weights + s), distance);
    sum = _mm256_add_ps(sum, _mm256_mul_ps(weighted, distance));
  }
  const __m128 half = _mm_add_ps(_mm256_castps256_ps128(sum), _mm256_extractf128_ps(sum, 1));
  const __m128 quarter = _mm_add_ps(half, _mm_movehl_ps(half, half));
  return _mm_cvtss_f32(_mm_add_ss(quarter, _mm_movehdup_ps(quarter)));
}

/// Eight sums side by side, at each level.
#ifdef __AVX512F__
struct Sums {
  __m512d lanes = _mm512_setzero_pd();
  void add(__m256 a, __m256 b) {
    const __m512d d = _mm512_sub_pd(_mm512_cvtps_pd(a), _mm512_cvtps_pd(b));
    lanes = _mm512_fmadd_pd(d, d, lanes);
  }
  [[nodiscard]] __m256d folded() const {
    return _mm256_add_pd(_mm512_castpd512_pd256(lanes), _mm512_extractf64x4_pd(lanes, 1));
  }
};
#else
struct Sums {
  __m256d low = _mm256_setzero_pd();
  __m256d high = _mm256_setzero_pd();
  void add(__m256 a, __m256 b) {
    low = added(low, _mm256_castps256_ps128(a), _mm256_castps256_ps128(b));
    high = added(high, _mm256_extractf128_ps(a, 1), _mm256_extractf128_ps(b, 1));
  }
  static __m256d added(__m256d sum, __m128 a, __m128 b) {
    const __m256d d = _mm256_sub_pd(_mm256_cvtps_pd(a), _mm256_cvtps_pd(b));
    return _mm256_fmadd_pd(d, d, sum);
  }
  [[nodiscard]] __m256d folded() const { return _mm256_add_pd(low, high); }
};
#endif

double total(const Sums& sums) {
  const __m256d four = sums.folded();
  const __m128d two = _mm_add_pd(_mm256_castpd256_pd128(four), _mm256_extractf128_pd(four, 1));
  return _mm_cvtsd_f64(_mm_add_sd(two, _mm_unpackhi_pd(two, two)));
}

/// Eight points of a series, from point i on.
__m256 eight(const float* series, std::size_t i) { return _mm256_loadu_ps(series + i); }

__m256 eight(const PackedSeries& series, std::size_t i) {
  // 24 bytes: the last four of the first 12 lie in both loads, so that none ends behind them.
  const std::uint8_t* at = series.points + 3 * i;
  const __m128i first = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
  const __m128i last = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at + 8));
  // Each point in the upper bytes, so that the shift brings its sign along.
  const __m256i order =
      _mm256_setr_epi8(-1, 0, 1, 2, -1, 3, 4, 5, -1, 6, 7, 8, -1, 9, 10, 11,  // of the first load
                       -1, 4, 5, 6, -1, 7, 8, 9, -1, 10, 11, 12, -1, 13, 14, 15);
  const __m256i both = _mm256_inserti128_si256(_mm256_castsi128_si256(first), last, 1);
  const __m256i steps = _mm256_srai_epi32(_mm256_shuffle_epi8(both, order), 8);
  return _mm256_mul_ps(_mm256_cvtepi32_ps(steps), _mm256_set1_ps(series.step));
}

template <class Series>
double distance_of(const Series& a, const float* b, std::size_t stride, double bound) {
  constexpr std::size_t kBetweenLooks = 64;
  Sums sums;
  std::size_t i = 0;
  for (; i + kBetweenLooks <= stride; i += kBetweenLooks) {
    for (std::size_t j = i; j < i + kBetweenLooks; j += 8) sums.add(eight(a, j), eight(b, j));
    const double so_far = total(sums);
    if (so_far > bound) return so_far;
  }
  for (; i < stride; i += 8) sums.add(eight(a, i), eight(b, i));
  return total(sums);
}

double distance(const float* a, const float* b, std::size_t stride, double bound) {
  return distance_of(a, b, stride, bound);
}

double packed_distance(const PackedSeries& a, const float* b, std::size_t stride, double bound) {
  return distance_of(a, b, stride, bound);
}

}  // namespace

const SearchKernels kSearchKernels = {&add_boxes, &mark_rows, &word_bound, &distance,
                                      &packed_distance};

}  // namespace neve::series::NEVE_ISA
