#include <cmath>

#include <neve/munge/group_by.hpp>
#include <neve/munge/rows.hpp>

#include "rapids/elementwise.hpp"

namespace neve::rapids::prims {
namespace {

using munge::ExpressionPtr;
using munge::Op;

void check(Arguments& arguments, std::size_t i, const munge::Reduced& values) {
  if (values.missing > 0)
    arguments.fail(i, "there are missing values; leave those rows out first.");
  if (values.min < 0 || (values.present() > 0 && values.max > 1)) {
    arguments.fail(i, i == 0 ? "expected numbers from 0 to 1." : "expected 0 or 1 in every row.");
  }
}

void check_values(Arguments& arguments, const frame::LayoutPtr& layout,
                  const std::vector<ExpressionPtr>& columns) {
  Evaluation& evaluation = arguments.evaluation();
  const ExpressionPtr fraction =
      munge::binary(Op::subtract, columns[1], munge::unary(Op::floor, columns[1]));
  const auto values =
      munge::reduce(evaluation.engine(), layout, std::vector{columns[0], columns[1], fraction},
                    evaluation.token());
  check(arguments, 0, values[0]);
  check(arguments, 1, values[1]);
  if (values[2].max > 0) arguments.fail(1, "expected 0 or 1 in every row.");
}

/// Pairs of a positive and a negative row that the probabilities put in the right order, over all
/// pairs; equal probabilities count half. Hanley and McNeil, The meaning and use of the area under
/// a receiver operating characteristic (ROC) curve, Radiology 143 (1982).
double area(const std::vector<double>& rows, const std::vector<double>& positives) {
  double positive = 0;
  double negative = 0;
  double ordered = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const double others = rows[i] - positives[i];
    ordered += positives[i] * (negative + others / 2);
    positive += positives[i];
    negative += others;
  }
  return ordered / positive / negative;
}

Value exact_area(Arguments& arguments) {
  Evaluation& evaluation = arguments.evaluation();
  for (const std::size_t i : {0, 1}) {
    const ExpressionPtr& column = arguments.column(i);
    const bool codes = i == 1 && column->type == frame::ColumnType::categorical;
    if (!is_number_like(column) && !codes) arguments.fail(i, "expected a numeric column.");
  }
  const LazyFrame& probabilities = arguments.frame(0);
  const frame::LayoutPtr& layout = probabilities.layout;
  if (probabilities.rows() != arguments.frame(1).rows()) {
    arguments.fail(1, "expected as many rows as probabilities.");
  }
  if (probabilities.rows() == 0) return evaluation.row_frame({"C1"}, {std::nan("")});
  const ExpressionPtr actual =
      munge::retyped(evaluation.on_layout(arguments.frame(1), layout).columns[0],
                     frame::ColumnType::numeric, nullptr);
  check_values(arguments, layout, {probabilities.columns[0], actual});
  const munge::Grouping grouping{
      .keys = {probabilities.columns[0]},
      .values = {actual},
      .aggregates = {{.statistic = munge::Statistic::rows}, {.statistic = munge::Statistic::sum}}};
  const LazyFrame groups =
      lazy(munge::group_frame(evaluation.engine(), layout, grouping, evaluation.token()));
  const auto cells = [&](std::size_t c) {
    return munge::collect(evaluation.engine(), groups.layout, groups.columns[c]);
  };
  return evaluation.row_frame({"C1"}, {area(cells(1), cells(2))});
}

}  // namespace

const PrimGroup& exact_auc() {
  static const PrimGroup kGroup{{
      {{"perfectAUC"},
       "probabilities actuals",
       "Area under the ROC curve, from every row rather than from a histogram.",
       exact_area},
  }};
  return kGroup;
}

}  // namespace neve::rapids::prims
