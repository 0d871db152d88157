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

/// Σ r of the rows that the tree has seen, and beside it the sum of a second term.
struct ResidualSums {
  TwoPartSum first;
  TwoPartSum second;
};

/// Sums over residuals: exact, so the same at every level of the instruction set.
struct ResidualSumKernels {
  SquareSum (*squares)(const PlainRows& rows, const TwoPartScale& scale);
  /// The second term is 1.
  ResidualSums (*counted)(const PlainRows& rows, const TwoPartScale& first,
                          const TwoPartScale& second);
  /// The second term is |r| (1 - |r|): the variance where r is a class less its probability.
  ResidualSums (*with_variances)(const PlainRows& rows, const TwoPartScale& first,
                                 const TwoPartScale& second);
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
