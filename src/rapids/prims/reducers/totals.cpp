#include <algorithm>
#include <cmath>

#include "rapids/elementwise.hpp"
#include "rapids/letter_case.hpp"

namespace neve::rapids::prims {
namespace {

using munge::ExpressionPtr;
using munge::Op;
using munge::Reduced;

enum class Total { sum, product, min, max };

std::vector<ExpressionPtr> numeric_cells(const LazyFrame& frame) {
  std::vector<ExpressionPtr> cells;
  for (const ExpressionPtr& e : frame.columns) {
    cells.push_back(
        is_number_like(e) || e->type == frame::ColumnType::categorical ? e : missing_column());
  }
  return cells;
}

double start(Total total) {
  const double infinity = std::numeric_limits<double>::infinity();
  switch (total) {
    case Total::sum:
      return 0;
    case Total::product:
      return 1;
    case Total::min:
      return infinity;
    case Total::max:
      return -infinity;
  }
  return 0;
}

double join(Total total, double a, double b) {
  switch (total) {
    case Total::sum:
      return a + b;
    case Total::product:
      return a * b;
    case Total::min:
      return std::min(a, b);
    case Total::max:
      return std::max(a, b);
  }
  return a;
}

double part(Total total, const Reduced& r) {
  switch (total) {
    case Total::sum:
      return r.sum;
    case Total::product:
      return r.product;
    case Total::min:
      return r.min;
    case Total::max:
      return r.max;
  }
  return 0;
}

Op op_of(Total total) {
  switch (total) {
    case Total::sum:
      return Op::add;
    case Total::product:
      return Op::multiply;
    case Total::min:
      return Op::minimum;
    case Total::max:
      return Op::maximum;
  }
  return Op::add;
}

/// Missing cells replaced by what changes nothing.
ExpressionPtr without_missing(Total total, const ExpressionPtr& cell) {
  return munge::choose(Op::pick, munge::unary(Op::is_missing, cell),
                       munge::constant_of(start(total)), cell);
}

Row row_total(const Row& row, Total total, bool skip_missing) {
  std::vector<ExpressionPtr> cells = row.cells.columns;
  for (ExpressionPtr& cell : cells) {
    if (skip_missing) cell = without_missing(total, cell);
  }
  Row result;
  result.cells.layout = row.cells.layout;
  if (cells.empty()) cells.push_back(munge::constant_of(start(total)));
  result.cells.add("C1", combine(op_of(total), std::move(cells)));
  return result;
}

template <Total total, bool skip_missing>
Value apply(Arguments& arguments) {
  if (const auto* row = arguments.get<Row>(0)) return row_total(*row, total, skip_missing);
  double result = start(total);
  bool missing = false;
  bool after_frame = false;
  const auto take = [&](double value) {
    std::isnan(value) ? missing = true : result = join(total, result, value);
  };
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (const auto* number = arguments.get<double>(i)) {
      // Behind a frame R sends its flags, as na.rm, which are no values.
      if (!after_frame) take(*number);
      continue;
    }
    if (const auto* list = arguments.get<NumberList>(i)) {
      for (const double v : list->expand()) take(v);
      continue;
    }
    const LazyFrame& frame = arguments.frame(i);
    after_frame = true;
    Evaluation& evaluation = arguments.evaluation();
    for (const Reduced& r : munge::reduce(evaluation.engine(), frame.layout, numeric_cells(frame),
                                          evaluation.token())) {
      missing = missing || r.missing > 0;
      result = join(total, result, part(total, r));
    }
  }
  return missing && !skip_missing ? std::nan("") : result;
}

/// Whether levels are truth values: true, false or both, in whatever case.
bool are_truths(const frame::Domain& domain) {
  const auto is_truth = [](const std::string& level) {
    return lower_case(level) == "true" || lower_case(level) == "false";
  };
  return !domain.empty() && domain.size() <= 2 && std::ranges::all_of(domain, is_truth) &&
         (domain.size() == 1 || lower_case(domain[0]) != lower_case(domain[1]));
}

/// The column as numbers that are 0 where it is false. A missing cell counts as true, as in H2O-3;
/// other words than truths are all false.
ExpressionPtr truths_of(const ExpressionPtr& column) {
  if (!column->domain) {
    return is_number_like(column) ? column : missing_column();
  }
  if (!are_truths(*column->domain)) return munge::constant_of(0);
  std::vector<double> table;
  for (const std::string& level : *column->domain) {
    table.push_back(lower_case(level) == "true" ? 1 : 0);
  }
  return munge::look_up(column, std::move(table));
}

template <bool all>
Value truth(Arguments& arguments) {
  if (const auto* number = arguments.get<double>(0)) return *number != 0 ? 1.0 : 0.0;
  const LazyFrame& frame = arguments.frame(0);
  Evaluation& evaluation = arguments.evaluation();
  std::vector<ExpressionPtr> cells;
  for (const ExpressionPtr& column : frame.columns) cells.push_back(truths_of(column));
  bool result = all;
  for (const Reduced& r :
       munge::reduce(evaluation.engine(), frame.layout, cells, evaluation.token())) {
    if (all && r.zeros > 0) result = false;
    if (!all && r.zeros < r.rows) result = true;
  }
  return result ? 1.0 : 0.0;
}

}  // namespace

const PrimGroup& totals() {
  static const PrimGroup kGroup{{
      {{"sum"}, "values more...", "Sum of all cells.", apply<Total::sum, false>},
      {{"sumNA"}, "values more...", "Sum of all cells that have a value.", apply<Total::sum, true>},
      {{"prod"}, "values more...", "Product of all cells.", apply<Total::product, false>},
      {{"prod.na"},
       "values more...",
       "Product of the cells that have a value.",
       apply<Total::product, true>},
      {{"min"}, "values more...", "Smallest cell.", apply<Total::min, false>},
      {{"minNA"}, "values more...", "Smallest cell that has a value.", apply<Total::min, true>},
      {{"max"}, "values more...", "Largest cell.", apply<Total::max, false>},
      {{"maxNA"}, "values more...", "Largest cell that has a value.", apply<Total::max, true>},
      {{"all"}, "values", "1 where no cell is 0.", truth<true>},
      {{"any"}, "values", "1 where some cell is not 0.", truth<false>},
  }};
  return kGroup;
}

}  // namespace neve::rapids::prims
