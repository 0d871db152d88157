#include <algorithm>
#include <cmath>
#include <tuple>

#include <neve/base/rng.hpp>
#include <neve/munge/order.hpp>
#include <neve/munge/rows.hpp>

#include "rapids/elementwise.hpp"

namespace neve::rapids::prims {
namespace {

using munge::ExpressionPtr;
using munge::Op;

/// A running figure down the rows (axis 0) or across the columns (axis 1).
template <Op op>
Value running(Arguments& arguments) {
  Evaluation& evaluation = arguments.evaluation();
  LazyFrame frame = arguments.frame(0);
  frame.key.clear();
  const bool across = arguments.size() > 1 && arguments.flag(1);
  for (std::size_t c = 0; c < frame.width(); ++c) {
    ExpressionPtr& e = frame.columns[c];
    if (!is_number_like(e)) arguments.fail(0, "expected numeric columns.");
    if (across) {
      if (c > 0) e = evaluation.light(frame.layout, munge::binary(op, frame.columns[c - 1], e));
      continue;
    }
    e = munge::column_of(
        munge::sequential(evaluation.engine(), frame.layout, e, [](std::vector<double>& cells) {
          for (std::size_t i = 1; i < cells.size(); ++i) {
            cells[i] = munge::apply_binary(op, cells[i - 1], cells[i]);
          }
        }));
  }
  return frame;
}

Value difference(Arguments& arguments) {
  Evaluation& evaluation = arguments.evaluation();
  const ExpressionPtr& e = arguments.column(0);
  if (!is_number_like(e)) arguments.fail(0, "expected a column of numbers or times.");
  LazyFrame frame = arguments.frame(0);
  frame.key.clear();
  const auto column =
      munge::sequential(evaluation.engine(), frame.layout, e, [](std::vector<double>& cells) {
        for (std::size_t i = cells.size(); i-- > 1;) cells[i] -= cells[i - 1];
        if (!cells.empty()) cells[0] = std::nan("");
      });
  frame.columns[0] = munge::column_of(column);
  return frame;
}

constexpr double kLongest = 100'000'000;

LazyFrame column_frame(Evaluation& evaluation, std::vector<double> numbers) {
  return evaluation.new_frame({{.name = "C1", .numbers = std::move(numbers)}});
}

Value sequence(Arguments& arguments) {
  const double from = arguments.number(0);
  const double to = arguments.number(1);
  const double by = arguments.number(2);
  const double count = std::floor((to - from) / by + 1e-10) + 1;
  if (!(count >= 1 && count <= kLongest)) arguments.fail(2, "this step does not lead to the end.");
  std::vector<double> numbers;
  for (double i = 0; i < count; ++i) numbers.push_back(from + i * by);
  return column_frame(arguments.evaluation(), std::move(numbers));
}

Value sequence_to(Arguments& arguments) {
  const double count = arguments.number(0);
  if (!(count >= 0 && count <= kLongest)) arguments.fail(0, "expected a length.");
  std::vector<double> numbers;
  for (double i = 1; i <= count; ++i) numbers.push_back(i);
  return column_frame(arguments.evaluation(), std::move(numbers));
}

/// Of several columns, the columns are repeated.
LazyFrame repeat_columns(Arguments& arguments, const LazyFrame& frame, std::size_t count) {
  constexpr std::size_t kMostColumns = 100'000;
  if (count > kMostColumns) arguments.fail(1, "expected at most 100000 columns.");
  LazyFrame result;
  result.layout = frame.layout;
  for (std::size_t i = 0; i < count; ++i) {
    result.add("C" + std::to_string(i + 1), frame.columns[i % frame.width()]);
  }
  return result;
}

Value repeat(Arguments& arguments) {
  Evaluation& evaluation = arguments.evaluation();
  const double length = arguments.number(1);
  if (!(length >= 0 && length <= kLongest)) arguments.fail(1, "expected a length.");
  const auto count = static_cast<std::size_t>(length);
  if (const auto* number = arguments.get<double>(0)) {
    return column_frame(evaluation, std::vector<double>(count, *number));
  }
  const LazyFrame& source = arguments.frame(0);
  if (source.width() > 1) return repeat_columns(arguments, source, count);
  const frame::Frame frame = evaluation.materialise(source);
  if (frame.width() != 1 || frame.rows() == 0) arguments.fail(0, "expected a column with rows.");
  std::vector<std::int64_t> rows(count);
  for (std::size_t i = 0; i < count; ++i) rows[i] = static_cast<std::int64_t>(i) % frame.rows();
  return lazy(munge::gather(evaluation.engine(), frame, rows, evaluation.token()));
}

/// Ranks of the rows within their class, in random order; second the sizes of the classes.
struct ClassRanks {
  std::vector<std::size_t> rank;
  std::vector<std::size_t> size;  ///< of each row's class
};

ClassRanks ranks_in_classes(Evaluation& evaluation, const LazyFrame& frame, std::uint64_t seed) {
  const auto classes = munge::collect(evaluation.engine(), frame.layout, frame.columns[0]);
  const CounterRng random(seed);
  struct Row {
    double cls;
    std::uint64_t order;
    std::size_t row;
  };
  std::vector<Row> rows;
  for (std::size_t i = 0; i < classes.size(); ++i) {
    rows.push_back({std::isnan(classes[i]) ? -HUGE_VAL : classes[i], random.bits(i), i});
  }
  std::ranges::sort(rows, [](const Row& a, const Row& b) {
    return std::tie(a.cls, a.order, a.row) < std::tie(b.cls, b.order, b.row);
  });
  ClassRanks result{std::vector<std::size_t>(rows.size()), std::vector<std::size_t>(rows.size())};
  for (std::size_t begin = 0; begin < rows.size();) {
    std::size_t end = begin;
    while (end < rows.size() && rows[end].cls == rows[begin].cls) ++end;
    for (std::size_t i = begin; i < end; ++i) {
      result.rank[rows[i].row] = i - begin;
      result.size[rows[i].row] = end - begin;
    }
    begin = end;
  }
  return result;
}

/// `value(rank, size)` for each row, as a column on the frame's layout.
template <class OfRank>
LazyFrame by_rank(Arguments& arguments, std::size_t seed_at, const munge::ExpressionPtr& like,
                  const OfRank& value) {
  Evaluation& evaluation = arguments.evaluation();
  arguments.column(0);
  const LazyFrame& frame = arguments.coded_frame(0);
  const ClassRanks ranks = ranks_in_classes(evaluation, frame, arguments.seed(seed_at));
  const auto column =
      munge::sequential(evaluation.engine(), frame.layout, like, [&](std::vector<double>& cells) {
        for (std::size_t i = 0; i < cells.size(); ++i)
          cells[i] = value(ranks.rank[i], ranks.size[i]);
      });
  LazyFrame result;
  result.layout = frame.layout;
  result.add("C1", munge::column_of(column));
  return result;
}

Value stratified_folds(Arguments& arguments) {
  const std::int64_t folds = arguments.integer(1);
  if (folds < 2) arguments.fail(1, "expected at least 2 folds.");
  return by_rank(arguments, 2, munge::constant_of(0), [&](std::size_t rank, std::size_t) {
    return static_cast<double>(rank % static_cast<std::size_t>(folds));
  });
}

Value stratified_split(Arguments& arguments) {
  const double share = arguments.number(1);
  if (!(share >= 0 && share <= 1)) arguments.fail(1, "expected a share between 0 and 1.");
  static const auto kLabels = std::make_shared<const frame::Domain>(frame::Domain{"train", "test"});
  const auto like = munge::retyped(munge::constant_of(0), frame::ColumnType::categorical, kLabels);
  LazyFrame result = by_rank(arguments, 2, like, [&](std::size_t rank, std::size_t size) {
    return static_cast<double>(rank) < std::nearbyint(share * static_cast<double>(size)) ? 1.0
                                                                                         : 0.0;
  });
  result.names[0] = "test_train_split";
  return result;
}

/// One row for each tuple of values in some columns: the first, or the last.
Value drop_duplicates(Arguments& arguments) {
  Evaluation& evaluation = arguments.evaluation();
  const LazyFrame& source = arguments.frame(0);
  const auto columns = arguments.column_positions(1, source);
  const std::string keep = arguments.word(2);
  if (keep != "first" && keep != "last") {
    arguments.fail(2, "expected first or last, not " + keep + ".");
  }
  const bool last = keep == "last";
  const frame::Frame frame = evaluation.materialise(source);
  // Groups are runs of equal codes once keys are numbered by group.
  std::vector<munge::SortKey> keys;
  std::vector<std::vector<double>> cells;
  for (const std::size_t c : columns) {
    if (frame.columns[c].type == frame::ColumnType::string) {
      arguments.fail(1, "columns of strings cannot be compared; use as.factor first.");
    }
    keys.push_back({frame.columns[c], true});
    cells.push_back(munge::collect(evaluation.engine(), frame.layout, source.columns[c]));
  }
  const auto order =
      munge::sorted_rows(evaluation.engine(), frame.layout, keys, evaluation.token());
  const auto same = [&](std::int64_t a, std::int64_t b) {
    return std::ranges::all_of(cells, [&](const std::vector<double>& v) {
      const double x = v[static_cast<std::size_t>(a)];
      const double y = v[static_cast<std::size_t>(b)];
      return x == y || (std::isnan(x) && std::isnan(y));
    });
  };
  std::vector<std::int64_t> kept;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const bool edge = last ? i + 1 == order.size() || !same(order[i], order[i + 1])
                           : i == 0 || !same(order[i], order[i - 1]);
    if (edge) kept.push_back(order[i]);
  }
  std::ranges::sort(kept);
  return lazy(munge::gather(evaluation.engine(), frame, kept, evaluation.token()));
}

/// Where the largest or smallest of some values is, from 0; the first of equals. Missing where
/// there is none, or, unless they are skipped, where one is missing.
template <bool largest, class At>
double extreme_of(std::size_t count, bool skip, const At& at) {
  double best = std::nan("");
  double found = std::nan("");
  for (std::size_t i = 0; i < count; ++i) {
    const double v = at(i);
    if (std::isnan(v)) {
      if (!skip) return std::nan("");
      continue;
    }
    if (!std::isnan(best) && !(largest ? v > best : v < best)) continue;
    best = v;
    found = static_cast<double>(i);
  }
  return found;
}

/// Position of the largest or smallest value of each column, or of each row.
template <bool largest>
Value extreme_position(Arguments& arguments) {
  Evaluation& evaluation = arguments.evaluation();
  const auto* row = arguments.get<Row>(0);
  const LazyFrame& frame = row != nullptr ? row->cells : arguments.frame(0);
  const bool skip = arguments.flag(1);
  std::vector<std::vector<double>> cells;
  cells.reserve(frame.width());
  for (const ExpressionPtr& e : frame.columns) {
    cells.push_back(munge::collect(evaluation.engine(), frame.layout,
                                   is_number_like(e) ? e : missing_column()));
  }
  const auto rows = static_cast<std::size_t>(frame.rows());
  if (row == nullptr && !arguments.flag(2)) {
    std::vector<double> positions;
    positions.reserve(cells.size());
    for (const auto& column : cells) {
      positions.push_back(
          extreme_of<largest>(rows, skip, [&](std::size_t i) { return column[i]; }));
    }
    return evaluation.row_frame(frame.names, positions);
  }
  const auto column = munge::sequential(
      evaluation.engine(), frame.layout, munge::constant_of(0), [&](std::vector<double>& found) {
        for (std::size_t r = 0; r < rows; ++r) {
          found[r] =
              extreme_of<largest>(cells.size(), skip, [&](std::size_t c) { return cells[c][r]; });
        }
      });
  LazyFrame result;
  result.layout = frame.layout;
  result.add(largest ? "which.max" : "which.min", munge::column_of(column));
  if (row != nullptr) return Row{std::move(result)};
  return result;
}

/// Rows become columns.
Value transpose(Arguments& arguments) {
  Evaluation& evaluation = arguments.evaluation();
  const LazyFrame& frame = arguments.coded_frame(0);
  constexpr std::int64_t kMostColumns = 100'000;
  if (frame.rows() > kMostColumns) {
    arguments.fail(0, "a frame of more than 100000 rows is not transposed.");
  }
  std::vector<Evaluation::NewColumn> made(static_cast<std::size_t>(frame.rows()));
  for (std::size_t r = 0; r < made.size(); ++r) made[r].name = "C" + std::to_string(r + 1);
  for (const ExpressionPtr& e : frame.columns) {
    const auto cells = munge::collect(evaluation.engine(), frame.layout, e);
    for (std::size_t r = 0; r < made.size(); ++r) made[r].numbers.push_back(cells[r]);
  }
  if (made.empty()) return LazyFrame{};
  return evaluation.new_frame(made);
}

}  // namespace

