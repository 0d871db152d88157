#include "algos/families/points/distances.hpp"

#include <immintrin.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace neve::algos::points {
namespace {

constexpr std::size_t kLanes = 4;
constexpr std::size_t kRowsAtOnce = 4;

/// Distances of four rows to `Fours` times four centers: all that is added up stays in registers.
template <std::size_t Fours>
void measure_tile(const std::array<const double*, kRowsAtOnce>& rows, const double* centers,
                  std::size_t axes, const std::array<double*, kRowsAtOnce>& out) {
  __m256d sums[kRowsAtOnce][Fours];
  for (auto& row : sums) {
    for (__m256d& sum : row) sum = _mm256_setzero_pd();
  }
  for (std::size_t j = 0; j < axes; ++j) {
    __m256d center[Fours];
    for (std::size_t f = 0; f < Fours; ++f)
      center[f] = _mm256_loadu_pd(centers + (f * axes + j) * kLanes);
    for (std::size_t r = 0; r < kRowsAtOnce; ++r) {
      const __m256d value = _mm256_broadcast_sd(rows[r] + j);
      for (std::size_t f = 0; f < Fours; ++f) {
        const __m256d off = _mm256_sub_pd(value, center[f]);
        sums[r][f] = _mm256_fmadd_pd(off, off, sums[r][f]);
      }
    }
  }
  for (std::size_t r = 0; r < kRowsAtOnce; ++r) {
    for (std::size_t f = 0; f < Fours; ++f) _mm256_storeu_pd(out[r] + f * kLanes, sums[r][f]);
  }
}

}  // namespace

CenterTable::CenterTable(const Points& centers)
    : axes_(centers.axes),
      categories_(centers.categories),
      count_(centers.count),
      stride_((centers.count + kLanes - 1) / kLanes * kLanes),
      numbers_(stride_ * axes_),
      codes_(stride_ * categories_) {
  for (std::size_t c = 0; c < count_; ++c) {
    const auto numbers = centers.number(c);
    for (std::size_t j = 0; j < axes_; ++j)
      numbers_[(c / kLanes * axes_ + j) * kLanes + c % kLanes] = numbers[j];
    for (std::size_t l = 0; l < categories_; ++l) codes_[l * stride_ + c] = centers.code(c)[l];
  }
}

void CenterTable::measure(std::span<const double* const> rows,
                          std::span<const std::int32_t* const> codes, std::span<double> out) const {
  std::vector<double> spare(stride_);
  for (std::size_t first = 0; first < rows.size(); first += kRowsAtOnce) {
    std::array<const double*, kRowsAtOnce> at;
    std::array<double*, kRowsAtOnce> to;
    for (std::size_t r = 0; r < kRowsAtOnce; ++r) {
      const bool there = first + r < rows.size();
      at[r] = rows[there ? first + r : first];
      to[r] = there ? out.data() + (first + r) * stride_ : spare.data();
    }
    for (std::size_t c = 0; c < stride_;) {
      const double* centers = numbers_.data() + c * axes_;
      const std::size_t left = (stride_ - c) / kLanes;
      if (left >= 3) measure_tile<3>(at, centers, axes_, to);
      if (left == 2) measure_tile<2>(at, centers, axes_, to);
      if (left == 1) measure_tile<1>(at, centers, axes_, to);
      const std::size_t done = std::min<std::size_t>(left, 3) * kLanes;
      for (double*& place : to) place += done;
      c += done;
    }
  }
  for (std::size_t i = 0; categories_ > 0 && i < rows.size(); ++i) {
    double* distances = out.data() + i * stride_;
    for (std::size_t l = 0; l < categories_; ++l) {
      const std::int32_t code = codes[i][l];
      const std::int32_t* of_centers = codes_.data() + l * stride_;
      for (std::size_t c = 0; c < stride_; ++c) distances[c] += of_centers[c] != code ? 1.0 : 0.0;
    }
  }
}

void CenterTable::measure(const Points& points, std::size_t first, std::size_t rows,
                          std::span<double> out) const {
  std::vector<const double*> numbers(rows);
  std::vector<const std::int32_t*> codes(rows);
  for (std::size_t i = 0; i < rows; ++i) {
    numbers[i] = points.numbers.data() + (first + i) * axes_;
    codes[i] = points.codes.data() + (first + i) * categories_;
  }
  measure(numbers, codes, out);
}

double squared_distance(std::span<const double> a, std::span<const std::int32_t> a_codes,
                        std::span<const double> b, std::span<const std::int32_t> b_codes) {
  double sum = 0;
  for (std::size_t j = 0; j < a.size(); ++j) {
    const double off = a[j] - b[j];
    sum = std::fma(off, off, sum);
  }
  for (std::size_t l = 0; l < a_codes.size(); ++l) sum += a_codes[l] != b_codes[l] ? 1.0 : 0.0;
  return sum;
}

double rough_squared_distance(std::span<const double> a, std::span<const std::int32_t> a_codes,
                              std::span<const double> b, std::span<const std::int32_t> b_codes) {
  constexpr std::size_t kSums = 3;
  constexpr std::size_t kStep = kSums * kLanes;
  __m256d sums[kSums] = {_mm256_setzero_pd(), _mm256_setzero_pd(), _mm256_setzero_pd()};
  std::size_t j = 0;
  for (; j + kStep <= a.size(); j += kStep) {
    for (std::size_t s = 0; s < kSums; ++s) {
      const std::size_t at = j + s * kLanes;
      const __m256d off =
          _mm256_sub_pd(_mm256_loadu_pd(a.data() + at), _mm256_loadu_pd(b.data() + at));
      sums[s] = _mm256_fmadd_pd(off, off, sums[s]);
    }
  }
  std::array<double, kLanes> lanes;
  _mm256_storeu_pd(lanes.data(), _mm256_add_pd(_mm256_add_pd(sums[0], sums[1]), sums[2]));
  double sum = (lanes[0] + lanes[2]) + (lanes[1] + lanes[3]);
  for (; j < a.size(); ++j) sum += (a[j] - b[j]) * (a[j] - b[j]);
  for (std::size_t l = 0; l < a_codes.size(); ++l) sum += a_codes[l] != b_codes[l] ? 1.0 : 0.0;
  return sum;
}

Nearest nearest_of(std::span<const double> squared_distances) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  Nearest found{.center = 0, .squared = kInfinity, .second_squared = kInfinity};
  for (std::size_t c = 0; c < squared_distances.size(); ++c) {
    // Without branches, which nobody could foresee.
    const double distance = squared_distances[c];
    const bool nearer = distance < found.squared;
    const double other = nearer ? found.squared : distance;
    found.second_squared = other < found.second_squared ? other : found.second_squared;
    found.squared = nearer ? distance : found.squared;
    found.center = nearer ? c : found.center;
  }
  return found;
}

}  // namespace neve::algos::points
