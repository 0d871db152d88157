#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <neve/base/ids.hpp>
#include <neve/store/placement.hpp>

namespace neve::frame {

/// Where the rows of some columns are cut into groups. Shared by all columns that were made from
/// one another, which therefore live on the same nodes, group by group.
struct Layout {
  LayoutId id;
  std::vector<std::int64_t> cuts = {0};  ///< first row of each group, then the number of rows
  /// Where the first columns will be put; once they are, the catalogue knows better. Not part of
  /// the wire form.
  store::PlacementPtr planned = nullptr;

  [[nodiscard]] std::int32_t groups() const { return static_cast<std::int32_t>(cuts.size()) - 1; }
  [[nodiscard]] std::int64_t rows() const { return cuts.back(); }
  [[nodiscard]] std::int64_t first_row(GroupIndex group) const {
    return cuts[static_cast<std::size_t>(group.value())];
  }
  [[nodiscard]] std::int64_t rows_of(GroupIndex group) const {
    const auto g = static_cast<std::size_t>(group.value());
    return cuts[g + 1] - cuts[g];
  }
  /// The group that holds `row`, 0 <= row < rows().
  [[nodiscard]] GroupIndex group_of(std::int64_t row) const;

  template <class Archive>
  void fields(Archive& archive) {
    archive(id, cuts);
  }
};

using LayoutPtr = std::shared_ptr<const Layout>;

/// Row cuts of a new frame, from its numbers of rows and columns only, so that the same data is cut
/// alike however it came: 64 Ki rows, halved while a group exceeds 64 Mi cells (not below 256), and
/// halved to 4 Ki at least while there are fewer than 8 groups. Always at least one group.
std::vector<std::int64_t> row_cuts(std::int64_t rows, std::int64_t columns);

}  // namespace neve::frame
