#include <algorithm>
#include <cmath>

#include <neve/munge/group_by.hpp>

#include "rapids/elementwise.hpp"

namespace neve::rapids::prims {
namespace {

using frame::ColumnType;
using munge::ExpressionPtr;

/// Which columns of the frame play which part.
struct Parts {
  std::vector<std::size_t> by;
  std::size_t permuted = 0;
  std::size_t direction = 0;
  std::size_t amount = 0;
};

std::size_t one_column(Arguments& arguments, std::size_t i) {
  const auto found = arguments.column_positions(i, arguments.frame(0));
  if (found.size() != 1) arguments.fail(i, "expected one column.");
  return found[0];
}

Parts parts_of(Arguments& arguments) {
  const LazyFrame& frame = arguments.frame(0);
  Parts parts{.by = arguments.column_positions(2, frame),
              .permuted = one_column(arguments, 1),
              .direction = one_column(arguments, 3),
              .amount = one_column(arguments, 4)};
  if (parts.by.empty()) arguments.fail(2, "expected columns to group by.");
  if (frame.columns[parts.direction]->type != ColumnType::categorical) {
    arguments.fail(3, "expected a column of categories, of which D means in.");
  }
  const auto check = [&](std::size_t i, std::size_t c) {
    const ExpressionPtr& column = frame.columns[c];
    if (!is_number_like(column) && column->type != ColumnType::categorical) {
      arguments.fail(i, "expected numbers or categories, but " + frame.names[c] +
                            " is neither; use as.factor first.");
    }
  };
  check(1, parts.permuted);
  check(4, parts.amount);
  for (const std::size_t c : parts.by) check(2, c);
  return parts;
}

/// 0 for the level D, in, and 1 for all others, out.
ExpressionPtr is_out(const ExpressionPtr& direction) {
  std::vector<double> table;
  for (const std::string& level : *direction->domain) table.push_back(level == "D" ? 0 : 1);
  return munge::look_up(direction, std::move(table));
}

/// The amounts by group, direction and permuted value.
munge::Groups amounts(Arguments& arguments, const Parts& parts) {
  Evaluation& evaluation = arguments.evaluation();
  const LazyFrame& frame = arguments.frame(0);
  std::vector<ExpressionPtr> keys;
  keys.reserve(parts.by.size() + 2);
  for (const std::size_t c : parts.by) keys.push_back(frame.columns[c]);
  keys.push_back(is_out(frame.columns[parts.direction]));
  keys.push_back(frame.columns[parts.permuted]);
  const ExpressionPtr& amount = frame.columns[parts.amount];
  munge::Groups groups =
      munge::group_by(evaluation.engine(), frame.layout, keys, {&amount, 1}, evaluation.token());
  if (std::ranges::any_of(groups.key_cells, [](double v) { return std::isnan(v); })) {
    arguments.fail(0,
                   "the columns that tell groups, directions and what is paired may miss no "
                   "value; use na.omit first.");
  }
  return groups;
}

/// The end of the rows that agree with row `begin` in the first `keys` keys.
std::size_t end_of_run(const munge::Groups& groups, std::size_t begin, std::size_t keys) {
  std::size_t end = begin;
  const auto same = [&](std::size_t row) {
    for (std::size_t k = 0; k < keys; ++k) {
      if (groups.key(row, k) != groups.key(begin, k)) return false;
    }
    return true;
  };
  while (end < groups.size() && same(end)) ++end;
  return end;
}

double total(const munge::Groups& groups, std::size_t row) {
  const munge::Reduced& figure = groups.figure(row, 0);
  return figure.missing > 0 ? std::nan("") : figure.sum;
}

/// A group: rows [begin, middle) go in, [middle, end) go out.
struct Span {
  std::size_t begin = 0;
  std::size_t middle = 0;
  std::size_t end = 0;
  [[nodiscard]] std::size_t pairs() const { return (middle - begin) * (end - middle); }
};

std::vector<Span> spans_of(const munge::Groups& groups) {
  const std::size_t by = groups.keys - 2;
  std::vector<Span> spans;
  for (std::size_t begin = 0; begin < groups.size();) {
    const std::size_t end = end_of_run(groups, begin, by);
    std::size_t middle = begin;
    while (middle < end && groups.key(middle, by) == 0) ++middle;
    spans.push_back({begin, middle, end});
    begin = end;
  }
  return spans;
}

/// Every value that goes in beside every one that goes out.
void add_pairs(const munge::Groups& groups, const Span& span,
               std::vector<Evaluation::NewColumn>& columns) {
  const std::size_t by = groups.keys - 2;
  for (std::size_t in = span.begin; in < span.middle; ++in) {
    for (std::size_t out = span.middle; out < span.end; ++out) {
      for (std::size_t k = 0; k < by; ++k) columns[k].numbers.push_back(groups.key(in, k));
      columns[by].numbers.push_back(groups.key(in, by + 1));
      columns[by + 1].numbers.push_back(groups.key(out, by + 1));
      columns[by + 2].numbers.push_back(total(groups, in));
      columns[by + 3].numbers.push_back(total(groups, out));
    }
  }
}

Value grouped_permute(Arguments& arguments) {
  const LazyFrame& frame = arguments.frame(0);
  const Parts parts = parts_of(arguments);
  std::vector<Evaluation::NewColumn> columns;
  const auto add = [&](std::string name, std::size_t like) {
    const ExpressionPtr& column = frame.columns[like];
    columns.push_back({.name = std::move(name), .domain = column->domain});
    if (column->type == ColumnType::time) columns.back().type = ColumnType::time;
  };
  for (const std::size_t c : parts.by) add(frame.names[c], c);
  add("In", parts.permuted);
  add("Out", parts.permuted);
  add("InAmnt", parts.amount);
  add("OutAmnt", parts.amount);
  const munge::Groups groups = amounts(arguments, parts);
  const std::vector<Span> spans = spans_of(groups);
  std::size_t pairs = 0;
  for (const Span& span : spans) pairs += span.pairs();
  const Reservation memory = arguments.evaluation().engine().budget().reserve(
      static_cast<std::int64_t>(pairs * columns.size() * sizeof(double)),
      std::to_string(pairs) + " pairs, which are made on one node,");
  for (const Span& span : spans) add_pairs(groups, span, columns);
  return arguments.evaluation().new_frame(columns);
}

}  // namespace

const PrimGroup& permute() {
  static const PrimGroup kGroup{{
      {{"grouped_permute"},
       "frame perm_col by permute_by keep_col",
       "Pairs of what goes in and what goes out in each group, with their amounts.",
       grouped_permute},
  }};
  return kGroup;
}

}  // namespace neve::rapids::prims
