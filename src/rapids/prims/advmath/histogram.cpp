#include <algorithm>
#include <cmath>

#include <neve/base/math.hpp>
#include <neve/munge/group_by.hpp>

#include "rapids/elementwise.hpp"

namespace neve::rapids::prims {
namespace {

using munge::ExpressionPtr;
using munge::Op;

constexpr std::int64_t kMostBins = 1 << 20;

const ExpressionPtr& numeric_column(Arguments& arguments) {
  const ExpressionPtr& column = arguments.column(0);
  if (column->type != frame::ColumnType::numeric) arguments.fail(0, "expected a numeric column.");
  return column;
}

munge::Reduced figures(Arguments& arguments, const ExpressionPtr& column) {
  Evaluation& evaluation = arguments.evaluation();
  return munge::reduce(evaluation.engine(), arguments.frame(0).layout, {&column, 1},
                       evaluation.token())[0];
}

/// `count` breaks from low to high at equal distances.
std::vector<double> equal_breaks(double low, double high, std::int64_t count) {
  std::vector<double> breaks;
  const double width = (high - low) / static_cast<double>(count - 1);
  for (std::int64_t i = 0; i < count; ++i) breaks.push_back(low + width * static_cast<double>(i));
  breaks.back() = high;
  return breaks;
}

/// The interval of each value; both ends of the range belong to it.
ExpressionPtr interval_of(const ExpressionPtr& column, const std::vector<double>& breaks) {
  auto made = std::make_shared<munge::Expression>();
  made->op = Op::bin;
  made->a = column;
  std::vector<double> table = {1, 1};
  table.insert(table.end(), breaks.begin(), breaks.end());
  made->table = std::make_shared<const std::vector<double>>(std::move(table));
  made->size = column->size + 1;
  return made;
}

std::vector<double> sorted_breaks(Arguments& arguments) {
  std::vector<double> breaks = arguments.numbers(1).expand();
  for (const double b : breaks) {
    if (std::isnan(b)) arguments.fail(1, "a break must not be missing.");
  }
  std::ranges::sort(breaks);
  breaks.erase(std::unique(breaks.begin(), breaks.end()), breaks.end());
  if (breaks.size() < 2) arguments.fail(1, "expected at least two different breaks.");
  return breaks;
}

/// Breaks by rules for the number or the width of bins: Sturges 1926, Doane 1976, Scott 1979,
/// Freedman and Diaconis 1981 (twice the median absolute deviation stands for the quartile range).
double breaks_by_rule(Arguments& arguments, const ExpressionPtr& column, const munge::Reduced& r) {
  std::string rule = arguments.text(1);
  std::ranges::for_each(rule,
                        [](char& c) { c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  const auto n = static_cast<double>(r.rows);
  const double root = math::cbrt(n);
  if (rule == "sturges") return std::ceil(1 + math::log2(n));
  if (rule == "rice") return std::ceil(2 * root);
  if (rule == "sqrt") return std::ceil(std::sqrt(n));
  const double range = r.max - r.min;
  if (rule == "scott") return std::ceil(range * root / (3.5 * std::sqrt(r.variance())));
  Evaluation& evaluation = arguments.evaluation();
  const frame::LayoutPtr& layout = arguments.frame(0).layout;
  if (rule == "fd") {
    constexpr double kHalf = 0.5;
    const double median = munge::quantiles(evaluation.engine(), layout, column, {&kHalf, 1})[0];
    const auto far =
        munge::unary(Op::absolute, munge::binary(Op::subtract, column, munge::constant_of(median)));
    const double mad = munge::quantiles(evaluation.engine(), layout, far, {&kHalf, 1})[0];
    return std::ceil(range * root / (2 * mad));
  }
  if (rule != "doane") {
    arguments.fail(1, "expected sturges, rice, sqrt, doane, scott or fd, not " + rule + ".");
  }
  const auto centred = munge::binary(Op::subtract, column, munge::constant_of(r.mean));
  const auto cube =
      munge::binary(Op::multiply, centred, munge::binary(Op::multiply, centred, centred));
  const double third = munge::reduce(evaluation.engine(), layout, {&cube, 1})[0].sum / n;
  const double sigma = std::sqrt(r.variance());
  const double skew = std::abs(third / (sigma * sigma * sigma));
  const double error = std::sqrt(6 * (n - 2) / ((n + 1) * (n + 3)));
  return std::ceil(1 + math::log2(n) + math::log2(1 + skew / error));
}

std::vector<double> histogram_breaks(Arguments& arguments, const ExpressionPtr& column) {
  const munge::Reduced r = figures(arguments, column);
  if (r.present() == 0 || !std::isfinite(r.max - r.min)) {
    arguments.fail(0, "the column has no finite range to make bins of.");
  }
  double count = 0;
  if (arguments.get<std::string>(1) != nullptr) {
    count = breaks_by_rule(arguments, column, r);
  } else if (const NumberList given = arguments.numbers(1); given.size() == 1) {
    count = std::floor(given.first());
    if (!(count >= 1)) arguments.fail(1, "expected a number of breaks from 1.");
  } else {
    return sorted_breaks(arguments);
  }
  if (std::isnan(count) || r.max == r.min) count = 2;
  if (count > kMostBins)
    arguments.fail(1, "that makes more bins than " + std::to_string(kMostBins) + ".");
  const double high = r.max > r.min ? r.max : r.min + 1;
  return equal_breaks(r.min, high, std::max<std::int64_t>(2, static_cast<std::int64_t>(count)));
}

/// A row per break; counts and middles are those of the interval that ends there.
Value hist(Arguments& arguments) {
  Evaluation& evaluation = arguments.evaluation();
  const ExpressionPtr& column = numeric_column(arguments);
  const std::vector<double> breaks = histogram_breaks(arguments, column);
  const ExpressionPtr bin = interval_of(column, breaks);
  const auto groups = munge::group_by(evaluation.engine(), arguments.frame(0).layout, {&bin, 1},
                                      {&column, 1}, evaluation.token());
  const double none = std::nan("");
  std::vector<double> counts(breaks.size(), 0);
  std::vector<double> seen(breaks.size(), none);
  std::vector<double> middles(breaks.size(), none);
  counts[0] = none;
  for (std::size_t i = 1; i < breaks.size(); ++i) middles[i] = (breaks[i - 1] + breaks[i]) / 2;
  for (std::size_t g = 0; g < groups.size(); ++g) {
    if (std::isnan(groups.key(g, 0))) continue;
    const auto at = static_cast<std::size_t>(groups.key(g, 0)) + 1;
    counts[at] = static_cast<double>(groups.rows[g]);
    seen[at] = (groups.figure(g, 0).min + groups.figure(g, 0).max) / 2;
  }
  return evaluation.new_frame({{.name = "breaks", .numbers = breaks},
                               {.name = "counts", .numbers = std::move(counts)},
                               {.name = "mids_true", .numbers = std::move(seen)},
                               {.name = "mids", .numbers = std::move(middles)}});
}

}  // namespace

const PrimGroup& histogram() {
  static const PrimGroup kGroup{{
      {{"hist"}, "column breaks", "Counts of a histogram, by breaks or a rule for them.", hist},
  }};
  return kGroup;
}

}  // namespace neve::rapids::prims
