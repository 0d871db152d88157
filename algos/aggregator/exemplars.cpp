#include "algos/aggregator/exemplars.hpp"

#include <immintrin.h>

#include <bit>
#include <cmath>
#include <limits>

namespace neve::algos::aggregator {
namespace {

constexpr std::size_t kLanes = 16;
constexpr std::size_t kVector = 4;
constexpr std::size_t kVectors = kLanes / kVector;
/// Axes between two looks at whether all are too far off already.
constexpr std::size_t kAxesAtOnce = 16;

/// Squared distances of a row to kLanes exemplars, and which are below a bound: a bit each. Those
/// that are not may be anything above it.
template <bool Gaps>
unsigned measure(const double* row, const double* exemplars, std::size_t axes, double bound,
                 double* out) {
  const __m256d most = _mm256_set1_pd(bound);
  const __m256d one = _mm256_set1_pd(1);
  __m256d sums[kVectors];
  __m256d shared[kVectors];
  for (std::size_t v = 0; v < kVectors; ++v) sums[v] = shared[v] = _mm256_setzero_pd();
  const auto below = [&] {
    unsigned mask = 0;
    for (std::size_t v = 0; v < kVectors; ++v) {
      const int near = _mm256_movemask_pd(_mm256_cmp_pd(sums[v], most, _CMP_LT_OQ));
      mask |= static_cast<unsigned>(near) << (v * kVector);
    }
    return mask;
  };
  for (std::size_t begin = 0; begin < axes; begin += kAxesAtOnce) {
    const std::size_t end = std::min(axes, begin + kAxesAtOnce);
    for (std::size_t j = begin; j < end; ++j) {
      const __m256d value = _mm256_broadcast_sd(row + j);
      for (std::size_t v = 0; v < kVectors; ++v) {
        __m256d off = _mm256_sub_pd(value, _mm256_loadu_pd(exemplars + j * kLanes + v * kVector));
        if constexpr (Gaps) {
          const __m256d there = _mm256_cmp_pd(off, off, _CMP_ORD_Q);
          off = _mm256_and_pd(off, there);
          shared[v] = _mm256_add_pd(shared[v], _mm256_and_pd(one, there));
        }
        sums[v] = _mm256_fmadd_pd(off, off, sums[v]);
      }
    }
    // Sums never shrink, nor does what they are scaled by below.
    if (end < axes && below() == 0) return 0;
  }
  if constexpr (Gaps) {
    const __m256d all = _mm256_set1_pd(static_cast<double>(axes));
    for (std::size_t v = 0; v < kVectors; ++v)
      sums[v] = _mm256_mul_pd(sums[v], _mm256_div_pd(all, shared[v]));
  }
  const unsigned mask = below();
  for (std::size_t v = 0; mask != 0 && v < kVectors; ++v)
    _mm256_storeu_pd(out + v * kVector, sums[v]);
  return mask;
}

struct Gaps {
  bool any = false;
  bool all = true;
};

Gaps gaps_of(std::span<const double> numbers) {
  Gaps gaps;
  for (const double number : numbers) {
    gaps.any |= std::isnan(number);
    gaps.all &= std::isnan(number);
  }
  return gaps;
}

}  // namespace

void ExemplarTable::add(std::span<const double> numbers, std::span<const std::int32_t> codes) {
  auto at = buckets_.find(codes);
  if (at == buckets_.end())
    at = buckets_.emplace(std::vector<std::int32_t>(codes.begin(), codes.end()), Bucket()).first;
  Bucket& bucket = at->second;
  const std::size_t number = size_++;
  const Gaps gaps = gaps_of(numbers);
  if (gaps.all) {
    if (!bucket.without_numbers) bucket.without_numbers = number;
    return;
  }
  bucket.has_gaps |= gaps.any;
  const std::size_t place = bucket.exemplars.size();
  if (place % kLanes == 0) {
    bucket.numbers.resize(bucket.numbers.size() + kLanes * axes_,
                          std::numeric_limits<double>::quiet_NaN());
  }
  double* to = bucket.numbers.data() + place / kLanes * kLanes * axes_ + place % kLanes;
  for (std::size_t j = 0; j < axes_; ++j) to[j * kLanes] = numbers[j];
  bucket.exemplars.push_back(number);
}

void ExemplarTable::add(const points::Points& points) {
  for (std::size_t i = 0; i < points.count; ++i) add(points.number(i), points.code(i));
}

const ExemplarTable::Bucket* ExemplarTable::bucket_of(std::span<const std::int32_t> codes) const {
  const auto at = buckets_.find(codes);
  return at == buckets_.end() ? nullptr : &at->second;
}

template <bool First>
std::optional<Near> ExemplarTable::search(std::span<const double> numbers,
                                          std::span<const std::int32_t> codes,
                                          double squared_radius) const {
  const Bucket* bucket = bucket_of(codes);
  if (bucket == nullptr) return std::nullopt;
  const Gaps gaps = gaps_of(numbers);
  if (gaps.all) {
    if (!bucket->without_numbers) return std::nullopt;
    return Near{*bucket->without_numbers, 0};
  }
  const auto kernel = gaps.any || bucket->has_gaps ? &measure<true> : &measure<false>;
  std::optional<Near> found;
  double distances[kLanes];
  for (std::size_t first = 0; first < bucket->exemplars.size(); first += kLanes) {
    const double* exemplars = bucket->numbers.data() + first * axes_;
    const double bound = found ? found->squared : squared_radius;
    for (unsigned near = kernel(numbers.data(), exemplars, axes_, bound, distances); near != 0;
         near &= near - 1) {
      const auto lane = static_cast<std::size_t>(std::countr_zero(near));
      if (found && distances[lane] >= found->squared) continue;
      found = Near{bucket->exemplars[first + lane], distances[lane]};
      if (First) return found;
    }
  }
  return found;
}

std::optional<Near> ExemplarTable::first_near(std::span<const double> numbers,
                                              std::span<const std::int32_t> codes,
                                              double squared_radius) const {
  return search<true>(numbers, codes, squared_radius);
}

std::optional<Near> ExemplarTable::nearest(std::span<const double> numbers,
                                           std::span<const std::int32_t> codes,
                                           double squared_radius) const {
  return search<false>(numbers, codes, squared_radius);
}

std::int64_t ExemplarTable::bytes_each(std::size_t axes, std::size_t categories) {
  constexpr std::size_t kBucket = 128;
  const std::size_t of_bucket = categories > 0 ? kBucket + kLanes * axes * sizeof(double) : 0;
  return static_cast<std::int64_t>(2 * axes * sizeof(double) +
                                   2 * categories * sizeof(std::int32_t) + 2 * sizeof(std::size_t) +
                                   of_bucket);
}

}  // namespace neve::algos::aggregator
