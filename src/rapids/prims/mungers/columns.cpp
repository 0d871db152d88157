#include <algorithm>

#include "rapids/evaluation.hpp"

namespace neve::rapids::prims {
namespace {

/// Negative numbers leave columns out: -1 is the first.
std::vector<std::size_t> excluded(Arguments& arguments, const std::vector<std::int64_t>& columns,
                                  const LazyFrame& of) {
  std::vector<std::size_t> kept;
  if (std::ranges::any_of(columns, [](std::int64_t c) { return c >= 0; })) {
    arguments.fail(1, "Cannot mix negative and positive column selection.");
  }
  for (std::size_t c = 0; c < of.width(); ++c) {
    const auto number = -static_cast<std::int64_t>(c) - 1;
    if (std::ranges::find(columns, number) == columns.end()) kept.push_back(c);
  }
  return kept;
}

const LazyFrame& cells(Arguments& arguments) {
  const auto* row = arguments.get<Row>(0);
  return row != nullptr ? row->cells : arguments.frame(0);
}

Value shaped(Arguments& arguments, LazyFrame picked) {
  if (arguments.get<Row>(0) != nullptr) return Row{std::move(picked)};
  return picked;
}

Value columns_r(Arguments& arguments) {
  const LazyFrame& of = cells(arguments);
  const std::vector<std::int64_t> wanted = arguments.columns(1, of);
  if (!wanted.empty() && wanted[0] < 0) {
    return shaped(arguments, of.select(excluded(arguments, wanted, of)));
  }
  return shaped(arguments, of.select(arguments.column_positions(1, of)));
}

Value columns_py(Arguments& arguments) {
  const LazyFrame& of = cells(arguments);
  const auto width = static_cast<std::int64_t>(of.width());
  std::vector<std::size_t> kept;
  for (std::int64_t column : arguments.columns(1, of)) {
    if (column < 0) column += width;
    const bool there = column >= 0 && column < width;
    if (!there && arguments.get<double>(1) != nullptr) {
      arguments.fail(1, "Column must be an integer from 0 to " + std::to_string(width - 1) + ".");
    }
    if (there) kept.push_back(static_cast<std::size_t>(column));
  }
  return shaped(arguments, of.select(kept));
}

}  // namespace

const PrimGroup& columns() {
  static const PrimGroup kGroup{{
      {{"cols"}, "frame columns", "Picks columns; negative numbers leave out.", columns_r},
      {{"cols_py"},
       "frame columns",
       "Picks columns; negative numbers count from the end.",
       columns_py},
  }};
  return kGroup;
}

}  // namespace neve::rapids::prims
