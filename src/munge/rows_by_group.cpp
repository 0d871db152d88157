#include "munge/rows_by_group.hpp"

#include <algorithm>
#include <bit>
#include <functional>
#include <optional>

#include <neve/base/error.hpp>

namespace neve::munge {
namespace {

/// The groups of a layout whose cuts are even, as most are: a row number is shifted.
struct EvenCuts {
  int shift = 0;
  static std::optional<EvenCuts> of(const frame::Layout& layout) {
    constexpr int kAll = 62;  // one group has every row
    if (layout.groups() == 1) return EvenCuts{kAll};
    const auto each = static_cast<std::uint64_t>(layout.cuts[1]);
    if (!std::has_single_bit(each)) return std::nullopt;
    for (std::int32_t g = 0; g < layout.groups(); ++g) {
      const std::int64_t rows = layout.rows_of(GroupIndex(g));
      const bool is_last = g + 1 == layout.groups();
      if (is_last ? rows > layout.cuts[1] : rows != layout.cuts[1]) return std::nullopt;
    }
    return EvenCuts{std::countr_zero(each)};
  }
};

}  // namespace

void RowsByGroup::find(const frame::Layout& layout, std::span<const std::int64_t> rows) {
  const auto none = static_cast<std::uint32_t>(layout.groups());
  std::uint32_t* const part = places_.part.data();
  std::uint32_t* const at = places_.at.data();
  const std::int64_t last = rows.empty() ? -1 : std::ranges::max(rows);
  NEVE_CHECK(last < layout.rows());
  if (const auto even = EvenCuts::of(layout)) {
    const std::int64_t within = (std::int64_t{1} << even->shift) - 1;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const std::int64_t row = rows[i];
      part[i] = row < 0 ? none : static_cast<std::uint32_t>(row >> even->shift);
      at[i] = row < 0 ? 0 : static_cast<std::uint32_t>(row & within);
    }
    return;
  }
  for (std::size_t i = 0; i < rows.size(); ++i) {
    part[i] = none;
    if (rows[i] < 0) continue;
    const GroupIndex group = layout.group_of(rows[i]);
    part[i] = static_cast<std::uint32_t>(group.value());
    at[i] = static_cast<std::uint32_t>(rows[i] - layout.first_row(group));
  }
}

RowsByGroup::RowsByGroup(const frame::Layout& layout, std::span<const std::int64_t> rows) {
  places_.part.resize(rows.size());
  places_.at.resize(rows.size());
  find(layout, rows);
  const auto count = static_cast<std::size_t>(layout.groups());
  std::vector<std::uint8_t> wanted(count + 1);
  for (const std::uint32_t part : places_.part) wanted[part] = 1;
  wanted[count] = 0;
  if (std::ranges::count(wanted, 1) == 0) wanted[0] = 1;
  std::vector<std::uint32_t> slot(count + 1);
  for (std::size_t g = 0; g < count; ++g) {
    slot[g] = static_cast<std::uint32_t>(groups_.size());
    if (wanted[g] != 0) groups_.emplace_back(static_cast<std::int32_t>(g));
  }
  slot[count] = static_cast<std::uint32_t>(groups_.size());
  if (groups_.size() == count) return;
  for (std::uint32_t& part : places_.part) part = slot[part];
}

std::span<const std::uint32_t> RowsByGroup::rows_of(std::size_t i) const {
  if (rows_of_.empty()) {
    rows_of_.resize(groups_.size());
    for (std::size_t row = 0; row < places_.part.size(); ++row) {
      const std::uint32_t part = places_.part[row];
      if (part < groups_.size()) rows_of_[part].push_back(places_.at[row]);
    }
  }
  return rows_of_[i];
}

RowPlaces RowsByGroup::places(const std::vector<bool>& is_whole) const {
  RowPlaces places = places_;
  if (std::ranges::all_of(is_whole, std::identity())) return places;
  std::vector<std::uint32_t> next(is_whole.size(), 0);
  for (std::size_t i = 0; i < places.part.size(); ++i) {
    const std::uint32_t part = places.part[i];
    if (part < is_whole.size() && !is_whole[part]) places.at[i] = next[part]++;
  }
  return places;
}

}  // namespace neve::munge
