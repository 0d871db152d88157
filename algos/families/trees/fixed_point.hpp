#pragma once

#include <cstdint>

#include "algos/families/trees/row_store.hpp"

namespace neve::algos::trees {

/// How targets (weight · residual) and weights become integers, whose sums are exact in any order.
///
/// Packed: one 64-bit sum holds both, the weight in its low `weight_bits` bits; for whole weights
/// whose total leaves the target enough bits. Otherwise wide: two 64-bit sums. With whole weights
/// the residual is rounded before it is multiplied, so that weight k gives the sums of k equal
/// rows.
struct FixedPoint {
  bool packed = true;
  bool whole_weights = true;
  std::int32_t weight_bits = 0;
  double target_scale = 1;  ///< powers of two
  double weight_scale = 1;
  double square_scale = 1;  ///< of Σ weight · residual²

  [[nodiscard]] std::int32_t words() const { return packed ? 1 : 2; }
  template <class Archive>
  void fields(Archive& archive) {
    archive(packed, whole_weights, weight_bits, target_scale, weight_scale, square_scale);
  }
};

/// What the choice of a scale rests on; exact extremes over the rows that take part.
struct TargetRange {
  double largest_residual = 0;  ///< max |residual|
  double largest_target = 0;    ///< max |weight · residual|
  double target_sum = 0;        ///< Σ |weight · residual|
};

/// The power of two by which values up to `largest` stay below 2^bits.
double scale_for(double largest, int bits);
/// Bits that a sum over the rows that take part needs beyond those of its addends: of the total
/// weight where weights are whole, so that weight k needs as many as k rows; of the number of rows
/// otherwise.
int sum_bits(const LoadTask::Partial& loaded);

/// The narrowest form that keeps small targets apart: packed holds where the largest is at most
/// 2^(bits - 10) times the mean.
FixedPoint choose_fixed_point(const LoadTask::Partial& loaded, const TargetRange& range);

/// Sums of a histogram cell or node, as integers.
struct Sums {
  std::int64_t target = 0;
  std::int64_t weight = 0;
  friend Sums operator-(Sums a, Sums b) { return {a.target - b.target, a.weight - b.weight}; }
  Sums& operator+=(Sums other) {
    target += other.target;
    weight += other.weight;
    return *this;
  }
};

/// Reads cell `cell` of a histogram.
inline Sums read_cell(const FixedPoint& form, const std::int64_t* cells, std::size_t cell) {
  if (!form.packed) return {cells[2 * cell], cells[2 * cell + 1]};
  const std::int64_t both = cells[cell];
  const std::int64_t mask = (std::int64_t{1} << form.weight_bits) - 1;
  return {both >> form.weight_bits, both & mask};
}

}  // namespace neve::algos::trees
