#include <algorithm>
#include <cmath>

#include <neve/base/error.hpp>

#include "rapids/elementwise.hpp"

namespace neve::rapids::prims {
namespace {

using frame::ColumnType;
using munge::ExpressionPtr;
using munge::Op;

bool is_averaged(const ExpressionPtr& e) { return is_number_like(e); }

/// (number of cells with a value, their sum), row by row.
std::pair<ExpressionPtr, ExpressionPtr> across(const std::vector<ExpressionPtr>& cells, bool skip) {
  std::vector<ExpressionPtr> present;
  std::vector<ExpressionPtr> values;
  for (const ExpressionPtr& cell : cells) {
    const ExpressionPtr missing = munge::unary(Op::is_missing, cell);
    present.push_back(munge::binary(Op::subtract, munge::constant_of(1), missing));
    values.push_back(skip ? munge::choose(Op::pick, missing, munge::constant_of(0), cell) : cell);
  }
  return {combine(Op::add, std::move(present)), combine(Op::add, std::move(values))};
}

ExpressionPtr across_rows(const LazyFrame& frame, bool skip, bool mean) {
  std::vector<ExpressionPtr> cells;
  for (const ExpressionPtr& e : frame.columns) {
    if (is_averaged(e)) cells.push_back(e);
  }
  if (cells.empty() || (!skip && cells.size() < frame.width())) return missing_column();
  const auto [count, sum] = across(cells, skip);
  const ExpressionPtr value = mean ? munge::binary(Op::divide, sum, count) : sum;
  // A row without a single value has neither sum nor mean.
  return munge::choose(Op::pick, count, value, missing_column());
}

template <bool mean>
LazyFrame down_columns(Arguments& arguments, const LazyFrame& frame, bool skip) {
  std::vector<ExpressionPtr> cells;
  for (const ExpressionPtr& e : frame.columns)
    cells.push_back(is_averaged(e) ? e : missing_column());
  Evaluation& evaluation = arguments.evaluation();
  const auto reduced = munge::reduce(evaluation.engine(), frame.layout, cells, evaluation.token());
  std::vector<Evaluation::NewColumn> columns;
  for (std::size_t c = 0; c < cells.size(); ++c) {
    const munge::Reduced& r = reduced[c];
    const bool valid = r.present() > 0 && (skip || r.missing == 0);
    const double value = mean ? r.sum / static_cast<double>(r.present()) : r.sum;
    columns.push_back({.name = frame.names[c], .numbers = {valid ? value : std::nan("")}});
    if (frame.columns[c]->type == ColumnType::time) columns.back().type = ColumnType::time;
  }
  if (columns.empty()) return {};
  return evaluation.new_frame(columns);
}

template <bool mean>
Value average(Arguments& arguments) {
  const bool skip = arguments.size() > 1 && arguments.flag(1);
  const bool rowwise = arguments.size() > 2 && arguments.flag(2);
  const std::string name = mean ? "mean" : "sum";
  if (const auto* row = arguments.get<Row>(0)) {
    Row result;
    result.cells.layout = row->cells.layout;
    result.cells.add("C1", across_rows(row->cells, skip, mean));
    return result;
  }
  const LazyFrame& frame = arguments.frame(0);
  if (!rowwise) return down_columns<mean>(arguments, frame, skip);
  LazyFrame result;
  result.layout = frame.layout;
  result.add(name, arguments.evaluation().light(frame.layout, across_rows(frame, skip, mean)));
  return result;
}

NumberList per_column(Arguments& arguments, double (*figure)(const munge::Reduced&), bool skip) {
  const LazyFrame& frame = arguments.frame(0);
  std::vector<ExpressionPtr> cells;
  for (const ExpressionPtr& e : frame.columns)
    cells.push_back(is_averaged(e) ? e : missing_column());
  Evaluation& evaluation = arguments.evaluation();
  NumberList list;
  for (const auto& r :
       munge::reduce(evaluation.engine(), frame.layout, cells, evaluation.token())) {
    list.add({.base = r.missing > 0 && !skip ? std::nan("") : figure(r)});
  }
  return list;
}

Value deviation(Arguments& arguments) {
  const bool skip = arguments.size() > 1 && arguments.flag(1);
  return per_column(
      arguments, [](const munge::Reduced& r) { return std::sqrt(r.variance()); }, skip);
}

Value median(Arguments& arguments) {
  const bool skip = arguments.flag(1);
  const LazyFrame& frame = arguments.frame(0);
  Evaluation& evaluation = arguments.evaluation();
  NumberList list;
  constexpr double kHalf = 0.5;
  for (const ExpressionPtr& e : frame.columns) {
    double value = std::nan("");
    const bool usable = is_averaged(e) && e->type != ColumnType::time;
    if (usable &&
        (skip || munge::reduce(evaluation.engine(), frame.layout, {&e, 1})[0].missing == 0)) {
      value = munge::quantiles(evaluation.engine(), frame.layout, e, {&kHalf, 1})[0];
    }
    list.add({.base = value});
  }
  return list;
}

/// Whether some value is neither missing nor 0 (of categories: not the first level). The clients'
/// any_na_rm asks for it by a name that says something else.
Value any_nonzero(Arguments& arguments) {
  Evaluation& evaluation = arguments.evaluation();
  const auto rollups = evaluation.rollups().of(arguments.table(0), evaluation.token());
  return std::ranges::any_of(rollups,
                             [](const frame::Rollup& r) { return r.rows > r.missing + r.zeros; })
             ? 1.0
             : 0.0;
}

/// Cells without a value, for columns of any type.
std::vector<std::int64_t> missing_counts(Arguments& arguments) {
  Evaluation& evaluation = arguments.evaluation();
  std::vector<std::int64_t> counts;
  for (const auto& r : evaluation.rollups().of(arguments.table(0), evaluation.token())) {
    counts.push_back(r.missing);
  }
  return counts;
}

Value count_missing(Arguments& arguments) {
  NumberList list;
  for (const std::int64_t n : missing_counts(arguments)) list.add({.base = static_cast<double>(n)});
  return list;
}

Value few_missing(Arguments& arguments) {
  const auto counts = missing_counts(arguments);
  const double limit = arguments.number(1) * static_cast<double>(arguments.frame(0).rows());
  NumberList list;
  for (std::size_t c = 0; c < counts.size(); ++c) {
    if (static_cast<double>(counts[c]) < limit || counts[c] == 0)
      list.add({.base = static_cast<double>(c)});
  }
  return list;
}

/// Third and fourth moments over powers of the second one, none of them corrected for the sample.
template <int order>
Value moment(Arguments& arguments) {
  Evaluation& evaluation = arguments.evaluation();
  const bool skip = arguments.flag(1);
  const LazyFrame& frame = arguments.frame(0);
  NumberList list;
  for (const ExpressionPtr& e : frame.columns) {
    if (!is_averaged(e)) {
      list.add({.base = std::nan("")});
      continue;
    }
    const auto r = munge::reduce(evaluation.engine(), frame.layout, {&e, 1})[0];
    const auto centred = munge::binary(Op::subtract, e, munge::constant_of(r.mean));
    const auto square = munge::binary(Op::multiply, centred, centred);
    const auto power = munge::binary(Op::multiply, square, order == 3 ? centred : square);
    const auto sum = munge::reduce(evaluation.engine(), frame.layout, {&power, 1})[0].sum;
    const auto n = static_cast<double>(r.present());
    const double sigma = std::sqrt(r.squares / n);
    const double scale = order == 3 ? sigma * sigma * sigma : sigma * sigma * sigma * sigma;
    list.add({.base = r.missing > 0 && !skip ? std::nan("") : sum / n / scale});
  }
  return list;
}

}  // namespace

const PrimGroup& averages() {
  static const PrimGroup kGroup{{
      {{"mean"},
       "frame na_rm? axis? as_frame?",
       "Means of columns (axis 0) or rows (axis 1); as a frame whatever the last argument says.",
       average<true>},
      {{"sumaxis"},
       "frame na_rm? axis? as_frame?",
       "Sums of columns (axis 0) or rows (axis 1); as a frame whatever the last argument says.",
       average<false>},
      {{"sd"}, "frame na_rm?", "Sample standard deviation of each column.", deviation},
      {{"median"}, "frame na_rm", "Median of each column.", median},
      {{"naCnt"}, "frame", "Missing cells of each column.", count_missing},
      {{"any.na"},
       "frame",
       "1 where some value is not 0; missing cells do not count.",
       any_nonzero},
      {{"filterNACols"},
       "frame fraction",
       "Columns with less than this share of missing cells.",
       few_missing},
      {{"skewness"}, "frame na_rm", "Skewness of each column.", moment<3>},
      {{"kurtosis"}, "frame na_rm", "Kurtosis of each column.", moment<4>},
  }};
  return kGroup;
}

}  // namespace neve::rapids::prims
