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

SquareSum squares(const PlainRows& rows, const TwoPartScale& units) {
  const TwoPartScale scale = units;
  SquareSum out;
  for_blocks(rows, [&](const Values& r, const Values& seen) {
    TwoPartSum sum;
    double count = 0;
    for (std::size_t i = 0; i < kRows; ++i) sum += scale.round(r[i] * r[i]);
    for (std::size_t i = 0; i < kRows; ++i) count += seen[i];
    out.sum += sum;
    out.rows += static_cast<std::int64_t>(count);
  });
  return out;
}

template <class Term>
ResidualSums sums_of(const PlainRows& rows, const TwoPartScale& first, const TwoPartScale& second,
                     const Term& second_term) {
  const TwoPartScale first_scale = first;
  const TwoPartScale second_scale = second;
  ResidualSums out;
  for_blocks(rows, [&](const Values& r, const Values& seen) {
    TwoPartSum firsts;
    TwoPartSum seconds;
    for (std::size_t i = 0; i < kRows; ++i) firsts += first_scale.round(r[i]);
    for (std::size_t i = 0; i < kRows; ++i)
      seconds += second_scale.round(second_term(r[i], seen[i]));
    out.first += firsts;
    out.second += seconds;
  });
  return out;
}

ResidualSums counted(const PlainRows& rows, const TwoPartScale& first, const TwoPartScale& second) {
  return sums_of(rows, first, second, [](double /*r*/, double seen) { return seen; });
}

ResidualSums with_variances(const PlainRows& rows, const TwoPartScale& first,
                            const TwoPartScale& second) {
  return sums_of(rows, first, second, [](double r, double /*seen*/) {
    const double distance = r < 0 ? -r : r;
    return distance * (1 - distance);
  });
}

}  // namespace

const ResidualSumKernels kResidualSumKernels = {&squares, &counted, &with_variances};

}  // namespace neve::algos::trees::NEVE_ISA
