#include <algorithm>
#include <cmath>

#include <neve/base/java_number.hpp>
#include <neve/munge/rows.hpp>

#include "rapids/elementwise.hpp"
#include "rapids/factors.hpp"

namespace neve::rapids::prims {
namespace {

using munge::ExpressionPtr;
using munge::Op;

std::vector<double> breaks_of(Arguments& arguments, const ExpressionPtr& column) {
  std::vector<double> breaks = arguments.numbers(1).expand();
  if (breaks.size() != 1) {
    std::ranges::sort(breaks);
    const bool missing = std::ranges::any_of(breaks, [](double b) { return std::isnan(b); });
    if (breaks.size() < 2 || missing) arguments.fail(1, "expected two breaks or more.");
    return breaks;
  }
  if (!(breaks[0] >= 2 && breaks[0] < 1e6)) {
    arguments.fail(1, "The number of cuts must be >= 2. Got: " + java_double(breaks[0]));
  }
  const auto bins = static_cast<std::size_t>(breaks[0]);
  const auto r =
      munge::reduce(arguments.evaluation().engine(), arguments.frame(0).layout, {&column, 1})[0];
  // Both ends lie a thousandth of the range outside, so that every value is in.
  const double span = r.max - r.min;
  breaks.clear();
  for (std::size_t i = 0; i <= bins; ++i) {
    breaks.push_back(r.min + span * static_cast<double>(i) / static_cast<double>(bins));
  }
  breaks.front() -= span / 1000;
  breaks.back() += span / 1000;
  return breaks;
}

Value cut(Arguments& arguments) {
  const ExpressionPtr& column = arguments.column(0);
  if (!is_number_like(column)) arguments.fail(0, "First argument must be a numeric column vector.");
  std::vector<double> breaks = breaks_of(arguments, column);
  // R writes NULL where there are none.
  const bool unlabelled = arguments.get<NoValue>(2) != nullptr;
  const StringList labels = unlabelled ? StringList() : arguments.texts(2);
  const bool lowest = arguments.flag(3);
  const bool right = arguments.flag(4);
  const double digits = std::min(arguments.number(5), 12.0);
  if (std::isnan(digits)) arguments.fail(5, "expected a number of decimals.");
  for (double& b : breaks) b = munge::apply_binary(Op::round, b, digits);
  const std::size_t bins = breaks.size() - 1;
  if (!labels.empty() && labels.size() != bins) {
    arguments.fail(2, "`labels` vector does not match the number of cuts.");
  }
  frame::Domain domain = labels;
  for (std::size_t i = 0; i < bins && labels.empty(); ++i) {
    const bool closed_left = !right || (lowest && i == 0);
    const bool closed_right = right || (lowest && i + 1 == bins);
    domain.push_back((closed_left ? "[" : "(") + java_double(breaks[i]) + "," +
                     java_double(breaks[i + 1]) + (closed_right ? "]" : ")"));
  }
  breaks.insert(breaks.begin(), {right ? 1.0 : 0.0, lowest ? 1.0 : 0.0});
  auto made = std::make_shared<munge::Expression>();
  made->op = Op::bin;
  made->a = column;
  made->table = std::make_shared<const std::vector<double>>(std::move(breaks));
  made->type = frame::ColumnType::categorical;
  made->domain = std::make_shared<const frame::Domain>(std::move(domain));
  made->size = column->size + 1;
  LazyFrame result = arguments.frame(0);
  result.key.clear();
  result.columns[0] = std::move(made);
  return result;
}

/// Positions of the cells in a list, counted from a start; `nomatch` elsewhere.
Value match(Arguments& arguments) {
  Evaluation& evaluation = arguments.evaluation();
  ExpressionPtr column = arguments.column(0);
  const auto optional_number = [&](std::size_t i, double otherwise) {
    const auto* number = arguments.size() > i ? arguments.get<double>(i) : nullptr;
    return number != nullptr ? *number : otherwise;
  };
  const double nomatch = optional_number(2, std::nan(""));
  double start = optional_number(3, 1);
  if (std::isnan(start)) start = 1;
  if (column->type == frame::ColumnType::string) {
    column = factor_of(evaluation, arguments.frame(0).layout, column);
  }
  ExpressionPtr position;
  if (column->domain) {
    StringList wanted;
    if (arguments.get<StringList>(1) != nullptr || arguments.get<std::string>(1) != nullptr) {
      wanted = arguments.texts(1);
    } else {
      for (const double v : arguments.numbers(1).expand()) {
        wanted.push_back(v == std::trunc(v) ? std::to_string(static_cast<std::int64_t>(v))
                                            : java_double(v));
      }
    }
    std::vector<double> table;
    for (const std::string& level : *column->domain) {
      const auto at = std::ranges::find(wanted, level);
      table.push_back(at == wanted.end() ? std::nan("")
                                         : start + static_cast<double>(at - wanted.begin()));
    }
    position = munge::look_up(column, std::move(table));
  } else {
    const std::vector<double> wanted = arguments.numbers(1).expand();
    std::vector<double> sorted = wanted;
    std::ranges::sort(sorted);
    sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
    std::vector<double> table;
    for (const double v : sorted) {
      table.push_back(start + static_cast<double>(std::ranges::find(wanted, v) - wanted.begin()));
    }
    auto member = std::make_shared<munge::Expression>();
    member->op = Op::member;
    member->a = column;
    member->table = std::make_shared<const std::vector<double>>(std::move(sorted));
    member->size = column->size + 1;
    position = munge::look_up(member, std::move(table));
  }
  LazyFrame result;
  result.layout = arguments.frame(0).layout;
  result.add("C1", munge::choose(Op::pick, munge::unary(Op::is_missing, position),
                                 munge::constant_of(nomatch), position));
  return result;
}

/// Numbers of the rows, or of the columns of a single row, that are not 0.
Value which(Arguments& arguments) {
  Evaluation& evaluation = arguments.evaluation();
  const LazyFrame& frame = arguments.coded_frame(0);
  if (frame.width() != 1 && frame.rows() != 1)
    arguments.fail(0, "which requires a single column or a single row.");
  std::vector<double> found;
  double position = 0;
  for (const ExpressionPtr& e : frame.columns) {
    for (const double v : munge::collect(evaluation.engine(), frame.layout, e)) {
      if (v != 0 && !std::isnan(v)) found.push_back(position);
      ++position;
    }
  }
  return evaluation.new_frame({{.name = "C1", .numbers = std::move(found)}});
}

/// Numbers given per column: a flag (figures of the columns, or nothing), a number or a list.
template <class Figure>
std::vector<double> per_column(Arguments& arguments, std::size_t i, const Figure& figure,
                               double otherwise) {
  const LazyFrame& frame = arguments.frame(0);
  if (arguments.get<NumberList>(i) != nullptr) {
    std::vector<double> values = arguments.numbers(i).expand();
    if (values.size() != frame.width()) {
      arguments.fail(i, "Values array is of different length than number of columns.");
    }
    return values;
  }
  std::vector<double> values(frame.width(), otherwise);
  if (!arguments.flag(i)) return values;
  const auto all = arguments.evaluation().rollups().of(arguments.table(0));
  for (std::size_t c = 0; c < values.size(); ++c) values[c] = figure(all[c]);
  return values;
}

Value scale(Arguments& arguments) {
  const auto centres = per_column(
      arguments, 1, [](const auto& r) { return r.mean; }, 0);
  const auto scales = per_column(
      arguments, 2, [](const auto& r) { return r.sigma; }, 1);
  LazyFrame result = arguments.frame(0);
  result.key.clear();
  for (std::size_t c = 0; c < result.width(); ++c) {
    ExpressionPtr& e = result.columns[c];
    if (!is_number_like(e)) continue;
    e = munge::binary(Op::divide, munge::binary(Op::subtract, e, munge::constant_of(centres[c])),
                      munge::constant_of(scales[c]));
  }
  return result;
}

Value scale_in_place(Arguments& arguments) {
  const std::string key = arguments.frame(0).key;
  Value made = scale(arguments);
  arguments.evaluation().replace(key, std::get<LazyFrame>(made));
  return made;
}

}  // namespace

const PrimGroup& intervals() {
  static const PrimGroup kGroup{{
      {{"cut"},
       "column breaks labels include_lowest right digits",
       "The interval that holds each number, as categories.",
       cut},
      {{"match"}, "column table nomatch? start?", "Position of each cell in a list.", match},
      {{"which"}, "column", "Numbers of the rows that are not 0.", which},
      {{"scale"}, "frame center scale", "Centred and scaled columns.", scale},
      {{"scale_inplace"},
       "frame center scale",
       "Centres and scales columns of a frame.",
       scale_in_place},
  }};
  return kGroup;
}

}  // namespace neve::rapids::prims
