#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include <neve/munge/group_by.hpp>
#include <neve/munge/rows.hpp>

#include "rapids/ast.hpp"
#include "rapids/elementwise.hpp"
#include "rapids/letter_case.hpp"
#include "rapids/text_work.hpp"

namespace neve::rapids::prims {
namespace {

using frame::ColumnType;
using munge::ExpressionPtr;
using munge::Op;

/// What the missing cells of a column of a frame become.
enum class Method { mean, median, mode };

Method method_of(Arguments& arguments) {
  const std::string name = lower_case(arguments.word(2));
  if (name == "mean") return Method::mean;
  if (name == "median") return Method::median;
  if (name == "mode") return Method::mode;
  arguments.fail(2, "Method must be one of mean, median or mode, not " + name + ".");
}

munge::Interpolation combine_of(Arguments& arguments) {
  const std::string name = lower_case(arguments.word(3));
  if (name == "average") return munge::Interpolation::average;
  if (name == "low") return munge::Interpolation::low;
  if (name == "high") return munge::Interpolation::high;
  return munge::Interpolation::interpolate;
}

/// The most frequent value among rows given as (value, rows), the first of equals.
double most_frequent(const std::map<double, std::int64_t>& rows) {
  double best = std::nan("");
  std::int64_t most = 0;
  for (const auto& [value, count] : rows) {
    if (count > most) best = value;
    most = std::max(most, count);
  }
  return best;
}

double fill_value(Arguments& arguments, const LazyFrame& frame, const ExpressionPtr& e) {
  mr::Engine& engine = arguments.evaluation().engine();
  Method method = method_of(arguments);
  if (e->type == ColumnType::string || e->type == ColumnType::uuid) return std::nan("");
  if (e->type == ColumnType::categorical) method = Method::mode;
  if (method == Method::mean) {
    const auto r = munge::reduce(engine, frame.layout, {&e, 1})[0];
    return r.present() == 0 ? std::nan("") : r.mean;
  }
  constexpr double kHalf = 0.5;
  if (method == Method::median) {
    return munge::quantiles(engine, frame.layout, e, {&kHalf, 1}, combine_of(arguments))[0];
  }
  const auto groups = munge::group_by(engine, frame.layout, {&e, 1}, {});
  std::map<double, std::int64_t> rows;
  for (std::size_t g = 0; g < groups.size(); ++g) {
    if (!std::isnan(groups.key(g, 0))) rows[groups.key(g, 0)] = groups.rows[g];
  }
  return most_frequent(rows);
}

ExpressionPtr filled(const ExpressionPtr& e, const ExpressionPtr& by) {
  const auto made = munge::choose(Op::pick, munge::unary(Op::is_missing, e), by, e);
  return munge::retyped(made, e->type, e->domain);
}

using Tuple = std::vector<double>;

/// Missing key cells are equal to each other.
Tuple key_tuple(const munge::Groups& groups, std::size_t g, std::size_t keys) {
  Tuple tuple;
  for (std::size_t k = 0; k < keys; ++k) {
    const double v = groups.key(g, k);
    tuple.push_back(std::isnan(v) ? -HUGE_VAL : v);
  }
  return tuple;
}

/// The values that fill a column by the tuples of keys.
using TupleValues = std::map<Tuple, double>;

/// The value that fills a column in each group.
TupleValues group_values(Arguments& arguments, const LazyFrame& frame,
                         const std::vector<ExpressionPtr>& keys, const ExpressionPtr& e) {
  Method method = method_of(arguments);
  if (e->type == ColumnType::categorical) method = Method::mode;
  mr::Engine& engine = arguments.evaluation().engine();
  TupleValues values;
  if (method == Method::mean) {
    const auto groups = munge::group_by(engine, frame.layout, keys, {&e, 1});
    for (std::size_t g = 0; g < groups.size(); ++g) {
      const munge::Reduced& r = groups.figure(g, 0);
      values[key_tuple(groups, g, keys.size())] = r.present() == 0 ? std::nan("") : r.mean;
    }
    return values;
  }
  std::vector<ExpressionPtr> with_value = keys;
  with_value.push_back(e);
  const auto groups = munge::group_by(engine, frame.layout, with_value, {});
  std::map<Tuple, std::map<double, std::int64_t>> rows;
  for (std::size_t g = 0; g < groups.size(); ++g) {
    auto& of = rows[key_tuple(groups, g, keys.size())];
    const double v = groups.key(g, keys.size());
    if (!std::isnan(v)) of[v] = groups.rows[g];
  }
  for (const auto& [tuple, counts] : rows) {
    std::vector<double> all;
    for (const auto& [value, n] : counts) all.insert(all.end(), static_cast<std::size_t>(n), value);
    const std::size_t n = all.size();
    const double median = n == 0 ? std::nan("") : (all[(n - 1) / 2] + all[n / 2]) / 2;
    values[tuple] = method == Method::mode ? most_frequent(counts) : median;
  }
  return values;
}

/// The keys of a frame, and what its rows have there; missing cells as in key_tuple.
struct Keys {
  std::vector<std::size_t> columns;
  std::vector<ExpressionPtr> expressions;
  std::vector<std::vector<double>> cells;

