#include <algorithm>
#include <cmath>

#include <neve/munge/rollups.hpp>

#include "rapids/elementwise.hpp"

namespace neve::rapids::prims {
namespace {

using munge::ExpressionPtr;
using munge::Op;

munge::Interpolation interpolation(Arguments& arguments, std::size_t i) {
  std::string name = arguments.word(i);
  std::ranges::for_each(name,
                        [](char& c) { c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  if (name == "interpolate") return munge::Interpolation::interpolate;
  if (name == "average") return munge::Interpolation::average;
  if (name == "low") return munge::Interpolation::low;
  if (name == "high") return munge::Interpolation::high;
  arguments.fail(i, "expected interpolate, average, low or high, not " + name + ".");
}

/// The median of the distances from the median, times a constant: 1.4826 makes it estimate the
/// standard deviation of normal values (Hampel 1974).
Value median_deviation(Arguments& arguments) {
  Evaluation& evaluation = arguments.evaluation();
  const ExpressionPtr& column = arguments.column(0);
  if (column->type != frame::ColumnType::numeric) arguments.fail(0, "expected a numeric column.");
  const frame::LayoutPtr& layout = arguments.frame(0).layout;
  constexpr double kNormal = 1.4826;
  const double factor = arguments.size() > 2 ? arguments.number(2) : kNormal;
  const auto between =
      arguments.size() > 1 ? interpolation(arguments, 1) : munge::Interpolation::interpolate;
  const auto median_of = [&](const ExpressionPtr& values) {
    constexpr double kHalf = 0.5;
    return munge::quantiles(evaluation.engine(), layout, values, {&kHalf, 1}, between)[0];
  };
  if (munge::reduce(evaluation.engine(), layout, {&column, 1}, evaluation.token())[0].missing > 0) {
    return std::nan("");
  }
  const ExpressionPtr centre = munge::constant_of(median_of(column));
  const auto distance = munge::unary(Op::absolute, munge::binary(Op::subtract, column, centre));
  return factor * median_of(distance);
}

/// The code of the most frequent level; of equally frequent ones, the first.
Value most_frequent(Arguments& arguments) {
  const ExpressionPtr& column = arguments.column(0);
  if (column->type != frame::ColumnType::categorical) {
    arguments.fail(0, "expected a categorical column; use as.factor first.");
  }
  const frame::Frame made = arguments.table(0);
  const auto counts = munge::level_counts(arguments.evaluation().engine(), made.layout,
                                          made.columns[0], arguments.evaluation().token());
  const auto most = std::ranges::max_element(counts);
  if (most == counts.end() || *most == 0) return std::nan("");
  return static_cast<double>(most - counts.begin());
}

}  // namespace

const PrimGroup& robust() {
  static const PrimGroup kGroup{{
      {{"h2o.mad"},
       "column combine? factor?",
       "Median absolute deviation of a column.",
       median_deviation},
      {{"mode"}, "column", "Code of the most frequent level of a column.", most_frequent},
  }};
  return kGroup;
}

}  // namespace neve::rapids::prims
