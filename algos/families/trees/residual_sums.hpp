#pragma once

#include <cstddef>
#include <cstdint>

#include "algos/families/trees/fixed_point.hpp"

namespace neve::algos::trees {

/// A node's rows, which all weigh 1.
struct PlainRows {
  const std::uint16_t* rows = nullptr;
  std::size_t count = 0;
  const float* residual = nullptr;     ///< of all rows of the group, r
  const std::int64_t* seen = nullptr;  ///< likewise, 0 where the tree has not seen the row; or null
};

/// Σ r² of the rows that the tree has seen, and their number.
struct SquareSum {
  TwoPartSum sum;
  std::int64_t rows = 0;
};

/// Of a leaf's value, over the rows that the tree has seen.
struct LeafSums {
  TwoPartSum numerator;
  TwoPartSum denominator;
};

/// Sums over residuals: exact, so the same at every level of the instruction set. Numerators are
/// Σ r.
struct ResidualSumKernels {
  SquareSum (*squares)(const PlainRows& rows, TwoPartScale scale);
  /// Over their number.
  LeafSums (*counted)(const PlainRows& rows, TwoPartScale numerator, TwoPartScale denominator);
  /// Over Σ |r| (1 - |r|): the variance where r is a class less its probability.
  LeafSums (*with_variances)(const PlainRows& rows, TwoPartScale numerator,
                             TwoPartScale denominator);
};

namespace v3 {
extern const ResidualSumKernels kResidualSumKernels;
}
namespace v4 {
extern const ResidualSumKernels kResidualSumKernels;
}

/// Those for this process.
const ResidualSumKernels& residual_sum_kernels();
/// The rows of a node of a store without weights, with their residuals of a class.
PlainRows plain_rows(const RowStore& store, std::int32_t node, std::int32_t of_class);

}  // namespace neve::algos::trees