const PrimGroup& sequences() {
  static const PrimGroup kGroup{{
      {{"cumsum"}, "frame axis?", "Running sums.", running<Op::add>},
      {{"cumprod"}, "frame axis?", "Running products.", running<Op::multiply>},
      {{"cummin"}, "frame axis?", "Running minima.", running<Op::minimum>},
      {{"cummax"}, "frame axis?", "Running maxima.", running<Op::maximum>},
      {{"difflag1"}, "column", "Difference to the row before.", difference},
      {{"seq"}, "from to by", "Numbers in equal steps.", sequence},
      {{"seq_len"}, "length", "The numbers from 1.", sequence_to},
      {{"rep_len"}, "values length", "Values repeated up to a length.", repeat},
      {{"stratified_kfold_column"},
       "column folds seed",
       "A random fold per row, even by class.",
       stratified_folds},
      {{"h2o.random_stratified_split"},
       "column share seed",
       "Labels of a test and a training part, even by class.",
       stratified_split},
      {{"dropdup"}, "frame columns keep", "One row for each tuple of values.", drop_duplicates},
      {{"which.max"}, "frame na_rm axis", "Position of the largest value.", extreme_position<true>},
      {{"which.min"},
       "frame na_rm axis",
       "Position of the smallest value.",
       extreme_position<false>},
      {{"t"}, "frame", "Rows become columns.", transpose},
  }};
  return kGroup;
}

}  // namespace neve::rapids::prims
