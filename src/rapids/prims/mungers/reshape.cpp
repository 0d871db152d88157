#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include <neve/base/java_number.hpp>
#include <neve/munge/order.hpp>
#include <neve/munge/rows.hpp>

#include "rapids/elementwise.hpp"
#include "rapids/factors.hpp"
#include "rapids/text_work.hpp"

namespace neve::rapids::prims {
namespace {

using munge::ExpressionPtr;

/// The rows of one column with the largest (or smallest) values, a share of all, best first.
Value top_rows(Arguments& arguments) {
  Evaluation& evaluation = arguments.evaluation();
  const LazyFrame& frame = arguments.frame(0);
  const auto columns = arguments.column_positions(1, frame);
  const double percent = arguments.number(2);
  if (columns.size() != 1) arguments.fail(1, "expected one column.");
  if (!(percent > 0 && percent <= 100)) arguments.fail(2, "expected a percentage above 0.");
  const ExpressionPtr& e = frame.columns[columns[0]];
  if (!is_number_like(e)) arguments.fail(1, "expected a numeric column.");
  const bool largest = arguments.number(3) >= 0;
  const frame::Frame made = evaluation.materialise(frame.select({columns[0]}));
  const std::vector<munge::SortKey> keys = {{made.columns[0], !largest}};
  const auto order = munge::sorted_rows(evaluation.engine(), made.layout, keys, evaluation.token());
  const auto values =
      munge::collect(evaluation.engine(), made.layout, munge::column_of(made.columns[0]));
  const auto wanted =
      static_cast<std::size_t>(std::nearbyint(percent / 100 * static_cast<double>(order.size())));
  Evaluation::NewColumn rows{.name = "Original_Row_Indices"};
  Evaluation::NewColumn best{.name = made.names[0]};
  for (std::size_t i = 0; i < order.size() && best.numbers.size() < wanted; ++i) {
    const double v = values[static_cast<std::size_t>(order[i])];
    if (std::isnan(v)) continue;
    rows.numbers.push_back(static_cast<double>(order[i]));
    best.numbers.push_back(v);
  }
  return evaluation.new_frame({rows, best});
}

/// The columns of values that are melted: those given, or all that identify nothing.
std::vector<std::size_t> melted_columns(Arguments& arguments, const LazyFrame& frame,
                                        const std::vector<std::size_t>& ids) {
  std::vector<std::size_t> values;
  if (arguments.is_empty_list(2)) {
    for (std::size_t c = 0; c < frame.width(); ++c) {
      if (std::ranges::find(ids, c) == ids.end()) values.push_back(c);
    }
  } else {
    values = arguments.column_positions(2, frame);
  }
  if (values.empty()) arguments.fail(2, "expected at least one column of values.");
  for (const std::size_t c : values) {
    if (!is_number_like(frame.columns[c])) arguments.fail(2, "columns of values must be numeric.");
  }
  return values;
}

/// Rows of `parts` frames of equal length, which lie one below the other, in the order of the rows
/// of each: the first rows of all, then the second ones.
frame::Frame interleaved(Evaluation& evaluation, const frame::Frame& stacked, std::size_t parts) {
  mr::Engine& engine = evaluation.engine();
  const auto width = static_cast<std::int64_t>(stacked.columns.size());
  const auto layout = engine.new_layout(frame::row_cuts(stacked.rows(), width));
  const auto count = munge::constant_of(static_cast<double>(parts));
  const auto rows_of_part =
      munge::constant_of(static_cast<double>(stacked.rows()) / static_cast<double>(parts));
  auto row = std::make_shared<munge::Expression>();
  row->op = munge::Op::row_number;
  const auto part = munge::binary(munge::Op::modulo, row, count);
  const auto within = munge::binary(munge::Op::integer_divide, row, count);
  const auto index =
      munge::binary(munge::Op::add, munge::binary(munge::Op::multiply, part, rows_of_part), within);
  const auto rows = munge::evaluate(engine, layout, {&index, 1}, evaluation.token());
  return munge::gather(engine, stacked, {layout, rows[0]}, evaluation.token());
}

/// Wide columns become rows of (identifiers, name of the column, value), row by row.
Value melt(Arguments& arguments) {
  Evaluation& evaluation = arguments.evaluation();
  const LazyFrame& frame = arguments.frame(0);
  const auto ids = arguments.column_positions(1, frame);
  const auto values = melted_columns(arguments, frame, ids);
  frame::Domain domain;
  domain.reserve(values.size());
  for (const std::size_t c : values) domain.push_back(frame.names[c]);
  const auto names = std::make_shared<const frame::Domain>(std::move(domain));
  std::vector<frame::Frame> parts;
  for (std::size_t i = 0; i < values.size(); ++i) {
    LazyFrame part = frame.select(ids);
    part.add(arguments.text(3), munge::retyped(munge::constant_of(static_cast<double>(i)),
                                               frame::ColumnType::categorical, names));
    part.add(arguments.text(4), frame.columns[values[i]]);
    parts.push_back(evaluation.materialise(part));
  }
  frame::Frame made = munge::bind_rows(evaluation.engine(), parts);
  if (parts.size() > 1) made = interleaved(evaluation, made, parts.size());
  if (!arguments.flag(5)) return lazy(made);
  const auto missing = munge::unary(munge::Op::is_missing, munge::column_of(made.columns.back()));
  const auto present = munge::unary(munge::Op::logical_not, missing);
  return lazy(munge::filter(evaluation.engine(), {present, made}, evaluation.token()));
}

/// Long rows become one row per index and one column per value of another column.
Value pivot(Arguments& arguments) {
  Evaluation& evaluation = arguments.evaluation();
  const LazyFrame& frame = arguments.frame(0);
  std::vector<ExpressionPtr> columns;
  std::vector<std::vector<double>> cells;
  for (std::size_t i = 1; i <= 3; ++i) {
    const std::size_t at = arguments.column_position(i, frame);
    if (frame.columns[at]->type == frame::ColumnType::string) {
      arguments.fail(i, "columns of strings cannot be pivoted; use as.factor first.");
    }
    columns.push_back(frame.columns[at]);
    cells.push_back(munge::collect(evaluation.engine(), frame.layout, columns.back()));
  }
  std::map<double, std::size_t> index;
  std::map<double, std::vector<double>> by_column;
  for (const double v : cells[0]) {
    if (!std::isnan(v)) index.emplace(v, 0);
  }
  std::size_t next = 0;
  for (auto& [value, place] : index) place = next++;
  for (std::size_t row = 0; row < cells[0].size(); ++row) {
    if (std::isnan(cells[0][row]) || std::isnan(cells[1][row])) continue;
    auto& column = by_column[cells[1][row]];
    column.resize(index.size(), std::nan(""));
    column[index.at(cells[0][row])] = cells[2][row];
  }
  std::vector<Evaluation::NewColumn> made = {
      {.name = arguments.text(1), .domain = columns[0]->domain}};
  if (columns[0]->type == frame::ColumnType::time) made[0].type = frame::ColumnType::time;
  for (const auto& [value, place] : index) made[0].numbers.push_back(value);
  made.reserve(1 + by_column.size());
  for (auto& [value, column] : by_column) {
    const std::string name = columns[1]->domain
                                 ? (*columns[1]->domain)[static_cast<std::size_t>(value)]
                                 : number_text(value);
    made.push_back({.name = name, .numbers = std::move(column), .domain = columns[2]->domain});
  }
  return evaluation.new_frame(made);
}

/// Keys of the columns, ascending but where the list of directions says -1.
std::vector<munge::SortKey> sort_keys(const frame::Frame& frame,
                                      const std::vector<std::size_t>& columns,
                                      const std::vector<std::int64_t>& directions) {
  std::vector<munge::SortKey> keys;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    keys.push_back({frame.columns[columns[i]], i >= directions.size() || directions[i] != -1});
  }
  return keys;
}

/// Ranks from 1 of the sorted rows within their groups; a row with a missing value in a column that
/// it is sorted by has none.
std::vector<double> ranks_of(Evaluation& evaluation, const LazyFrame& sorted,
                             const std::vector<std::size_t>& by,
                             const std::vector<std::size_t>& order) {
  const auto cells_of = [&](const std::vector<std::size_t>& columns) {
    std::vector<std::vector<double>> cells;
    for (const std::size_t c : columns) {
      cells.push_back(munge::collect(evaluation.engine(), sorted.layout, sorted.columns[c]));
    }
    return cells;
  };
  const auto groups = cells_of(by);
  const auto ordered = cells_of(order);
  std::vector<double> ranks(static_cast<std::size_t>(sorted.rows()), std::nan(""));
  double rank = 0;
  for (std::size_t row = 0; row < ranks.size(); ++row) {
    const bool same =
        row > 0 && std::ranges::all_of(groups, [&](const std::vector<double>& v) {
          return v[row - 1] == v[row] || (std::isnan(v[row - 1]) && std::isnan(v[row]));
        });
    if (!same) rank = 0;
    const auto missing = [row](const std::vector<double>& v) { return std::isnan(v[row]); };
    if (std::ranges::none_of(ordered, missing)) ranks[row] = ++rank;
  }
  return ranks;
}

/// The rows sorted by groups, then by some columns, with their ranks within the groups behind them;
/// if wished sorted by those columns again, groups among each other.
Value rank_in_groups(Arguments& arguments) {
  Evaluation& evaluation = arguments.evaluation();
  const LazyFrame& source = arguments.frame(0);
  const auto by = arguments.column_positions(1, source);
  const auto order = arguments.column_positions(2, source);
  const auto directions = arguments.numbers(3).expand_integers();
  if (order.empty()) arguments.fail(2, "expected columns to rank by.");
  for (const auto* columns : {&by, &order}) {
    for (const std::size_t c : *columns) {
      if (source.columns[c]->type != frame::ColumnType::string) continue;
      arguments.fail(columns == &by ? 1 : 2,
                     source.names[c] + " has strings; use as.factor first.");
    }
  }
  const frame::Frame frame = evaluation.materialise(source);
  std::vector<munge::SortKey> keys = sort_keys(frame, by, {});
  const auto order_keys = sort_keys(frame, order, directions);
  keys.insert(keys.end(), order_keys.begin(), order_keys.end());
  frame::Frame sorted = munge::sort(evaluation.engine(), frame, keys, evaluation.token());
  const auto ranks = ranks_of(evaluation, lazy(sorted), by, order);
  const auto column = munge::sequential(evaluation.engine(), sorted.layout, munge::constant_of(0),
                                        [&](std::vector<double>& cells) { cells = ranks; });
  sorted.key.clear();
  sorted.add(arguments.text(4), column);
  if (!arguments.flag(5)) return lazy(sorted);
  return lazy(munge::sort(evaluation.engine(), sorted, sort_keys(sorted, order, directions),
                          evaluation.token()));
}

}  // namespace

const PrimGroup& reshape() {
  static const PrimGroup kGroup{{
      {{"topn"},
       "frame column percent mode",
       "Rows with the largest or smallest values.",
       top_rows},
      {{"melt"},
       "frame identifiers values variable_name value_name skip_missing",
       "Wide columns become long rows.",
       melt},
      {{"pivot"}, "frame index column value", "Long rows become wide columns.", pivot},
      {{"rank_within_groupby"},
       "frame by columns directions name sorted",
       "Ranks within groups.",
       rank_in_groups},
  }};
  return kGroup;
}

}  // namespace neve::rapids::prims
