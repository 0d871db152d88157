#include <algorithm>
#include <cmath>
#include <numeric>

#include <neve/munge/group_by.hpp>

#include "rapids/elementwise.hpp"
#include "rapids/factors.hpp"

namespace neve::rapids::prims {
namespace {

using munge::ExpressionPtr;

const ExpressionPtr& factor(Arguments& arguments) {
  const ExpressionPtr& column = arguments.column(0);
  if (column->type != frame::ColumnType::categorical) {
    arguments.fail(0, "expected a categorical column; use as.factor first.");
  }
  return column;
}

LazyFrame with_column(Arguments& arguments, ExpressionPtr column) {
  LazyFrame result = arguments.frame(0);
  result.key.clear();
  result.columns[0] = std::move(column);
  return result;
}

frame::DomainPtr domain_of(StringList levels) {
  return std::make_shared<const frame::Domain>(std::move(levels));
}

/// A column of level codes per column, as long as the longest, the rest missing.
Value levels_apply(Arguments& arguments) {
  const LazyFrame& frame = arguments.frame(0);
  std::size_t most = 0;
  for (const ExpressionPtr& e : frame.columns)
    most = std::max(most, e->domain ? e->domain->size() : 0);
  std::vector<Evaluation::NewColumn> columns;
  for (std::size_t c = 0; c < frame.width(); ++c) {
    const frame::DomainPtr& domain = frame.columns[c]->domain;
    std::vector<double> codes(most, std::nan(""));
    std::iota(codes.begin(),
              codes.begin() + static_cast<std::ptrdiff_t>(domain ? domain->size() : 0), 0.0);
    columns.push_back({.name = "C" + std::to_string(c + 1),
                       .numbers = std::move(codes),
                       .domain = domain ? domain : domain_of({})});
  }
  if (columns.empty()) return LazyFrame{};
  return arguments.evaluation().new_frame(columns);
}

Value level_count(Arguments& arguments) {
  const ExpressionPtr& column = arguments.column(0);
  return column->domain ? static_cast<double>(column->domain->size()) : 0.0;
}

Value set_level(Arguments& arguments) {
  const ExpressionPtr& column = factor(arguments);
  const std::string level = arguments.text(1);
  const auto at = std::ranges::find(*column->domain, level);
  if (at == column->domain->end()) {
    arguments.fail(1, "Did not find level `" + level + "` in the column.");
  }
  // Missing cells get the level, too: every row has it.
  const auto code = static_cast<double>(at - column->domain->begin());
  return with_column(arguments,
                     munge::retyped(munge::constant_of(code), column->type, column->domain));
}

/// Names for all levels, or where there are fewer names for those that occur.
std::vector<std::optional<std::string>> new_names(Arguments& arguments, const ExpressionPtr& column,
                                                  const StringList& levels) {
  if (levels.size() == column->domain->size()) return {levels.begin(), levels.end()};
  const frame::Frame made = arguments.table(0);
  const auto counts = munge::level_counts(arguments.evaluation().engine(), made.layout,
                                          made.columns[0], arguments.evaluation().token());
  std::vector<std::optional<std::string>> names;
  std::size_t used = 0;
  for (const std::int64_t count : counts) {
    const bool occurs = count > 0;
    names.push_back(occurs && used < levels.size() ? std::optional(levels[used]) : std::nullopt);
    used += occurs ? 1 : 0;
  }
  if (used != levels.size()) {
    arguments.fail(2,
                   "Number of replacement factors must equal current number of levels. Current "
                   "number of levels: " +
                       std::to_string(used) + " != " + std::to_string(levels.size()));
  }
  return names;
}

Value set_domain(Arguments& arguments) {
  const ExpressionPtr& column = factor(arguments);
  const StringList levels = arguments.texts(2);
  const bool in_place = arguments.flag(1);
  const std::string key = arguments.frame(0).key;
  ExpressionPtr made;
  if (levels.empty()) {
    made = munge::retyped(column, frame::ColumnType::numeric, nullptr);
  } else {
    made = renamed_levels(column, new_names(arguments, column, levels));
  }
  LazyFrame result = with_column(arguments, std::move(made));
  if (in_place) arguments.evaluation().replace(key, result);
  return result;
}

Value append_levels(Arguments& arguments) {
  const ExpressionPtr& column = factor(arguments);
  StringList domain = *column->domain;
  const std::string key = arguments.frame(0).key;
  for (const std::string& level : arguments.texts(2)) {
    if (std::ranges::find(domain, level) == domain.end()) domain.push_back(level);
  }
  LazyFrame result = with_column(
      arguments, munge::retyped(column, frame::ColumnType::categorical, domain_of(domain)));
  if (arguments.flag(1)) arguments.evaluation().replace(key, result);
  return result;
}

/// The column with its levels in another order.
ExpressionPtr reordered(const ExpressionPtr& column, const std::vector<std::size_t>& order) {
  StringList domain;
  std::vector<double> table(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    domain.push_back((*column->domain)[order[i]]);
    table[order[i]] = static_cast<double>(i);
  }
  return munge::look_up(column, std::move(table), domain_of(std::move(domain)));
}

Value relevel(Arguments& arguments) {
  const ExpressionPtr& column = factor(arguments);
  const std::string level = arguments.text(1);
  const auto at = std::ranges::find(*column->domain, level);
  if (at == column->domain->end()) {
    arguments.fail(1, "Did not find level `" + level + "` in the column.");
  }
  std::vector<std::size_t> order(column->domain->size());
  std::iota(order.begin(), order.end(), 0);
  const auto first = order.begin() + (at - column->domain->begin());
  std::rotate(order.begin(), first, first + 1);
  return with_column(arguments, reordered(column, order));
}

/// The sum of weights per level, or the number of rows.
std::vector<double> level_weights(Evaluation& evaluation, const frame::LayoutPtr& layout,
                                  const ExpressionPtr& column, const ExpressionPtr& weight) {
  std::vector<ExpressionPtr> values;
  if (weight) values.push_back(weight);
  const munge::Groups groups =
      munge::group_by(evaluation.engine(), layout, {&column, 1}, values, evaluation.token());
  std::vector<double> sums(column->domain->size());
  for (std::size_t g = 0; g < groups.size(); ++g) {
    const double level = groups.key(g, 0);
    if (std::isnan(level)) continue;
    sums[static_cast<std::size_t>(level)] =
        weight ? groups.figure(g, 0).sum : static_cast<double>(groups.rows[g]);
  }
  return sums;
}

/// The weight column of argument 1; null where it is left out.
ExpressionPtr weight_column(Arguments& arguments) {
  if (arguments.is_empty_list(1)) return nullptr;
  const LazyFrame& frame = arguments.frame(0);
  const std::string name = arguments.word(1);
  // R writes NA where there is none.
  if (name == "NA" && arguments.get<double>(1) != nullptr) return nullptr;
  const auto at = std::ranges::find(frame.names, name);
  if (at == frame.names.end()) {
    arguments.fail(1, "Frame doesn't contain weights column '" + name + "'.");
  }
  const ExpressionPtr& column = frame.columns[static_cast<std::size_t>(at - frame.names.begin())];
  if (!is_number_like(column)) arguments.fail(1, "weights column '" + name + "' is not numeric.");
  return column;
}

/// Of each categorical column the most frequent levels first; with topn, only so many of them, the
/// rest behind as they were.
Value relevel_by_frequency(Arguments& arguments) {
  LazyFrame result = arguments.frame(0);
  result.key.clear();
  const ExpressionPtr weight = weight_column(arguments);
  const std::int64_t top = arguments.integer(2);
  if (top != -1 && top <= 0) {
    arguments.fail(
        2, "expected a positive number or -1 for all levels, not " + std::to_string(top) + ".");
  }
  for (ExpressionPtr& column : result.columns) {
    if (column->type != frame::ColumnType::categorical) continue;
    const auto weights = level_weights(arguments.evaluation(), result.layout, column, weight);
    std::vector<std::size_t> order(weights.size());
    std::iota(order.begin(), order.end(), 0);
    std::ranges::stable_sort(order, [&](auto a, auto b) { return weights[a] > weights[b]; });
    if (top >= 0 && static_cast<std::size_t>(top) < order.size()) {
      std::sort(order.begin() + top, order.end());
    }
    column = reordered(column, order);
  }
  return result;
}

}  // namespace

const PrimGroup& levels() {
  static const PrimGroup kGroup{{
      {{"levels"}, "frame", "The levels of each column, one below the other.", levels_apply},
      {{"nlevels"}, "column", "Number of levels of a column.", level_count},
      {{"setLevel"}, "column level", "Sets every row to one level.", set_level},
      {{"setDomain"}, "column in_place levels", "Renames the levels of a column.", set_domain},
      {{"appendLevels"}, "column in_place levels", "Adds levels to a column.", append_levels},
      {{"relevel"}, "column level", "Puts one level first.", relevel},
      {{"relevel.by.freq"},
       "frame weights topn",
       "Puts frequent levels of categorical columns first.",
       relevel_by_frequency},
  }};
  return kGroup;
}

}  // namespace neve::rapids::prims
