#include <algorithm>

#include <neve/munge/group_by.hpp>
#include <neve/munge/order.hpp>
#include <neve/munge/rows.hpp>

#include "rapids/evaluation.hpp"
#include "rapids/factors.hpp"

namespace neve::rapids::prims {
namespace {

using munge::ExpressionPtr;

/// The frame with its groups one after the other, each in its rows' old order, and their sizes.
struct SortedGroups {
  frame::Frame frame;
  munge::Groups groups;
};

SortedGroups sorted_groups(Evaluation& evaluation, const LazyFrame& source,
                           const std::vector<ExpressionPtr>& keys) {
  LazyFrame with_keys = source;
  with_keys.key.clear();
  for (const ExpressionPtr& key : keys) with_keys.add("", key);
  const frame::Frame made = evaluation.materialise(with_keys);
  std::vector<munge::SortKey> order;
  for (std::size_t c = source.width(); c < made.columns.size(); ++c) {
    order.push_back({.column = made.columns[c]});
  }
  SortedGroups sorted{
      .frame = munge::sort(evaluation.engine(), made, order, evaluation.token()),
      .groups = munge::group_by(evaluation.engine(), made.layout, keys, {}, evaluation.token())};
  sorted.frame.names.resize(source.width());
  sorted.frame.columns.resize(source.width());
  return sorted;
}

/// What the function says of a group, as numbers.
std::vector<double> figures(Arguments& arguments, const Value& value) {
  if (const auto* number = std::get_if<double>(&value)) return {*number};
  if (const auto* list = std::get_if<NumberList>(&value)) return list->expand();
  const auto* frame = std::get_if<LazyFrame>(&value);
  if (frame == nullptr) {
    arguments.fail(2, "the function must give a number or a frame of one row, not " +
                          std::string(kind_name(value)) + ".");
  }
  if (frame->rows() != 1) {
    arguments.fail(2, "the function must give a frame of one row, found " +
                          std::to_string(frame->rows()) + ".");
  }
  std::vector<double> cells;
  for (const ExpressionPtr& column : frame->columns) {
    if (column->type == frame::ColumnType::string || column->type == frame::ColumnType::uuid) {
      arguments.fail(2, "the function gives a frame with texts; it must give numbers.");
    }
    cells.push_back(munge::collect(arguments.evaluation().engine(), frame->layout, column).at(0));
  }
  return cells;
}

/// The figures of all groups, group by group; all have as many.
std::vector<std::vector<double>> apply_to_groups(Arguments& arguments, const SortedGroups& sorted) {
  Evaluation& evaluation = arguments.evaluation();
  const auto* function = arguments.get<Function>(2);
  std::vector<std::vector<double>> all;
  std::int64_t first = 0;
  for (const std::int64_t rows : sorted.groups.rows) {
    const frame::Frame group = munge::slice(evaluation.engine(), sorted.frame, first, rows);
    all.push_back(figures(arguments, evaluation.call(*function, {lazy(group)})));
    if (all.back().size() != all.front().size()) {
      arguments.fail(2, "the function gives " + std::to_string(all.front().size()) +
                            " figures of one group and " + std::to_string(all.back().size()) +
                            " of another.");
    }
    first += rows;
  }
  return all;
}

Value by_groups(Arguments& arguments) {
  Evaluation& evaluation = arguments.evaluation();
  const LazyFrame& frame = arguments.frame(0);
  const auto by = arguments.column_positions(1, frame);
  if (by.empty()) arguments.fail(1, "expected columns to group by.");
  if (arguments.get<Function>(2) == nullptr) arguments.fail(2, "expected a function.");
  std::vector<ExpressionPtr> keys;
  for (const std::size_t c : by) {
    const ExpressionPtr& e = frame.columns[c];
    keys.push_back(e->type == frame::ColumnType::string ? factor_of(evaluation, frame.layout, e)
                                                        : e);
  }
  const SortedGroups sorted = sorted_groups(evaluation, frame, keys);
  const auto found = apply_to_groups(arguments, sorted);
  std::vector<Evaluation::NewColumn> columns;
  for (std::size_t k = 0; k < by.size(); ++k) {
    columns.push_back({.name = frame.names[by[k]], .domain = keys[k]->domain});
    if (keys[k]->type == frame::ColumnType::time) columns.back().type = keys[k]->type;
    for (std::size_t g = 0; g < found.size(); ++g) {
      columns.back().numbers.push_back(sorted.groups.key(g, k));
    }
  }
  const std::size_t count = found.empty() ? 1 : found.front().size();
  for (std::size_t i = 0; i < count; ++i) {
    columns.push_back({.name = "ddply_C" + std::to_string(i + 1)});
    for (const auto& cells : found) columns.back().numbers.push_back(cells[i]);
  }
  return evaluation.new_frame(columns);
}

}  // namespace

const PrimGroup& ddply() {
  static const PrimGroup kGroup{{
      {{"ddply"},
       "frame by function",
       "Applies a function to the rows of each group; a row of its figures for each.",
       by_groups},
  }};
  return kGroup;
}

}  // namespace neve::rapids::prims
