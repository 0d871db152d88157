#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <neve/job/token.hpp>
#include <neve/munge/evaluate.hpp>

namespace neve::munge {

/// Rows put together by equal keys, with figures of other columns in each group.
struct Groups {
  std::size_t keys = 0;                 ///< key columns
  std::size_t values = 0;               ///< value columns
  std::vector<std::int64_t> rows = {};  ///< per group
  std::vector<double> key_cells = {};   ///< group-major; NaN is missing
  std::vector<Reduced> figures = {};    ///< group-major

  [[nodiscard]] std::size_t size() const { return rows.size(); }
  [[nodiscard]] double key(std::size_t group, std::size_t k) const {
    return key_cells[group * keys + k];
  }
  [[nodiscard]] const Reduced& figure(std::size_t group, std::size_t value) const {
    return figures[group * values + value];
  }
};

/// The groups by ascending keys, missing ones first, on this node: for few of them.
Groups group_by(mr::Engine& engine, const frame::LayoutPtr& layout,
                std::span<const ExpressionPtr> keys, std::span<const ExpressionPtr> values,
                const job::TokenPtr& token = nullptr);

/// What is told of a column in each group.
enum class Statistic : std::uint8_t {
  rows,
  sum,
  mean,
  sum_of_squares,
  variance,
  deviation,
  least,
  most,
  median,
  mode
};

/// What a statistic makes of missing cells: one makes it missing; or they are left out; or they
/// are left out of sums but count as rows.
enum class MissingCells : std::uint8_t { count, remove, ignore };

struct Aggregate {
  Statistic statistic = Statistic::rows;
  std::size_t value = 0;  ///< of the values beside the keys
  MissingCells missing = MissingCells::count;
  template <class Archive>
  void fields(Archive& archive) {
    archive(statistic, value, missing);
  }
};

/// Where groups with a missing key come, if anywhere.
enum class MissingKeys : std::uint8_t { first, last, dropped };

struct Grouping {
  std::vector<ExpressionPtr> keys;
  std::vector<ExpressionPtr> values = {};
  std::vector<Aggregate> aggregates = {};
  MissingKeys missing_keys = MissingKeys::first;
};

/// The groups as rows of a frame, by ascending keys: the keys, then the aggregates, without names.
/// Nodes make ranges of groups each, so that there may be as many groups as rows.
frame::Frame group_frame(mr::Engine& engine, const frame::LayoutPtr& layout,
                         const Grouping& grouping, const job::TokenPtr& token = nullptr);

}  // namespace neve::munge
