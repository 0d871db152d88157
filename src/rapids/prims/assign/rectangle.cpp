#include <algorithm>
#include <cmath>
#include <numeric>

#include <neve/base/error.hpp>
#include <neve/munge/rows.hpp>

#include "rapids/elementwise.hpp"
#include "rapids/text_choice.hpp"

namespace neve::rapids::prims {
namespace {

using munge::ExpressionPtr;
using munge::Op;

ExpressionPtr row_number() {
  auto made = std::make_shared<munge::Expression>();
  made->op = Op::row_number;
  return made;
}

/// 1 in the rows of the list.
ExpressionPtr mask_of(const NumberList& rows) {
  if (rows.runs().size() == 1 && rows.runs()[0].stride == 1) {
    const NumberList::Run run = rows.runs()[0];
    const auto from = munge::binary(Op::greater_equal, row_number(), munge::constant_of(run.base));
    const auto end = munge::constant_of(run.base + static_cast<double>(run.count));
    return munge::binary(Op::multiply, from, munge::binary(Op::less, row_number(), end));
  }
  std::vector<double> sorted = rows.expand();
  std::ranges::sort(sorted);
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  auto member = std::make_shared<munge::Expression>();
  member->op = Op::member;
  member->a = row_number();
  member->table = std::make_shared<const std::vector<double>>(std::move(sorted));
  member->size = 2;
  return munge::unary(Op::logical_not, munge::unary(Op::is_missing, member));
}

/// A column of the frame that is assigned to, and the rows of it; no mask stands for all.
struct Target {
  Arguments& arguments;
  const LazyFrame& frame;
  std::size_t column;
  const ExpressionPtr& mask;

