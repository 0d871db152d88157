#include <cmath>

#include <neve/base/error.hpp>

#include "rapids/elementwise.hpp"
#include "rapids/factors.hpp"

namespace neve::rapids::prims {
namespace {

using frame::ColumnType;

Value column_count(Arguments& arguments) { return static_cast<double>(arguments.frame(0).width()); }

Value row_count(Arguments& arguments) { return static_cast<double>(arguments.frame(0).rows()); }

/// The value of a single cell.
Value flatten(Arguments& arguments) {
  const LazyFrame& frame = arguments.frame(0);
  if (frame.width() != 1 || frame.rows() != 1) return frame;
  Evaluation& evaluation = arguments.evaluation();
  const munge::ExpressionPtr& cell = frame.columns[0];
  if (cell->type == ColumnType::string) {
    const frame::Chunk chunk =
        evaluation.engine().chunk(*frame.layout, cell->column.id, frame.layout->group_of(0));
    const auto text = chunk.text(0);
    return text ? std::string(*text) : std::string("NA");
  }
  const auto reduced = munge::reduce(evaluation.engine(), frame.layout, frame.columns)[0];
  const double value = reduced.missing == 1 ? std::nan("") : reduced.sum;
  if (cell->type != ColumnType::categorical) return value;
  if (std::isnan(value)) return std::string("NA");
  return (*cell->domain)[static_cast<std::size_t>(value)];
}

Value get_row(Arguments& arguments) {
  const LazyFrame& frame = arguments.frame(0);
  if (frame.rows() != 1) {
    arguments.fail(0, "The number of rows must be 1, not " + std::to_string(frame.rows()) + ".");
  }
  std::vector<munge::ExpressionPtr> cells;
  for (const auto& cell : frame.columns) {
    cells.push_back(is_number_like(cell) ? cell : missing_column());
  }
  NumberList values;
  for (const auto& r : munge::reduce(arguments.evaluation().engine(), frame.layout, cells)) {
    values.add({.base = r.missing == 1 ? std::nan("") : r.sum});
  }
  return values;
}

Value set_names(Arguments& arguments) {
  LazyFrame frame = arguments.frame(0);
  const std::vector<std::size_t> columns = arguments.column_positions(1, frame);
  const StringList names = arguments.texts(2);
  if (columns.size() != names.size()) {
    arguments.fail(2, "Must have the same number of column choices as names: " +
                          std::to_string(columns.size()) + " and " + std::to_string(names.size()) +
                          ".");
  }
  for (std::size_t i = 0; i < columns.size(); ++i) frame.names[columns[i]] = names[i];
  frame.key.clear();
  return frame;
}

}  // namespace

const PrimGroup& shape() {
  static const PrimGroup kGroup{{
      {{"ncol"}, "frame", "Number of columns.", column_count},
      {{"nrow"}, "frame", "Number of rows.", row_count},
      {{"flatten"}, "frame", "The value of a frame of one cell.", flatten},
      {{"getrow"}, "frame", "The numbers of a frame of one row.", get_row},
      {{"colnames="}, "frame columns names", "Renames columns.", set_names},
  }};
  return kGroup;
}

}  // namespace neve::rapids::prims
