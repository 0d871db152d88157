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

/// One pass; groups by ascending keys, missing ones first.
Groups group_by(mr::Engine& engine, const frame::LayoutPtr& layout,
                std::span<const ExpressionPtr> keys, std::span<const ExpressionPtr> values,
                const job::TokenPtr& token = nullptr);

}  // namespace neve::munge