  [[nodiscard]] const ExpressionPtr& cells() const { return frame.columns[column]; }
  [[nodiscard]] bool has_texts() const { return cells()->type == frame::ColumnType::string; }
  /// The strings with rows of `other` in place of some, see TextChoice.
  [[nodiscard]] ExpressionPtr with_texts(const LazyFrame& other,
                                         const ExpressionPtr& replaced) const {
    return choose_texts(arguments.evaluation(), {frame.select({column}), other, replaced});
  }
};

ExpressionPtr constant_category(const std::string& text) {
  return munge::retyped(munge::constant_of(0), frame::ColumnType::categorical,
                        std::make_shared<const frame::Domain>(frame::Domain{text}));
}

ExpressionPtr with_text(const Target& target, const std::string& text) {
  if (!target.mask) return constant_category(text);
  const ExpressionPtr& column = target.cells();
  if (target.has_texts()) {
    const LazyFrame word = target.arguments.evaluation().new_frame(
        {{.name = "C1", .texts = StringList{text}, .type = frame::ColumnType::string}});
    return target.with_texts(
        word, munge::choose(Op::pick, target.mask, munge::constant_of(0), missing_column()));
  }
  if (!column->domain) {
    target.arguments.fail(
        1, "a string can be assigned to rows of a column of categories or strings only.");
  }
  const auto at = std::ranges::find(*column->domain, text);
  if (at == column->domain->end()) {
    // In the words that clients compare.
    throw InputError::bad_request("Cannot assign value " + text + " into a vector of type Enum.",
                                  {{"function", ":="}, {"argument", "source"}});
  }
  const auto code = munge::constant_of(static_cast<double>(at - column->domain->begin()));
  return munge::retyped(munge::choose(Op::pick, target.mask, code, column),
                        frame::ColumnType::categorical, column->domain);
}

ExpressionPtr with_number(const Target& target, double number) {
  if (!target.mask) return munge::constant_of(number);
  const ExpressionPtr& column = target.cells();
  if (target.has_texts() && std::isnan(number)) {
    const auto none = munge::constant_of(-1);
    return target.with_texts(target.frame.select({target.column}),
                             munge::choose(Op::pick, target.mask, none, missing_column()));
  }
  const bool coded = column->type == frame::ColumnType::categorical;
  if (!coded && !is_number_like(column)) {
    target.arguments.fail(1, "a number cannot be assigned to rows of a column of strings.");
  }
  const auto most = coded ? static_cast<double>(column->domain->size()) : 0.0;
  if (coded && !std::isnan(number) && !(number >= 0 && number < most)) {
    target.arguments.fail(1, "a number cannot be assigned to rows of a categorical column.");
  }
  const auto made = munge::choose(Op::pick, target.mask, munge::constant_of(number), column);
  const auto type =
      column->type == frame::ColumnType::bad ? frame::ColumnType::numeric : column->type;
  return munge::retyped(made, type, column->domain);
}

std::vector<std::size_t> target_columns(Arguments& arguments, const LazyFrame& to) {
  std::vector<std::size_t> columns;
  if (arguments.is_empty_list(2)) {
    columns.resize(to.width());
    std::iota(columns.begin(), columns.end(), 0);
    return columns;
  }
  const auto wanted = arguments.columns(2, to);
  if (wanted[0] >= 0) return arguments.column_positions(2, to);
  for (std::size_t c = 0; c < to.width(); ++c) {
    const auto number = -static_cast<std::int64_t>(c) - 1;
    if (std::ranges::find(wanted, number) == wanted.end()) columns.push_back(c);
  }
  return columns;
}

void check_types(const Target& target, const ExpressionPtr& source) {
  const ExpressionPtr& column = target.cells();
  const std::string& name = target.frame.names[target.column];
  if (column->type != source->type && !(is_number_like(column) && is_number_like(source))) {
    target.arguments.fail(1, "Columns must be the same type; column '" + name + "' differs.");
  }
  if (column->domain && *column->domain != *source->domain) {
    target.arguments.fail(
        1, "Cannot assign to a categorical column with a different domain; target column " + name +
               ".");
  }
}

/// The place of a row in the list, missing where it is not there.
ExpressionPtr place_in(const std::vector<std::int64_t>& rows) {
  std::vector<std::size_t> order(rows.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return rows[i]; });
  std::vector<double> sorted;
  std::vector<double> places;
  for (const std::size_t i : order) {
    const auto row = static_cast<double>(rows[i]);
    // Of rows that are named twice the last assignment counts.
    if (!sorted.empty() && sorted.back() == row) {
      places.back() = static_cast<double>(i);
      continue;
    }
    sorted.push_back(row);
    places.push_back(static_cast<double>(i));
  }
  auto member = std::make_shared<munge::Expression>();
  member->op = Op::member;
  member->a = row_number();
  member->table = std::make_shared<const std::vector<double>>(std::move(sorted));
  member->size = 2;
  return munge::look_up(member, std::move(places));
}

/// Row i of the source goes to the i-th row of the list.
ExpressionPtr with_rows(const Target& target, const LazyFrame& source) {
  Evaluation& evaluation = target.arguments.evaluation();
  const std::vector<std::int64_t> rows = target.arguments.numbers(3).expand_integers();
  if (target.has_texts()) return target.with_texts(source, place_in(rows));
  const std::vector<double> values =
      munge::collect(evaluation.engine(), source.layout, source.columns[0]);
  return munge::column_of(munge::sequential(evaluation.engine(), target.frame.layout,
                                            target.cells(), [&](std::vector<double>& cells) {
                                              for (std::size_t i = 0; i < rows.size(); ++i) {
                                                const auto row = static_cast<std::size_t>(rows[i]);
                                                if (row < cells.size()) cells[row] = values[i];
                                              }
                                            }));
}

/// Rows of the source, which has as many, where the mask holds.
ExpressionPtr with_masked(const Target& target, const LazyFrame& source) {
  if (target.has_texts()) {
    return target.with_texts(source,
                             munge::choose(Op::pick, target.mask, row_number(), missing_column()));
  }
  const LazyFrame aligned = target.arguments.evaluation().on_layout(source, target.frame.layout);
  const ExpressionPtr& column = target.cells();
  return munge::retyped(munge::choose(Op::pick, target.mask, aligned.columns[0], column),
                        column->type, column->domain);
}

void assign_frame(Arguments& arguments, LazyFrame& to, const std::vector<std::size_t>& columns,
                  const ExpressionPtr& mask) {
  const LazyFrame& source = arguments.frame(1);
  if (source.width() != columns.size() && source.width() != 1) {
    arguments.fail(1, "Source and destination frames must have the same count of columns.");
  }
  const bool by_numbers = mask && arguments.get<LazyFrame>(3) == nullptr;
  const std::int64_t wanted = by_numbers ? arguments.numbers(3).size() : to.rows();
  if (source.rows() != wanted) {
    arguments.fail(1, "Requires same count of rows in the number-list (" + std::to_string(wanted) +
                          ") as in the source (" + std::to_string(source.rows()) + ").");
  }
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const LazyFrame one = source.select({source.width() == 1 ? 0 : i});
    if (!mask) {
      to.columns[columns[i]] = arguments.evaluation().on_layout(one, to.layout).columns[0];
      continue;
    }
    const Target target{arguments, to, columns[i], mask};
    check_types(target, one.columns[0]);
    to.columns[columns[i]] = by_numbers ? with_rows(target, one) : with_masked(target, one);
  }
}

