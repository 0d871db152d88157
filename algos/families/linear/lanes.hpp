#pragma once

#include <array>
#include <cstddef>
#include <span>

#include <neve/base/math.hpp>

/// Sums with eight virtual lanes and one final tree, so that scalar, AVX2 and AVX-512 code agree.
namespace neve::algos::linear {

namespace detail {

template <class Term>
double sum_lanes(std::size_t count, Term term) {
  constexpr std::size_t kLanes = 8;
  std::array<double, kLanes> lanes{};
  std::size_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    for (std::size_t l = 0; l < kLanes; ++l) lanes[l] += term(i + l);
  }
  for (std::size_t l = 0; i + l < count; ++l) lanes[l] += term(i + l);
  return ((lanes[0] + lanes[4]) + (lanes[2] + lanes[6])) +
         ((lanes[1] + lanes[5]) + (lanes[3] + lanes[7]));
}

/// The logarithm of the product of factors. No lane may overflow.
template <class Factor>
double log_of_product(std::size_t count, Factor factor) {
  constexpr std::size_t kLanes = 8;
  std::array<double, kLanes> lanes;
  lanes.fill(1);
  std::size_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    for (std::size_t l = 0; l < kLanes; ++l) lanes[l] *= factor(i + l);
  }
  for (std::size_t l = 0; i + l < count; ++l) lanes[l] *= factor(i + l);
  math::log(lanes);
  return sum_lanes(kLanes, [&](std::size_t l) { return lanes[l]; });
}

template <class Term>
double max_lanes(std::size_t count, Term term) {
  constexpr std::size_t kLanes = 8;
  std::array<double, kLanes> lanes{};
  const auto take = [&](std::size_t lane, double value) {
    lanes[lane] = value > lanes[lane] ? value : lanes[lane];
  };
  std::size_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    for (std::size_t l = 0; l < kLanes; ++l) take(l, term(i + l));
  }
  for (std::size_t l = 0; i + l < count; ++l) take(l, term(i + l));
  double most = 0;
  for (const double value : lanes) most = value > most ? value : most;
  return most;
}

}  // namespace detail

/// The largest of non-negative numbers; NaN does not count.
inline double largest(std::span<const double> values) {
  return detail::max_lanes(values.size(), [&](std::size_t i) { return values[i]; });
}

inline double sum(std::span<const double> values) {
  return detail::sum_lanes(values.size(), [&](std::size_t i) { return values[i]; });
}

inline double dot(std::span<const double> a, std::span<const double> b) {
  return detail::sum_lanes(a.size(), [&](std::size_t i) { return a[i] * b[i]; });
}

}  // namespace neve::algos::linear
