#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <neve/job/token.hpp>
#include <neve/mr/engine.hpp>
#include <neve/munge/expression.hpp>

namespace neve::munge {

/// One pass that computes all expressions; columns that are columns already pass through. All must
/// be of this layout.
std::vector<frame::Column> evaluate(mr::Engine& engine, const frame::LayoutPtr& layout,
                                    std::span<const ExpressionPtr> expressions,
                                    const job::TokenPtr& token = nullptr);

/// What one pass learns about the values of an expression.
struct Reduced {
  std::int64_t rows = 0;
  std::int64_t missing = 0;
  std::int64_t zeros = 0;
  double sum = 0;
  double product = 1;
  double mean = 0;
  double squares = 0;  ///< sum of (value - mean)²
  double min = 0;      ///< +inf where there is no value
  double max = 0;      ///< -inf where there is no value

  [[nodiscard]] std::int64_t present() const { return rows - missing; }
  /// Of the sample (n - 1); NaN for fewer than two values.
  [[nodiscard]] double variance() const;
};

/// Reduces each expression in one pass, without making a column.
std::vector<Reduced> reduce(mr::Engine& engine, const frame::LayoutPtr& layout,
                            std::span<const ExpressionPtr> expressions,
                            const job::TokenPtr& token = nullptr);

/// Sums of products of values less their centres, for covariances: over rows where all expressions
/// are present.
struct CrossProducts {
  std::int64_t rows = 0;
  std::vector<double> means;     ///< one per expression
  std::vector<double> products;  ///< row-major, sum of (x - mean x)(y - mean y)
};
CrossProducts cross_products(mr::Engine& engine, const frame::LayoutPtr& layout,
                             std::span<const ExpressionPtr> expressions,
                             const job::TokenPtr& token = nullptr);

}  // namespace neve::munge