/// 1 in the rows that are assigned to; null for all.
ExpressionPtr rows_of(Arguments& arguments, const LazyFrame& to) {
  if (arguments.get<LazyFrame>(3) != nullptr) {
    arguments.column(3);
    return arguments.evaluation().on_layout(arguments.coded_frame(3), to.layout).columns[0];
  }
  if (arguments.is_empty_list(3)) return nullptr;
  const NumberList rows = arguments.numbers(3);
  for (const NumberList::Run& run : rows.runs()) {
    const double last = run.base + run.stride * static_cast<double>(run.count - 1);
    if (!(run.base >= 0 && last >= 0)) {
      arguments.fail(3, "Row must be an integer from 0 to " + std::to_string(to.rows() - 1) + ".");
    }
  }
  const bool all = rows.runs().size() == 1 && rows.first() == 0 && rows.size() == to.rows() &&
                   rows.runs()[0].stride == 1;
  return all ? nullptr : mask_of(rows);
}

Value assign_rectangle(Arguments& arguments) {
  LazyFrame to = arguments.frame(0);
  to.key.clear();
  const std::vector<std::size_t> columns = target_columns(arguments, to);
  const ExpressionPtr mask = rows_of(arguments, to);
  if (arguments.get<LazyFrame>(1) != nullptr) {
    assign_frame(arguments, to, columns, mask);
    return to;
  }
  const auto* text = arguments.get<std::string>(1);
  for (const std::size_t c : columns) {
    const Target target{arguments, to, c, mask};
    to.columns[c] =
        text != nullptr ? with_text(target, *text) : with_number(target, arguments.number(1));
  }
  return to;
}

/// (append frame value name …): new columns, in place of ones of the same name.
Value append(Arguments& arguments) {
  LazyFrame to = arguments.frame(0);
  to.key.clear();
  if (arguments.size() % 2 == 0) bad_request("(append) takes pairs of a value and a name.");
  for (std::size_t i = 1; i + 1 < arguments.size(); i += 2) {
    ExpressionPtr made;
    if (const auto* number = arguments.get<double>(i)) {
      made = munge::constant_of(*number);
    } else if (const auto* text = arguments.get<std::string>(i)) {
      made = constant_category(*text);
    } else {
      const LazyFrame& source = arguments.frame(i);
      if (source.width() != 1) arguments.fail(i, "Can only append one column.");
      if (to.width() == 0) to.layout = source.layout;
      made = arguments.evaluation().on_layout(source, to.layout).columns[0];
    }
    const std::string name = arguments.text(i + 1);
    const auto at = std::ranges::find(to.names, name);
    if (at == to.names.end()) {
      to.add(name, made);
    } else {
      to.columns[static_cast<std::size_t>(at - to.names.begin())] = made;
    }
  }
  return to;
}

}  // namespace

const PrimGroup& rectangle() {
  static const PrimGroup kGroup{{
      {{":="}, "frame source columns rows", "Overwrites a rectangle of cells.", assign_rectangle},
      {{"append"}, "frame pairs...", "Adds named columns.", append},
  }};
  return kGroup;
}

}  // namespace neve::rapids::prims
