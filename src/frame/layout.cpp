#include <neve/frame/layout.hpp>

#include <algorithm>

#include <neve/base/error.hpp>

namespace neve::frame {

GroupIndex Layout::group_of(std::int64_t row) const {
  NEVE_CHECK(row >= 0 && row < rows());
  // The last cut at or before the row; empty groups share a cut with their successor.
  const auto after = std::ranges::upper_bound(cuts, row);
  return GroupIndex(static_cast<std::int32_t>(after - cuts.begin() - 1));
}

std::vector<std::int64_t> row_cuts(std::int64_t rows, std::int64_t columns) {
  constexpr std::int64_t kMostRows = std::int64_t{64} << 10U;
  constexpr std::int64_t kMostCells = std::int64_t{64} << 20U;
  constexpr std::int64_t kFewestRowsWide = 256;
  constexpr std::int64_t kFewestRows = std::int64_t{4} << 10U;
  constexpr std::int64_t kWantedGroups = 8;
  std::int64_t each = kMostRows;
  while (each > kFewestRowsWide && each * columns > kMostCells) each /= 2;
  while (each > kFewestRows && (rows + each - 1) / each < kWantedGroups) each /= 2;
  std::vector<std::int64_t> cuts;
  for (std::int64_t row = 0; row < rows; row += each) cuts.push_back(row);
  if (cuts.empty()) cuts.push_back(0);
  cuts.push_back(rows);
  return cuts;
}

}  // namespace neve::frame
