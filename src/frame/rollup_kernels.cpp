#include "frame/rollup_kernels.hpp"

#include <cstring>

#include "frame/value_checksum.hpp"

namespace neve::frame::NEVE_ISA {
namespace {

constexpr std::size_t kLanes = 8;
using Doubles = double __attribute__((vector_size(64)));
using Words = std::uint64_t __attribute__((vector_size(64)));
using Integers = std::int64_t __attribute__((vector_size(64)));

constexpr double kInfinity = __builtin_inf();

// Vectors are handed on by reference: v3 has no registers of this size to return them in.
template <class Visit>
void each_group(const double* values, std::size_t count, double filler, const Visit& visit) {
  Doubles lanes;
  std::size_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    std::memcpy(&lanes, values + i, sizeof lanes);
    visit(lanes);
  }
  if (i == count) return;
  lanes = Doubles{} + filler;
  std::memcpy(&lanes, values + i, (count - i) * sizeof(double));
  visit(lanes);
}

double tree(const Doubles& lanes) {
  return ((lanes[0] + lanes[4]) + (lanes[2] + lanes[6])) +
         ((lanes[1] + lanes[5]) + (lanes[3] + lanes[7]));
}

Survey survey(const double* values, std::size_t count) {
  Doubles least = Doubles{} + kInfinity;
  Doubles most = Doubles{} - kInfinity;
  Integers zeros{};
  Integers finite{};
  each_group(values, count, kInfinity, [&](const Doubles& x) {
    const Integers is_finite = (x < kInfinity) & (x > -kInfinity);
    const Doubles low = is_finite ? x : Doubles{} + kInfinity;
    const Doubles high = is_finite ? x : Doubles{} - kInfinity;
    least = low < least ? low : least;
    most = high > most ? high : most;
    zeros -= x == 0;  // true is -1
    finite -= is_finite;
  });
  Survey all{kInfinity, -kInfinity, 0, 0};
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    if (least[lane] < all.least) all.least = least[lane];
    if (most[lane] > all.most) all.most = most[lane];
    all.zeros += zeros[lane];
    all.finite += finite[lane];
  }
  return all;
}

double sum(const double* values, std::size_t count) {
  Doubles lanes{};
  each_group(values, count, 0, [&](const Doubles& x) { lanes += x; });
  return tree(lanes);
}

double squares_around(const double* values, std::size_t count, double mean) {
  Doubles lanes{};
  each_group(values, count, mean, [&](const Doubles& x) {
    const Doubles distance = x - mean;
    lanes += distance * distance;
  });
  return tree(lanes);
}

void mix(Words& bits) {
  bits = (bits ^ (bits >> 33)) * kMixFactors[0];
  bits = (bits ^ (bits >> 33)) * kMixFactors[1];
  bits = bits ^ (bits >> 33);
}

std::uint64_t hash(std::int64_t first_row, const double* values, std::size_t count) {
  const auto first = static_cast<std::uint64_t>(first_row) + 1;
  Words rows = (Words{0, 1, 2, 3, 4, 5, 6, 7} + first) * kRowFactor;
  Words sums{};
  Words last{};
  each_group(values, count, 0, [&](const Doubles& x) {
    Words bits;
    std::memcpy(&bits, &x, sizeof bits);
    bits = x == x ? bits : Words{} + kMissingBits;
    last = rows;
    mix(last);
    last ^= bits;
    mix(last);
    sums += last;
    rows += kLanes * kRowFactor;
  });
  std::uint64_t all = 0;
  for (std::size_t lane = 0; lane < kLanes; ++lane) all += sums[lane];
  const std::size_t behind = (kLanes - count % kLanes) % kLanes;
  for (std::size_t lane = kLanes - behind; lane < kLanes; ++lane) all -= last[lane];
  return all;
}

}  // namespace

const RollupKernels kRollupKernels = {&survey, &sum, &squares_around, &hash};

}  // namespace neve::frame::NEVE_ISA
