#include <algorithm>
#include <cmath>
#include <numeric>

#include <neve/base/java_number.hpp>
#include <neve/munge/group_by.hpp>
#include <neve/munge/rows.hpp>

#include "rapids/elementwise.hpp"
#include "rapids/factors.hpp"
#include "rapids/letter_case.hpp"
#include "rapids/weighted_quantiles.hpp"

namespace neve::rapids::prims {
namespace {

using munge::ExpressionPtr;

munge::Interpolation interpolation(Arguments& arguments, std::size_t i) {
  std::string name = arguments.word(i);
  std::ranges::for_each(name,
                        [](char& c) { c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  if (name == "interpolate" || name == "interpolated") return munge::Interpolation::interpolate;
  if (name == "average") return munge::Interpolation::average;
  if (name == "low") return munge::Interpolation::low;
  if (name == "high") return munge::Interpolation::high;
  arguments.fail(i, "expected interpolate, average, low or high, not " + name + ".");
}

/// The place of the column of weights, if there is one: a name, or _ for none.
std::optional<std::size_t> weights_at(Arguments& arguments, std::size_t i) {
  if (arguments.size() <= i) return std::nullopt;
  const std::string name = arguments.word(i);
  if (name == "_") return std::nullopt;
  const LazyFrame& frame = arguments.frame(0);
  const auto at = std::ranges::find(frame.names, name);
  if (at == frame.names.end()) {
    arguments.fail(i, "expected the name of a column of weights or _, not " + name + ".");
  }
  const auto place = static_cast<std::size_t>(at - frame.names.begin());
  if (!is_number_like(frame.columns[place])) arguments.fail(i, name + " is not numeric.");
  const auto least =
      munge::reduce(arguments.evaluation().engine(), frame.layout, {&frame.columns[place], 1})[0]
          .min;
  if (least < 0) arguments.fail(i, name + " has negative weights.");
  return place;
}

Value quantile(Arguments& arguments) {
  Evaluation& evaluation = arguments.evaluation();
  const LazyFrame& frame = arguments.frame(0);
  const std::vector<double> probs = arguments.numbers(1).expand();
  for (const double p : probs) {
    if (!(p >= 0 && p <= 1))
      arguments.fail(1, "Probability must be between 0 and 1: " + java_double(p) + ".");
  }
  const munge::Interpolation how = interpolation(arguments, 2);
  const auto weights = weights_at(arguments, 3);
  std::vector<Evaluation::NewColumn> columns = {{.name = "Probs", .numbers = probs}};
  for (std::size_t c = 0; c < frame.width(); ++c) {
    if (weights && c == *weights) continue;
    std::vector<double> values(probs.size(), std::nan(""));
    if (weights && is_number_like(frame.columns[c])) {
      const Weighted of{frame.layout, frame.columns[c], frame.columns[*weights]};
      values = weighted_quantiles(evaluation, of, probs, how);
    } else if (is_number_like(frame.columns[c])) {
      values = munge::quantiles(evaluation.engine(), frame.layout, frame.columns[c], probs, how);
    }
    columns.push_back({.name = frame.names[c] + "Quantiles", .numbers = std::move(values)});
  }
  return evaluation.new_frame(columns);
}

/// The column as keys of groups: texts by their codes.
ExpressionPtr group_key(Evaluation& evaluation, const LazyFrame& frame, std::size_t column) {
  const ExpressionPtr& e = frame.columns[column];
  return e->type == frame::ColumnType::string ? factor_of(evaluation, frame.layout, e) : e;
}

Value unique(Arguments& arguments) {
  Evaluation& evaluation = arguments.evaluation();
  const LazyFrame& frame = arguments.frame(0);
  if (frame.width() == 0) arguments.fail(0, "expected a frame of one column.");
  const bool with_missing = arguments.size() > 1 && arguments.flag(1);
  const ExpressionPtr key = group_key(evaluation, frame, 0);
  if (!key->domain) {
    const auto missing = with_missing ? munge::MissingKeys::last : munge::MissingKeys::dropped;
    frame::Frame values =
        munge::group_frame(evaluation.engine(), frame.layout,
                           {.keys = {key}, .missing_keys = missing}, evaluation.token());
    values.names = {"C1"};
    return lazy(values);
  }
  // Levels are known to every node anyway.
  const auto groups = munge::group_by(evaluation.engine(), frame.layout, {&key, 1}, {});
  Evaluation::NewColumn made{.name = "C1", .type = key->type};
  const bool texts = frame.columns[0]->type == frame::ColumnType::string;
  StringList found;
  auto domain = std::make_shared<frame::Domain>();
  bool missing = false;
  for (std::size_t g = 0; g < groups.size(); ++g) {
    const double value = groups.key(g, 0);
    if (std::isnan(value)) {
      missing = true;
    } else if (texts) {
      found.push_back((*key->domain)[static_cast<std::size_t>(value)]);
    } else {
      // Levels that do not occur are dropped.
      made.numbers.push_back(static_cast<double>(domain->size()));
      domain->push_back((*key->domain)[static_cast<std::size_t>(value)]);
    }
  }
  if (missing && with_missing && !texts) made.numbers.push_back(std::nan(""));
  if (texts) made.texts = std::move(found);
  if (!texts) made.domain = std::move(domain);
  if (texts) made.type = frame::ColumnType::string;
  return evaluation.new_frame({made});
}

/// Counts of two columns as a matrix: a row per left value, a column per right value.
LazyFrame cross_table(Evaluation& evaluation, const munge::Groups& groups, const LazyFrame& pair,
                      const std::vector<ExpressionPtr>& keys) {
  std::vector<double> rows;
  std::vector<double> columns;
  for (std::size_t g = 0; g < groups.size(); ++g) {
    rows.push_back(groups.key(g, 0));
    columns.push_back(groups.key(g, 1));
  }
  for (auto* list : {&rows, &columns}) {
    std::ranges::sort(*list);
    list->erase(std::unique(list->begin(), list->end()), list->end());
  }
  std::vector<Evaluation::NewColumn> made = {
      {.name = pair.names[0], .numbers = rows, .domain = keys[0]->domain}};
  for (const double c : columns) {
    const std::string name =
        keys[1]->domain ? (*keys[1]->domain)[static_cast<std::size_t>(c)] : java_double(c);
    made.push_back({.name = name, .numbers = std::vector<double>(rows.size())});
  }
  for (std::size_t g = 0; g < groups.size(); ++g) {
    const auto r = std::ranges::lower_bound(rows, groups.key(g, 0)) - rows.begin();
    const auto c = std::ranges::lower_bound(columns, groups.key(g, 1)) - columns.begin();
    made[static_cast<std::size_t>(c) + 1].numbers[static_cast<std::size_t>(r)] =
        static_cast<double>(groups.rows[g]);
  }
  return evaluation.new_frame(made);
}

Value table(Arguments& arguments) {
  Evaluation& evaluation = arguments.evaluation();
  LazyFrame pair = arguments.frame(0);
  if (arguments.size() == 3) {
    const LazyFrame second = evaluation.on_layout(arguments.frame(1), pair.layout);
    for (std::size_t c = 0; c < second.width(); ++c) pair.add(second.names[c], second.columns[c]);
  }
  if (pair.width() != 1 && pair.width() != 2) bad_request("table expects one or two columns");
  std::vector<ExpressionPtr> keys;
  for (std::size_t c = 0; c < pair.width(); ++c) keys.push_back(group_key(evaluation, pair, c));
  auto groups = munge::group_by(evaluation.engine(), pair.layout, keys, {}, evaluation.token());
  // Rows with a missing value are not counted.
  munge::Groups kept{.keys = groups.keys, .values = 0};
  for (std::size_t g = 0; g < groups.size(); ++g) {
    bool complete = true;
    for (std::size_t k = 0; k < keys.size(); ++k)
      complete = complete && !std::isnan(groups.key(g, k));
    if (!complete) continue;
    kept.rows.push_back(groups.rows[g]);
    for (std::size_t k = 0; k < keys.size(); ++k) kept.key_cells.push_back(groups.key(g, k));
  }
  const bool dense = arguments.flag(arguments.size() - 1);
  if (pair.width() == 2 && !dense) return cross_table(evaluation, kept, pair, keys);
  std::vector<Evaluation::NewColumn> made;
  for (std::size_t k = 0; k < keys.size(); ++k) {
    made.push_back({.name = pair.names[k], .domain = keys[k]->domain});
    for (std::size_t g = 0; g < kept.size(); ++g) made[k].numbers.push_back(kept.key(g, k));
  }
  made.push_back({.name = keys.size() == 1 ? "Count" : "Counts"});
  for (const std::int64_t n : kept.rows) made.back().numbers.push_back(static_cast<double>(n));
  return evaluation.new_frame(made);
}

/// Columns of one layout.
struct Columns {
  frame::LayoutPtr layout;
  std::vector<ExpressionPtr> cells;
};

/// The rows where no cell is missing.
Columns complete_rows(Evaluation& evaluation, const Columns& columns) {
  frame::Frame made;
  made.layout = columns.layout;
  std::vector<ExpressionPtr> missing;
  for (const auto& column :
       munge::evaluate(evaluation.engine(), columns.layout, columns.cells, evaluation.token())) {
    made.add("C" + std::to_string(made.width() + 1), column);
    missing.push_back(munge::unary(munge::Op::is_missing, munge::column_of(column)));
  }
  const auto complete =
      munge::unary(munge::Op::logical_not, combine(munge::Op::add, std::move(missing)));
  const LazyFrame kept =
      lazy(munge::filter(evaluation.engine(), {complete, made}, evaluation.token()));
  return {kept.layout, kept.columns};
}

/// Values in place of their ranks from 1, equal ones sharing the least of theirs, as H2O-3 has it.
void rank(std::vector<double>& values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, {}, [&](std::size_t row) { return values[row]; });
  std::vector<double> ranks(values.size());
  for (std::size_t begin = 0; begin < order.size();) {
    std::size_t end = begin;
    while (end < order.size() && values[order[end]] == values[order[begin]]) ++end;
    for (std::size_t i = begin; i < end; ++i) {
      ranks[order[i]] = static_cast<double>(begin + 1);
    }
    begin = end;
  }
  values = std::move(ranks);
}

/// Spearman 1904: correlations of ranks.
void rank_all(Evaluation& evaluation, Columns& columns) {
  for (ExpressionPtr& e : columns.cells) {
    e = munge::column_of(munge::sequential(evaluation.engine(), columns.layout, e, rank));
  }
}

/// Numbers of a frame of one row; missing where a cell is none.
std::vector<double> row_of(Evaluation& evaluation, const LazyFrame& frame) {
  std::vector<ExpressionPtr> cells;
  cells.reserve(frame.width());
  for (const ExpressionPtr& e : frame.columns) {
    cells.push_back(is_number_like(e) ? e : missing_column());
  }
  std::vector<double> row;
  for (const auto& r : munge::reduce(evaluation.engine(), frame.layout, cells)) {
    row.push_back(r.missing == 1 ? std::nan("") : r.sum);
  }
  return row;
}

/// The frames of arguments 0 and 1 on one layout. Of single rows the cells are compared, as if they
/// were columns.
std::pair<LazyFrame, LazyFrame> sides_of(Arguments& arguments) {
  Evaluation& evaluation = arguments.evaluation();
  const LazyFrame& x = arguments.frame(0);
  const LazyFrame& y = arguments.frame(1);
  if (x.rows() != 1 || y.rows() != 1 || x.width() == 1) {
    return {x, evaluation.on_layout(y, x.layout)};
  }
  if (x.width() != y.width()) {
    arguments.fail(1, "Single rows must have the same number of columns, found " +
                          std::to_string(x.width()) + " and " + std::to_string(y.width()) + ".");
  }
  const LazyFrame both = evaluation.new_frame({{.name = "C1", .numbers = row_of(evaluation, x)},
                                               {.name = "C2", .numbers = row_of(evaluation, y)}});
  return {both.select({0}), both.select({1})};
}

/// Covariances or correlations of the columns of two frames, as a frame or, of 1 x 1, a number.
template <bool correlate>
Value covariance(Arguments& arguments) {
  Evaluation& evaluation = arguments.evaluation();
  const auto [x, y] = sides_of(arguments);
  const std::string use = arguments.text(2);
  if (use != "everything" && use != "all.obs" && use != "complete.obs") {
    arguments.fail(2, "expected everything, all.obs or complete.obs, not " + use + ".");
  }
  const std::string method =
      correlate && arguments.size() > 3 ? lower_case(arguments.text(3)) : "pearson";
  if (method != "pearson" && method != "spearman") {
    arguments.fail(3, "expected Pearson or Spearman, not " + method + ".");
  }
  Columns columns{x.layout, {}};
  std::vector<ExpressionPtr>& all = columns.cells;
  for (const LazyFrame* side : {&x, &y}) {
    for (const ExpressionPtr& e : side->columns)
      all.push_back(is_number_like(e) || e->domain ? e : missing_column());
  }
  const auto reduced = munge::reduce(evaluation.engine(), x.layout, all, evaluation.token());
  const bool missing = std::ranges::any_of(reduced, [](const auto& r) { return r.missing > 0; });
  if (use == "all.obs" && missing) {
    // In the words of H2O-3's clients' tests, which tell the methods apart.
    const std::string mode = method == "spearman" ? "AllObs" : "all.obs";
    arguments.fail(2, "Mode is '" + mode + "' but NAs are present");
  }
  if (use == "everything") {
    // A column with missing values has no figures; it must not take rows from the others.
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (reduced[i].missing > 0) all[i] = munge::constant_of(0);
    }
  }
  if (method == "spearman") {
    if (missing && use == "complete.obs") columns = complete_rows(evaluation, columns);
    rank_all(evaluation, columns);
  }
  const auto cross =
      munge::cross_products(evaluation.engine(), columns.layout, all, evaluation.token());
  const auto figure = [&](std::size_t i, std::size_t j) {
    const bool poisoned = reduced[i].missing > 0 || reduced[j].missing > 0;
    if (use == "everything" && poisoned) return std::nan("");
    const double product = cross.products[i * all.size() + j];
    if (!correlate) return product / static_cast<double>(cross.rows - 1);
    return product /
           std::sqrt(cross.products[i * all.size() + i] * cross.products[j * all.size() + j]);
  };
  if (x.width() == 1 && y.width() == 1) return figure(0, 1);
  std::vector<Evaluation::NewColumn> made;
  for (std::size_t j = 0; j < y.width(); ++j) {
    made.push_back({.name = y.names[j]});
    for (std::size_t i = 0; i < x.width(); ++i) made[j].numbers.push_back(figure(i, x.width() + j));
  }
  return evaluation.new_frame(made);
}

}  // namespace

const PrimGroup& distribution() {
  static const PrimGroup kGroup{{
      {{"quantile"}, "frame probs interpolation weights?", "Quantiles of each column.", quantile},
      {{"unique"}, "column include_nas?", "The distinct values of a column, ascending.", unique},
      {{"table"}, "frame second? dense?", "Rows per value, or per pair of values.", table},
      {{"cor"}, "x y use method?", "Correlations of the columns of two frames.", covariance<true>},
      {{"var"},
       "x y use symmetric?",
       "Covariances of the columns of two frames.",
       covariance<false>},
  }};
  return kGroup;
}

}  // namespace neve::rapids::prims
