#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include <neve/munge/group_by.hpp>
#include <neve/munge/rows.hpp>

#include "rapids/ast.hpp"
#include "rapids/elementwise.hpp"

namespace neve::rapids::prims {
namespace {

using frame::ColumnType;
using munge::ExpressionPtr;
using munge::Op;

std::string lower(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return text;
}

/// What the missing cells of a column of a frame become.
enum class Method { mean, median, mode };

Method method_of(Arguments& arguments) {
  const std::string name = lower(arguments.word(2));
  if (name == "mean") return Method::mean;
  if (name == "median") return Method::median;
  if (name == "mode") return Method::mode;
  arguments.fail(2, "Method must be one of mean, median or mode, not " + name + ".");
}

munge::Interpolation combine_of(Arguments& arguments) {
  const std::string name = lower(arguments.word(3));
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

/// The value that fills a column in each group.
std::map<Tuple, double> group_values(Arguments& arguments, const LazyFrame& frame,
                                     const std::vector<ExpressionPtr>& keys,
                                     const ExpressionPtr& e) {
  Method method = method_of(arguments);
  if (e->type == ColumnType::categorical) method = Method::mode;
  mr::Engine& engine = arguments.evaluation().engine();
  std::map<Tuple, double> values;
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

LazyFrame impute_by_groups(Arguments& arguments, LazyFrame& frame,
                           const std::vector<std::size_t>& columns,
                           const std::vector<std::size_t>& by) {
  Evaluation& evaluation = arguments.evaluation();
  std::vector<ExpressionPtr> keys;
  std::vector<std::vector<double>> key_cells;
  for (const std::size_t c : by) {
    keys.push_back(frame.columns[c]);
    key_cells.push_back(munge::collect(evaluation.engine(), frame.layout, keys.back()));
  }
  std::vector<Evaluation::NewColumn> made;
  for (const std::size_t c : columns) {
    const ExpressionPtr e = frame.columns[c];
    const auto values = group_values(arguments, frame, keys, e);
    if (made.empty()) {
      for (std::size_t k = 0; k < by.size(); ++k) {
        made.push_back({.name = frame.names[by[k]], .domain = keys[k]->domain});
        for (const auto& [tuple, value] : values) {
          made.back().numbers.push_back(std::isinf(tuple[k]) ? std::nan("") : tuple[k]);
        }
      }
    }
    made.push_back({.name = frame.names[c], .domain = e->domain});
    for (const auto& [tuple, value] : values) made.back().numbers.push_back(value);
    const auto fill = [&](std::vector<double>& cells) {
      Tuple tuple(by.size());
      for (std::size_t row = 0; row < cells.size(); ++row) {
        if (!std::isnan(cells[row])) continue;
        for (std::size_t k = 0; k < by.size(); ++k) {
          tuple[k] = std::isnan(key_cells[k][row]) ? -HUGE_VAL : key_cells[k][row];
        }
        const auto at = values.find(tuple);
        if (at != values.end()) cells[row] = at->second;
      }
    };
    frame.columns[c] =
        munge::column_of(munge::sequential(evaluation.engine(), frame.layout, e, fill));
  }
  return evaluation.new_frame(made);
}

/// Whether the values are given rather than to be found: _ or an empty list stand for none.
bool has_values(Arguments& arguments) {
  const AstPtr& ast = arguments.ast(6);
  const bool none = ast != nullptr && ast->name() != nullptr && *ast->name() == "_";
  return !none && !arguments.is_empty_list(6);
}

/// Fills missing cells of a frame of the catalogue in place.
Value impute(Arguments& arguments) {
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
  if (!by.empty()) {
    Value imputed = impute_by_groups(arguments, frame, columns, by);
    evaluation.replace(key, frame);
    return imputed;
  }
  std::vector<double> values(frame.width(), std::nan(""));
  if (has_values(arguments)) {
    values = arguments.numbers(6).expand();
    values.resize(frame.width(), std::nan(""));
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

void fill_forward(std::vector<double>& cells, std::int64_t limit) {
  std::int64_t run = 0;
  for (std::size_t i = 1; i < cells.size(); ++i) {
    run = std::isnan(cells[i]) ? run + 1 : 0;
    if (run > 0 && run <= limit) cells[i] = cells[i - 1];
  }
}

Value fill_missing(Arguments& arguments) {
  Evaluation& evaluation = arguments.evaluation();
  LazyFrame frame = arguments.frame(0);
  frame.key.clear();
  const std::string method = lower(arguments.text(1));
  if (method != "forward" && method != "backward") {
    arguments.fail(1, "expected forward or backward, not " + method + ".");
  }
  const bool backward = method == "backward";
  const std::int64_t limit = arguments.integer(3);
  if (limit < 0) arguments.fail(3, "expected a number of cells from 0.");
  const auto fill = [&](std::vector<double>& cells) {
    if (backward) std::ranges::reverse(cells);
    fill_forward(cells, limit);
    if (backward) std::ranges::reverse(cells);
  };
  if (!arguments.flag(2)) {
    for (ExpressionPtr& e : frame.columns) {
      if (e->type == ColumnType::string || e->type == ColumnType::uuid) {
        arguments.fail(0, "columns of strings cannot be filled.");
      }
      e = munge::column_of(munge::sequential(evaluation.engine(), frame.layout, e, fill));
    }
    return frame;
  }
  const std::vector<ExpressionPtr> old = frame.columns;
  const auto width = static_cast<std::int64_t>(old.size());
  for (std::int64_t c = 0; c < width; ++c) {
    ExpressionPtr made = missing_column();
    // The nearest neighbour within the limit, the farthest asked last.
    for (std::int64_t d = std::min(limit, width); d >= 0; --d) {
      const std::int64_t from = backward ? c + d : c - d;
      if (from < 0 || from >= width) continue;
      const auto& e = old[static_cast<std::size_t>(from)];
      made = munge::choose(Op::pick, munge::unary(Op::is_missing, e), made, e);
    }
    const auto& own = old[static_cast<std::size_t>(c)];
    frame.columns[static_cast<std::size_t>(c)] = munge::retyped(made, own->type, own->domain);
  }
  return frame;
}

ExpressionPtr is_missing(const ExpressionPtr& e) {
  if (e->type != ColumnType::string && e->type != ColumnType::uuid) {
    return munge::unary(Op::is_missing, e);
  }
  auto made = std::make_shared<munge::Expression>();
  made->op = Op::text_missing;
  made->column = e->column;
  return made;
}

Value omit_missing(Arguments& arguments) {
  Evaluation& evaluation = arguments.evaluation();
  const LazyFrame& frame = arguments.frame(0);
  if (frame.width() == 0) return frame;
  std::vector<ExpressionPtr> present;
  for (const ExpressionPtr& e : frame.columns) {
    present.push_back(munge::unary(Op::logical_not, is_missing(e)));
  }
  const frame::Frame made = evaluation.materialise(frame);
  const ExpressionPtr mask = combine(Op::logical_and, std::move(present));
  return lazy(munge::filter(evaluation.engine(), {mask, made}, evaluation.token()));
}

}  // namespace

const PrimGroup& missing() {
  static const PrimGroup kGroup{{
      {{"h2o.impute"},
       "frame column method combine by group_frame values",
       "Fills missing cells with figures of the column.",
       impute},
      {{"h2o.fillna"},
       "frame method axis limit",
       "Fills missing cells from their neighbours.",
       fill_missing},
      {{"na.omit"}, "frame", "Rows without a missing cell.", omit_missing},
  }};
  return kGroup;
}

}  // namespace neve::rapids::prims
