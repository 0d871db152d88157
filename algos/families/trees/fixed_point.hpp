#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

#include "algos/families/trees/row_store.hpp"

namespace neve::algos::trees {

/// The nearest whole number, ties to even, for |x| <= 2^51: as llrint, but in vectors on any CPU.
struct Nearest {
  explicit Nearest(double x) : shifted(x + kShift) {}
  static constexpr double kShift = 0x1.8p52;
  double shifted;
  [[nodiscard]] std::int64_t whole() const {
    return std::bit_cast<std::int64_t>(shifted) - std::bit_cast<std::int64_t>(kShift);
  }
  [[nodiscard]] double real() const { return shifted - kShift; }
};
inline std::int64_t nearest(double x) { return Nearest(x).whole(); }

/// A sum of rounded numbers: whole units, and what rounding left over in finer units. Exact in any
/// order.
struct TwoPartSum {
  std::int64_t whole = 0;
  std::int64_t rest = 0;
  TwoPartSum& operator+=(TwoPartSum other) {
    whole += other.whole;
    rest += other.rest;
    return *this;
  }
  friend TwoPartSum operator-(TwoPartSum a, TwoPartSum b) {
    return {a.whole - b.whole, a.rest - b.rest};
  }
  friend TwoPartSum operator*(std::int64_t copies, TwoPartSum a) {
    return {copies * a.whole, copies * a.rest};
  }
  friend bool operator==(TwoPartSum, TwoPartSum) = default;
  template <class Archive>
  void fields(Archive& archive) {
    archive(whole, rest);
  }
};

/// The units of a TwoPartSum; powers of two. With b bits for a number's whole units, 2b - 1 bits
/// separate the largest number from the smallest difference that counts.
struct TwoPartScale {
  double whole = 1;  ///< units in 1
  double rest = 1;   ///< finer units in a whole unit

  [[nodiscard]] TwoPartSum round(double value) const {
    const double units = value * whole;
    const Nearest first(units);
    return {first.whole(), nearest((units - first.real()) * rest)};
  }
  [[nodiscard]] double to_double(TwoPartSum sum) const {
    return (static_cast<double>(sum.whole) + static_cast<double>(sum.rest) / rest) / whole;
  }
  template <class Archive>
  void fields(Archive& archive) {
    archive(whole, rest);
  }
};

/// How targets (weight · residual) and weights become integers, whose sums are exact in any order.
///
/// Packed: one 64-bit word holds both, the weight in its low `weight_bits` bits; for whole weights
/// whose total leaves the target enough bits. Wide: a word each. Fine: the target in two parts, for
/// targets so unlike that the small ones would drown in the rounding of the largest. With whole
/// weights the residual is rounded before it is multiplied, so that weight k gives the sums of k
/// equal rows.
struct FixedPoint {
  enum class Form : std::uint8_t { packed, wide, fine };
  Form form = Form::packed;
  bool whole_weights = true;
  std::int32_t weight_bits = 0;
  TwoPartScale target;  ///< only fine sums have a rest
  double weight_scale = 1;
  TwoPartScale square;  ///< of Σ weight · residual²

  /// Words of a histogram cell.
  [[nodiscard]] std::int32_t words() const { return static_cast<std::int32_t>(form) + 1; }
  /// weight · residual, and so on, of one row. With whole weights they are copies of what is
  /// rounded.
  [[nodiscard]] TwoPartSum round_target(double residual, double weight) const {
    if (!whole_weights) return target.round(weight * residual);
    return static_cast<std::int64_t>(weight) * target.round(residual);
  }
  [[nodiscard]] std::int64_t round_weight(double weight) const {
    return whole_weights ? static_cast<std::int64_t>(weight) : nearest(weight * weight_scale);
  }
  [[nodiscard]] TwoPartSum round_square(double residual, double weight) const {
    if (!whole_weights) return square.round(weight * (residual * residual));
    return static_cast<std::int64_t>(weight) * square.round(residual * residual);
  }
  template <class Archive>
  void fields(Archive& archive) {
    archive(form, whole_weights, weight_bits, target, weight_scale, square);
  }
};

/// What the choice of a form rests on, of the rows that take part; exact.
struct TargetRange {
  double largest_residual = 0;      ///< max |residual|
  double largest_target = 0;        ///< max |weight · residual|
  std::int64_t exponents = 0;       ///< Σ of the binary exponents of targets other than 0
  std::int64_t exponent_count = 0;  ///< how many; a row of whole weight k counts as k rows in both
  template <class Archive>
  void fields(Archive& archive) {
    archive(largest_residual, largest_target, exponents, exponent_count);
  }
};

/// The power of two by which values up to `largest` stay below 2^bits.
double scale_for(double largest, int bits);
/// Units for sums, over the rows that take part, of numbers of at most `largest`.
TwoPartScale two_part_scale(const LoadTask::Partial& loaded, double largest);
/// The narrowest form whose rounding is small against the targets' geometric mean.
FixedPoint choose_fixed_point(const LoadTask::Partial& loaded, const TargetRange& range);

/// Sums of a histogram cell or node, as integers.
struct Sums {
  TwoPartSum target;
  std::int64_t weight = 0;
  friend Sums operator-(Sums a, Sums b) { return {a.target - b.target, a.weight - b.weight}; }
  Sums& operator+=(Sums other) {
    target += other.target;
    weight += other.weight;
    return *this;
  }
};

/// Both sums in the word of a packed cell.
inline std::int64_t pack(const FixedPoint& form, const Sums& sums) {
  return (sums.target.whole << form.weight_bits) + sums.weight;
}
inline Sums unpack(const FixedPoint& form, std::int64_t word) {
  const std::int64_t mask = (std::int64_t{1} << form.weight_bits) - 1;
  return {{word >> form.weight_bits, 0}, word & mask};
}

/// Reads cell `cell` of a histogram.
inline Sums read_cell(const FixedPoint& form, const std::int64_t* cells, std::size_t cell) {
  switch (form.form) {
    case FixedPoint::Form::wide:
      return {{cells[2 * cell], 0}, cells[2 * cell + 1]};
    case FixedPoint::Form::fine:
      return {{cells[3 * cell], cells[3 * cell + 1]}, cells[3 * cell + 2]};
    default:
      return unpack(form, cells[cell]);
  }
}

}  // namespace neve::algos::trees
