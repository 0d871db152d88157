#include "munge/rows_by_group.hpp"

#include <vector>

#include <gtest/gtest.h>

#include <neve/base/rng.hpp>

namespace neve::munge {
namespace {

frame::Layout layout_of(std::vector<std::int64_t> cuts) {
  frame::Layout layout;
  layout.cuts = std::move(cuts);
  return layout;
}

/// Each row is where its part says, and the lists hold the rows in their order.
void check(const frame::Layout& layout, const std::vector<std::int64_t>& rows) {
  const RowsByGroup found(layout, rows);
  const std::size_t parts = found.groups().size();
  ASSERT_GE(parts, 1U);
  std::vector<bool> is_whole(parts, true);
  const RowPlaces whole = found.places(is_whole);
  is_whole[0] = false;
  const RowPlaces listed = found.places(is_whole);
  std::vector<std::size_t> next(parts, 0);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::size_t part = whole.part[i];
    ASSERT_EQ(listed.part[i], part);
    if (rows[i] < 0) {
      ASSERT_EQ(part, parts);
      ASSERT_EQ(whole.at[i], 0U);
      continue;
    }
    ASSERT_LT(part, parts);
    ASSERT_EQ(layout.first_row(found.groups()[part]) + whole.at[i], rows[i]);
    ASSERT_EQ(found.rows_of(part)[next[part]], whole.at[i]);
    ASSERT_EQ(listed.at[i], part == 0 ? next[part] : whole.at[i]);
    ++next[part];
  }
  for (std::size_t part = 0; part < parts; ++part) {
    ASSERT_EQ(found.rows_of(part).size(), next[part]);
  }
}

/// Rows of [0, count) with some gaps.
std::vector<std::int64_t> draw(std::int64_t count, std::size_t rows) {
  const CounterRng rng(7, 3);
  std::vector<std::int64_t> drawn(rows);
  for (std::size_t i = 0; i < rows; ++i) {
    drawn[i] = static_cast<std::int64_t>(rng.uniform(i) * static_cast<double>(count + 9)) - 9;
    if (drawn[i] < 0) drawn[i] = -1;
  }
  return drawn;
}

TEST(RowsByGroup, FindsRowsOfEvenAndUnevenCuts) {
  for (const auto& cuts : std::vector<std::vector<std::int64_t>>{{0, 300},
                                                                 {0, 256, 512, 768, 900},
                                                                 {0, 256, 512},
                                                                 {0, 200, 400, 450},
                                                                 {0, 64, 64, 300},
                                                                 {0, 64, 200}}) {
    const frame::Layout layout = layout_of(cuts);
    check(layout, draw(layout.rows(), 2000));
    check(layout, draw(layout.rows() / 2, 40));
    check(layout, {layout.rows() - 1});
    check(layout, {-1, -1});
    check(layout, {});
  }
}

TEST(RowsByGroup, RefusesRowsBehindTheLast) {
  const std::vector<std::int64_t> rows = {0, 300};
  EXPECT_ANY_THROW(RowsByGroup(layout_of({0, 300}), rows));
}

}  // namespace
}  // namespace neve::munge
