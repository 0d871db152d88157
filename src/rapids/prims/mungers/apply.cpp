#include <cmath>

#include "rapids/elementwise.hpp"

namespace neve::rapids::prims {
namespace {

/// The function of each column by itself; results stand side by side.
Value by_columns(Arguments& arguments, const Function& function) {
  Evaluation& evaluation = arguments.evaluation();
  const LazyFrame& frame = arguments.frame(0);
  LazyFrame result;
  std::vector<double> numbers;
  for (std::size_t c = 0; c < frame.width(); ++c) {
    const Value value = evaluation.call(function, {frame.select({c})});
    if (const auto* number = std::get_if<double>(&value)) {
      numbers.push_back(*number);
    } else if (const auto* list = std::get_if<NumberList>(&value)) {
      numbers.push_back(list->first());
    } else if (const auto* made = std::get_if<LazyFrame>(&value)) {
      if (made->width() != 1) {
        arguments.fail(2, "apply result Frames must have one column, found " +
                              std::to_string(made->width()) + ".");
      }
      if (result.width() == 0) result.layout = made->layout;
      result.add(frame.names[c], evaluation.on_layout(*made, result.layout).columns[0]);
    } else {
      arguments.fail(
          2, "the function gives " + std::string(kind_name(value)) + ", not a number or a frame.");
    }
  }
  if (numbers.empty()) return result;
  if (result.width() > 0) arguments.fail(2, "the function gives numbers and frames.");
  return evaluation.row_frame(frame.names, numbers);
}

/// The numbers of a frame of one row, in every row of a layout.
LazyFrame repeated(Evaluation& evaluation, const LazyFrame& row, const frame::LayoutPtr& layout) {
  std::vector<munge::ExpressionPtr> cells;
  cells.reserve(row.width());
  for (const munge::ExpressionPtr& cell : row.columns) {
    cells.push_back(is_number_like(cell) ? cell : missing_column());
  }
  LazyFrame result;
  result.layout = layout;
  for (const munge::Reduced& r : munge::reduce(evaluation.engine(), row.layout, cells)) {
    result.add("", munge::constant_of(r.missing == 1 ? std::nan("") : r.sum));
  }
  return result;
}

/// The function of each row: evaluated once, with cells that stand for those of all rows.
Value by_rows(Arguments& arguments, const Function& function) {
  LazyFrame cells = arguments.frame(0);
  cells.key.clear();
  for (munge::ExpressionPtr& cell : cells.columns) {
    if (!is_number_like(cell) && cell->type != frame::ColumnType::categorical)
      cell = missing_column();
  }
  const Value value = arguments.evaluation().call(function, {Row{cells}});
  LazyFrame result;
  if (const auto* row = std::get_if<Row>(&value)) {
    result = row->cells;
  } else if (const auto* number = std::get_if<double>(&value)) {
    result.layout = cells.layout;
    result.add("C1", munge::constant_of(*number));
  } else if (const auto* made = std::get_if<LazyFrame>(&value); made && made->rows() == 1) {
    result = repeated(arguments.evaluation(), *made, cells.layout);
  } else {
    arguments.fail(2, "the function of a row gives " + std::string(kind_name(value)) + ".");
  }
  for (std::size_t c = 0; c < result.width(); ++c) result.names[c] = "C" + std::to_string(c + 1);
  return result;
}

Value apply_function(Arguments& arguments) {
  const auto* function = arguments.get<Function>(2);
  if (function == nullptr) arguments.fail(2, "expected a function.");
  const double margin = arguments.number(1);
  if (margin == 1) return by_rows(arguments, *function);
  if (margin == 2) return by_columns(arguments, *function);
  arguments.fail(1, "Only row-wise (margin 1) or col-wise (margin 2) allowed.");
}

}  // namespace

const PrimGroup& apply() {
  static const PrimGroup kGroup{{{{"apply"},
                                  "frame margin function",
                                  "Applies a function to each row (1) or column (2).",
                                  apply_function}}};
  return kGroup;
}

}  // namespace neve::rapids::prims
