#include <neve/munge/rows.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "rapids/elementwise.hpp"

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

/// A categorical constant; the level is added where the column lacks it.
ExpressionPtr with_text(Arguments& arguments, const ExpressionPtr& column,
                        const ExpressionPtr& mask, const std::string& text) {
  frame::Domain domain;
  if (column->domain) domain = *column->domain;
  if (!column->domain && mask) {
    arguments.fail(1, "a string can be assigned to rows of a categorical column only.");
  }
  auto at = std::ranges::find(domain, text);
  const auto code = static_cast<double>(at - domain.begin());
  if (at == domain.end()) domain.push_back(text);
  const auto constant = munge::constant_of(code);
  const auto made = mask ? munge::choose(Op::pick, mask, constant, column) : constant;
  return munge::retyped(made, frame::ColumnType::categorical,
                        std::make_shared<const frame::Domain>(std::move(domain)));
}

ExpressionPtr with_number(Arguments& arguments, const ExpressionPtr& column,
                          const ExpressionPtr& mask, double number) {
  if (!mask) return munge::constant_of(number);
  const bool coded = column->type == frame::ColumnType::categorical;
  if (!coded && !is_number_like(column)) {
    arguments.fail(1, "a number cannot be assigned to rows of a column of strings.");
  }
  const auto most = coded ? static_cast<double>(column->domain->size()) : 0.0;
  if (coded && !std::isnan(number) && !(number >= 0 && number < most)) {
    arguments.fail(1, "a number cannot be assigned to rows of a categorical column.");
  }
  const auto made = munge::choose(Op::pick, mask, munge::constant_of(number), column);
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

/// Row i of the source goes to the i-th row of the list.
ExpressionPtr with_rows(Arguments& arguments, const LazyFrame& to, std::size_t column,
                        const ExpressionPtr& source, const frame::LayoutPtr& source_layout) {
  Evaluation& evaluation = arguments.evaluation();
  const ExpressionPtr& target = to.columns[column];
  if (target->type != source->type && !(is_number_like(target) && is_number_like(source))) {
    arguments.fail(1, "Columns must be the same type; column '" + to.names[column] + "' differs.");
  }
  if (target->domain && *target->domain != *source->domain) {
    arguments.fail(1,
                   "Cannot assign to a categorical column with a different domain; target column " +
                       to.names[column] + ".");
  }
  if (target->type == frame::ColumnType::string) {
    arguments.fail(1, "rows of a column of strings cannot be assigned.");
  }
  const std::vector<double> values = munge::collect(evaluation.engine(), source_layout, source);
  const std::vector<std::int64_t> rows = arguments.numbers(3).expand_integers();
  return munge::column_of(
      munge::sequential(evaluation.engine(), to.layout, target, [&](std::vector<double>& cells) {
        for (std::size_t i = 0; i < rows.size(); ++i) {
          const auto row = static_cast<std::size_t>(rows[i]);
          if (row < cells.size()) cells[row] = values[i];
        }
      }));
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
    const std::size_t from = source.width() == 1 ? 0 : i;
    ExpressionPtr& target = to.columns[columns[i]];
    if (by_numbers && source.rows() != to.rows()) {
      target = with_rows(arguments, to, columns[i], source.columns[from], source.layout);
      continue;
    }
    const LazyFrame aligned = arguments.evaluation().on_layout(source, to.layout);
    const ExpressionPtr& fresh = aligned.columns[from];
    target = mask ? munge::retyped(munge::choose(Op::pick, mask, fresh, target), target->type,
                                   target->domain)
                  : fresh;
  }
}

Value assign_rectangle(Arguments& arguments) {
  LazyFrame to = arguments.frame(0);
  to.key.clear();
  const std::vector<std::size_t> columns = target_columns(arguments, to);
  ExpressionPtr mask;
  if (const auto* rows = arguments.get<LazyFrame>(3)) {
    mask = arguments.evaluation().on_layout(*rows, to.layout).columns.at(0);
  } else if (!arguments.is_empty_list(3)) {
    const NumberList rows = arguments.numbers(3);
    const bool all = rows.runs().size() == 1 && rows.first() == 0 && rows.size() == to.rows() &&
                     rows.runs()[0].stride == 1;
    if (!all) mask = mask_of(rows);
  }
  if (arguments.get<LazyFrame>(1) != nullptr) {
    assign_frame(arguments, to, columns, mask);
    return to;
  }
  const auto* text = arguments.get<std::string>(1);
  for (const std::size_t c : columns) {
    to.columns[c] = text != nullptr
                        ? with_text(arguments, to.columns[c], mask, *text)
                        : with_number(arguments, to.columns[c], mask, arguments.number(1));
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
      made = with_text(arguments, munge::constant_of(0), nullptr, *text);
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
