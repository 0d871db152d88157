#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <neve/mr/engine.hpp>

namespace neve::model::metrics {

/// Rows that are decoded at a time: they stay in the L1 cache for a few columns.
inline constexpr std::int64_t kBlockRows = 1024;

/// Calls body(columns) for each block of the group's rows; columns[c] are the decoded values of the
/// run's c-th column.
template <class Body>
void for_blocks(const mr::RowGroup& group, const Body& body) {
  const std::size_t width = group.columns.size();
  std::vector<double> values(width * static_cast<std::size_t>(std::min(kBlockRows, group.rows)));
  std::vector<std::span<const double>> columns(width);
  for (std::int64_t begin = 0; begin < group.rows; begin += kBlockRows) {
    const auto rows = static_cast<std::size_t>(std::min(kBlockRows, group.rows - begin));
    for (std::size_t c = 0; c < width; ++c) {
      const std::span<double> column(values.data() + c * rows, rows);
      group.columns[c].decode(begin, column);
      columns[c] = column;
    }
    body(std::span<const std::span<const double>>(columns));
  }
}

/// Column `index` where the run has one more than that, else nothing: weights come last.
inline std::span<const double> optional_column(std::span<const std::span<const double>> columns,
                                               std::size_t index) {
  return index < columns.size() ? columns[index] : std::span<const double>();
}

/// The columns, and the weights where there are any, as a run's inputs.
inline mr::Inputs inputs_with(const frame::LayoutPtr& layout, std::vector<ColumnId> columns,
                              const std::optional<ColumnId>& weights) {
  if (weights) columns.push_back(*weights);
  return {layout, std::move(columns)};
}

}  // namespace neve::model::metrics
