#include <algorithm>
#include <array>

#include "algos/families/trees/residual_sums.hpp"

namespace neve::algos::trees::NEVE_ISA {
namespace {

/// Rows that are brought together, so that what follows goes by vectors.
constexpr std::size_t kRows = 128;
using Values = std::array<double, kRows>;

/// Calls body(r, seen) for the values of up to kRows rows at a time, behind which zeros follow.
/// Residuals of rows that the tree has not seen are zeros, too; of others `seen` is 1.
template <class Body>
void for_blocks(const PlainRows& from, const Body& body) {
  Values r;
  Values seen;
  for (std::size_t begin = 0; begin < from.count; begin += kRows) {
    const std::uint16_t* rows = from.rows + begin;
    const std::size_t count = std::min(kRows, from.count - begin);
    for (std::size_t i = 0; i < count; ++i) r[i] = static_cast<double>(from.residual[rows[i]]);
    if (from.seen == nullptr) {
      for (std::size_t i = 0; i < count; ++i) seen[i] = 1;
    } else {
      for (std::size_t i = 0; i < count; ++i) seen[i] = from.seen[rows[i]] == 0 ? 0 : 1;
      for (std::size_t i = 0; i < count; ++i) r[i] *= seen[i];
    }
    std::fill(r.begin() + static_cast<std::ptrdiff_t>(count), r.end(), 0.0);
    std::fill(seen.begin() + static_cast<std::ptrdiff_t>(count), seen.end(), 0.0);
    body(r, seen);
  }
}

SquareSum squares(const PlainRows& rows, TwoPartScale scale) {
  SquareSum out;
  for_blocks(rows, [&out, scale](const Values& r, const Values& seen) {
    TwoPartSum sum;
    double count = 0;
    for (std::size_t i = 0; i < kRows; ++i) sum += scale.round(r[i] * r[i]);
    for (std::size_t i = 0; i < kRows; ++i) count += seen[i];
    out.sum += sum;
    out.rows += static_cast<std::int64_t>(count);
  });
  return out;
}

/// `term_of(r, seen)` is what the denominator sums up.
template <class TermOf>
LeafSums leaf_sums(const PlainRows& rows, TwoPartScale numerator, TwoPartScale denominator,
                   TermOf term_of) {
  LeafSums out;
  for_blocks(rows, [&out, numerator, denominator, term_of](const Values& r, const Values& seen) {
    LeafSums sums;
    for (std::size_t i = 0; i < kRows; ++i) sums.numerator += numerator.round(r[i]);
    for (std::size_t i = 0; i < kRows; ++i)
      sums.denominator += denominator.round(term_of(r[i], seen[i]));
    out.numerator += sums.numerator;
    out.denominator += sums.denominator;
  });
  return out;
}

LeafSums counted(const PlainRows& rows, TwoPartScale numerator, TwoPartScale denominator) {
  return leaf_sums(rows, numerator, denominator, [](double /*r*/, double seen) { return seen; });
}

LeafSums with_variances(const PlainRows& rows, TwoPartScale numerator, TwoPartScale denominator) {
  return leaf_sums(rows, numerator, denominator, [](double r, double /*seen*/) {
    const double distance = r < 0 ? -r : r;
    return distance * (1 - distance);
  });
}

}  // namespace

const ResidualSumKernels kResidualSumKernels = {&squares, &counted, &with_variances};

}  // namespace neve::algos::trees::NEVE_ISA
