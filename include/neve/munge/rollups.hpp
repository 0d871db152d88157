#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <unordered_map>
#include <vector>

#include <neve/frame/rollup.hpp>
#include <neve/job/token.hpp>
#include <neve/mr/engine.hpp>
#include <neve/munge/expression.hpp>

namespace neve::munge {

/// Figures of columns, computed once: a node's cache. Thread-safe; two threads that miss the same
/// column may both compute it, with the same result.
class Rollups {
 public:
  explicit Rollups(mr::Engine& engine) : engine_(engine) {}
  /// Of all columns of a frame, in one pass over those not known yet.
  std::vector<frame::Rollup> of(const frame::Frame& frame, const job::TokenPtr& token = nullptr);
  frame::Rollup of(const frame::LayoutPtr& layout, const frame::Column& column);
  /// Of the same values whatever their cuts and encodings: values, types, names and domains.
  std::int64_t checksum(const frame::Frame& frame);

 private:
  /// Columns are never reused, so entries of dead ones are only in the way; then all go.
  static constexpr std::size_t kMostKept = 1U << 16U;
  mr::Engine& engine_;
  std::mutex mutex_;
  std::unordered_map<ColumnId, frame::Rollup> known_;
};

/// Roll-ups without a cache, one pass for all columns.
std::vector<frame::Rollup> roll_up(mr::Engine& engine, const frame::LayoutPtr& layout,
                                   std::span<const frame::Column> columns,
                                   const job::TokenPtr& token = nullptr);

/// The distinct values that are present, ascending. Throws InputError (400) where there are more
/// than `most`.
std::vector<double> distinct_numbers(mr::Engine& engine, const frame::LayoutPtr& layout,
                                     const ExpressionPtr& values, std::int64_t most,
                                     const job::TokenPtr& token = nullptr);

/// Rows per level of a categorical column.
std::vector<std::int64_t> level_counts(mr::Engine& engine, const frame::LayoutPtr& layout,
                                       const frame::Column& column,
                                       const job::TokenPtr& token = nullptr);

/// Rows per bin of `bins` equal bins over [low, high]; values outside are left out.
struct BinGrid {
  double low = 0;
  double high = 1;
  std::int32_t bins = 1;
};
std::vector<std::int64_t> histogram(mr::Engine& engine, const frame::LayoutPtr& layout,
                                    const ExpressionPtr& values, const BinGrid& grid);

/// What lies between two neighbouring values.
enum class Interpolation : std::uint8_t { interpolate, average, low, high };

/// Exact quantiles by selection: the value at rank p·(n - 1) of the values that are present; NaN
/// where there is none. `probs` within [0, 1], in any order.
std::vector<double> quantiles(mr::Engine& engine, const frame::LayoutPtr& layout,
                              const ExpressionPtr& values, std::span<const double> probs,
                              Interpolation between = Interpolation::interpolate);

}  // namespace neve::munge