  [[nodiscard]] Tuple at(std::size_t row) const {
    Tuple tuple;
    for (const std::vector<double>& column : cells) {
      tuple.push_back(std::isnan(column[row]) ? -HUGE_VAL : column[row]);
    }
    return tuple;
  }
};

Keys keys_of(Evaluation& evaluation, const LazyFrame& frame, std::vector<std::size_t> columns) {
  Keys keys{.columns = std::move(columns), .expressions = {}, .cells = {}};
  for (const std::size_t c : keys.columns) {
    keys.expressions.push_back(frame.columns[c]);
    keys.cells.push_back(munge::collect(evaluation.engine(), frame.layout, frame.columns[c]));
  }
  return keys;
}

ExpressionPtr filled_by_groups(Evaluation& evaluation, const frame::LayoutPtr& layout,
                               const ExpressionPtr& e, const Keys& keys,
                               const TupleValues& values) {
  const auto fill = [&](std::vector<double>& cells) {
    for (std::size_t row = 0; row < cells.size(); ++row) {
      if (!std::isnan(cells[row])) continue;
      const auto at = values.find(keys.at(row));
      if (at != values.end()) cells[row] = at->second;
    }
  };
  return munge::column_of(munge::sequential(evaluation.engine(), layout, e, fill));
}

/// The groups with what filled each column, as a frame.
LazyFrame impute_by_groups(Arguments& arguments, LazyFrame& frame,
                           const std::vector<std::size_t>& columns,
                           const std::vector<std::size_t>& by) {
  Evaluation& evaluation = arguments.evaluation();
  const Keys keys = keys_of(evaluation, frame, by);
  std::vector<Evaluation::NewColumn> made;
  for (const std::size_t c : columns) {
    const ExpressionPtr e = frame.columns[c];
    const TupleValues values = group_values(arguments, frame, keys.expressions, e);
    for (std::size_t k = 0; k < by.size() && made.size() < by.size(); ++k) {
      made.push_back({.name = frame.names[by[k]], .domain = keys.expressions[k]->domain});
      for (const auto& [tuple, value] : values) {
        made.back().numbers.push_back(std::isinf(tuple[k]) ? std::nan("") : tuple[k]);
      }
    }
    made.push_back({.name = frame.names[c], .domain = e->domain});
    for (const auto& [tuple, value] : values) made.back().numbers.push_back(value);
    frame.columns[c] = filled_by_groups(evaluation, frame.layout, e, keys, values);
  }
  return evaluation.new_frame(made);
}

/// Whether an argument is left out by the name _.
bool is_left_out(Arguments& arguments, std::size_t i) {
  const AstPtr& ast = arguments.ast(i);
  return ast != nullptr && ast->name() != nullptr && *ast->name() == "_";
}

/// Fills columns with what an earlier call found for groups: columns of keys, by name, and last the
/// values. Gives the groups back.
LazyFrame impute_from_groups(Arguments& arguments, LazyFrame& frame,
                             const std::vector<std::size_t>& columns) {
  Evaluation& evaluation = arguments.evaluation();
  const LazyFrame& groups = arguments.coded_frame(5);
  if (groups.width() < 2) arguments.fail(5, "expected columns of keys and one of values.");
  std::vector<std::size_t> by;
  std::vector<std::vector<double>> cells;
  for (std::size_t c = 0; c < groups.width(); ++c) {
    ExpressionPtr column = groups.columns[c];
    if (c + 1 < groups.width()) {
      const auto at = std::ranges::find(frame.names, groups.names[c]);
      if (at == frame.names.end()) {
        arguments.fail(5, "the frame has no column " + groups.names[c] + " to look groups up by.");
      }
      by.push_back(static_cast<std::size_t>(at - frame.names.begin()));
      const ExpressionPtr& own = frame.columns[by.back()];
      if (column->type != own->type) {
        arguments.fail(5, "column " + groups.names[c] + " has another type in the frame.");
      }
      if (own->domain) column = recoded(column, *own->domain);
    }
    cells.push_back(munge::collect(evaluation.engine(), groups.layout, column));
  }
  TupleValues values;
  for (std::size_t row = 0; row < cells.back().size(); ++row) {
    Tuple tuple;
    for (std::size_t k = 0; k < by.size(); ++k) {
      tuple.push_back(std::isnan(cells[k][row]) ? -HUGE_VAL : cells[k][row]);
    }
    values[tuple] = cells.back()[row];
  }
  const Keys keys = keys_of(evaluation, frame, by);
  for (const std::size_t c : columns) {
    frame.columns[c] = filled_by_groups(evaluation, frame.layout, frame.columns[c], keys, values);
  }
  return groups;
}

/// The value as it stands for a cell of the column: a number, or the code of a level.
double cell_of(Arguments& arguments, const ExpressionPtr& column, const std::string& text) {
  if (column->domain) {
    const auto at = std::ranges::find(*column->domain, text);
    if (at != column->domain->end()) return static_cast<double>(at - column->domain->begin());
  } else if (is_number_like(column)) {
    const TextWork work{.kind = TextWork::Kind::number};
    const double number = TextWorker(work).number(text);
    if (!std::isnan(number)) return number;
  }
  arguments.fail(6, "'" + text + "' is no value of its column.");
}

/// The values that are given, one for each column; missing where there are fewer.
std::vector<double> given_values(Arguments& arguments, const LazyFrame& frame) {
  std::vector<double> values;
  if (const auto* texts = arguments.get<StringList>(6)) {
    for (std::size_t c = 0; c < std::min(texts->size(), frame.width()); ++c) {
      values.push_back(cell_of(arguments, frame.columns[c], (*texts)[c]));
    }
  } else {
    values = arguments.numbers(6).expand();
  }
  values.resize(frame.width(), std::nan(""));
  return values;
}

/// Fills missing cells of a frame of the catalogue in place.
Value impute_apply(Arguments& arguments) {
  Evaluation& evaluation = arguments.evaluation();
  LazyFrame frame = arguments.frame(0);
  const std::string key = frame.key;
  const std::int64_t column = arguments.integer(1);
  if (column < -1 || column >= static_cast<std::int64_t>(frame.width())) {
    arguments.fail(1, "Column not -1 or in range 0 to " + std::to_string(frame.width()) + ".");
  }
  const auto by = arguments.column_positions(4, frame);
  for (const std::size_t c : by) {
    if (frame.columns[c]->type != ColumnType::string) continue;
    arguments.fail(4, "columns of strings are no groups; use as.factor first.");
  }
  std::vector<std::size_t> columns;
  for (std::size_t c = 0; c < frame.width(); ++c) {
    const bool key_column = std::ranges::find(by, c) != by.end();
    const bool textual = frame.columns[c]->type == ColumnType::string;
    if (column == static_cast<std::int64_t>(c) || (column == -1 && !key_column && !textual)) {
      columns.push_back(c);
    }
  }
  const bool from_groups = !is_left_out(arguments, 5);
  if (from_groups || !by.empty()) {
    Value imputed = from_groups ? impute_from_groups(arguments, frame, columns)
                                : impute_by_groups(arguments, frame, columns, by);
    evaluation.replace(key, frame);
    return imputed;
  }
  std::vector<double> values(frame.width(), std::nan(""));
  if (!is_left_out(arguments, 6) && !arguments.is_empty_list(6)) {
    values = given_values(arguments, frame);
    columns.resize(frame.width());
    std::iota(columns.begin(), columns.end(), 0);
  } else {
    for (const std::size_t c : columns) values[c] = fill_value(arguments, frame, frame.columns[c]);
  }
  for (const std::size_t c : columns) {
    if (std::isnan(values[c])) continue;
    frame.columns[c] = filled(frame.columns[c], munge::constant_of(values[c]));
  }
  evaluation.replace(key, frame);
  return NumberList(values);
}

}  // namespace

const PrimGroup& impute() {
  static const PrimGroup kGroup{{
      {{"h2o.impute"},
       "frame column method combine by group_frame values",
       "Fills missing cells with figures of the column.",
       impute_apply},
  }};
  return kGroup;
}

}  // namespace neve::rapids::prims
