#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <neve/frame/layout.hpp>

#include "munge/row_records.hpp"

namespace neve::munge {

/// Rows of one layout by the row groups that hold them; -1 is no row.
class RowsByGroup {
 public:
  RowsByGroup(const frame::Layout& layout, std::span<const std::int64_t> rows);

  /// Those that hold some of the rows; the first group where none does, so that somebody is asked
  /// at all.
  [[nodiscard]] const std::vector<GroupIndex>& groups() const { return groups_; }
  /// The rows within the i-th of these groups, in their order. Made when first asked for, by the
  /// thread that has this object.
  [[nodiscard]] std::span<const std::uint32_t> rows_of(std::size_t i) const;
  /// Where the answers have each row: by its place in the group where an answer is whole, else by
  /// its place among those asked for.
  [[nodiscard]] RowPlaces places(const std::vector<bool>& is_whole) const;

 private:
  void find(const frame::Layout& layout, std::span<const std::int64_t> rows);

  std::vector<GroupIndex> groups_;
  RowPlaces places_;  ///< within whole groups
  mutable std::vector<std::vector<std::uint32_t>> rows_of_;
};

}  // namespace neve::munge
