#include <neve/munge/group_by.hpp>

#include <algorithm>
#include <array>
#include <cmath>

#include <neve/munge/order.hpp>
#include <neve/munge/rows.hpp>

#include "rapids/elementwise.hpp"
#include "rapids/factors.hpp"

namespace neve::rapids::prims {
namespace {

using munge::ExpressionPtr;
using munge::Reduced;

enum class Missing { all, remove, ignore };

/// One aggregate: a function of a column, and what it makes of missing values.
struct Aggregate {
  std::string function;
  std::size_t column = 0;
  Missing missing = Missing::all;
};

Missing missing_rule(Arguments& arguments, std::size_t i) {
  const std::string text = arguments.text(i);
  if (text == "all") return Missing::all;
  if (text == "rm") return Missing::remove;
  if (text == "ignore") return Missing::ignore;
  bad_request("Missing values in (GB) are handled by all, rm or ignore, not " + text + ".");
}

bool is_known(const std::string& function) {
  constexpr std::array<std::string_view, 10> kFunctions = {
      "nrow", "mean", "sum", "sumSquares", "var", "sdev", "min", "max", "median", "mode"};
  return std::ranges::find(kFunctions, function) != kFunctions.end();
}

std::vector<Aggregate> aggregates(Arguments& arguments, const LazyFrame& frame) {
  std::vector<Aggregate> all;
  if (arguments.size() % 3 != 2)
    bad_request("(GB) takes triples of a function, a column and all|rm|ignore.");
  for (std::size_t i = 2; i + 2 < arguments.size(); i += 3) {
    Aggregate one{.function = arguments.word(i), .missing = missing_rule(arguments, i + 2)};
    if (!is_known(one.function)) bad_request("(GB) has no function " + one.function + ".");
    const auto columns = arguments.column_positions(i + 1, frame);
    if (columns.size() != 1) bad_request("Group-By functions take only a single column");
    one.column = columns[0];
    const ExpressionPtr& column = frame.columns[one.column];
    if (one.function == "mode" && column->type != frame::ColumnType::categorical) {
      bad_request("Mode only allowed on categorical columns");
    }
    // Columns of strings have no figures; they are passed over.
    if (column->type != frame::ColumnType::string || one.function == "nrow") all.push_back(one);
  }
  return all;
}

double figure(const Aggregate& aggregate, const Reduced& r) {
  if (aggregate.function == "nrow") {
    return static_cast<double>(aggregate.missing == Missing::remove ? r.present() : r.rows);
  }
  if (aggregate.missing == Missing::all && r.missing > 0) return std::nan("");
  if (r.present() == 0) return aggregate.function == "sum" ? 0 : std::nan("");
  const auto n = static_cast<double>(aggregate.missing == Missing::ignore ? r.rows : r.present());
  const auto present = static_cast<double>(r.present());
  if (aggregate.function == "sum") return r.sum;
  if (aggregate.function == "mean") return r.sum / n;
  if (aggregate.function == "sumSquares") return r.squares + present * r.mean * r.mean;
  if (aggregate.function == "min") return r.min;
  if (aggregate.function == "max") return r.max;
  // About the mean over n rows, of which the ignored ones count as 0.
  const double mean = r.sum / n;
  const double squares = r.squares + present * r.mean * r.mean - n * mean * mean;
  const double about = n == present ? r.squares : squares;
  const double variance = n > 1 ? about / (n - 1) : std::nan("");
  return aggregate.function == "var" ? variance : std::sqrt(variance);
}

/// Medians and modes need the values of each group together: groups of (keys, value) in order.
std::vector<double> ordered_figures(Evaluation& evaluation, const LazyFrame& frame,
                                    const std::vector<ExpressionPtr>& keys,
                                    const Aggregate& aggregate) {
  std::vector<ExpressionPtr> with_value = keys;
  with_value.push_back(frame.columns[aggregate.column]);
  const auto fine =
      munge::group_by(evaluation.engine(), frame.layout, with_value, {}, evaluation.token());
  std::vector<double> result;
  for (std::size_t begin = 0; begin < fine.size();) {
    std::size_t end = begin;
    std::int64_t rows = 0;
    std::int64_t missing = 0;
    std::size_t first = begin;
    const auto same = [&](std::size_t g) {
      for (std::size_t k = 0; k < keys.size(); ++k) {
        const double a = fine.key(begin, k);
        const double b = fine.key(g, k);
        if (a != b && !(std::isnan(a) && std::isnan(b))) return false;
      }
      return true;
    };
    for (; end < fine.size() && same(end); ++end) {
      if (std::isnan(fine.key(end, keys.size()))) {
        missing += fine.rows[end];
        first = end + 1;
      } else {
        rows += fine.rows[end];
      }
    }
    double value = std::nan("");
    if (aggregate.function == "mode" && first < end) {
      std::size_t best = first;
      for (std::size_t g = first; g < end; ++g) best = fine.rows[g] > fine.rows[best] ? g : best;
      value = fine.key(best, keys.size());
    } else if (rows > 0 && !(aggregate.missing == Missing::all && missing > 0)) {
      const auto at = [&](std::int64_t rank) {
        std::size_t g = first;
        while (rank >= fine.rows[g]) rank -= fine.rows[g++];
        return fine.key(g, keys.size());
      };
      value = (at((rows - 1) / 2) + at(rows / 2)) / 2;
    }
    result.push_back(value);
    begin = end;
  }
  return result;
}

Value group_apply(Arguments& arguments) {
  Evaluation& evaluation = arguments.evaluation();
  const LazyFrame& frame = arguments.frame(0);
  const auto by = arguments.column_positions(1, frame);
  const std::vector<Aggregate> wanted = aggregates(arguments, frame);
  std::vector<ExpressionPtr> keys;
  for (const std::size_t c : by) {
    const ExpressionPtr& e = frame.columns[c];
    keys.push_back(e->type == frame::ColumnType::string ? factor_of(evaluation, frame.layout, e)
                                                        : e);
  }
  std::vector<ExpressionPtr> values;
  for (const Aggregate& one : wanted) {
    const ExpressionPtr& e = frame.columns[one.column];
    values.push_back(e->type == frame::ColumnType::string ? munge::constant_of(0) : e);
  }
  const auto groups =
      munge::group_by(evaluation.engine(), frame.layout, keys, values, evaluation.token());
  std::vector<Evaluation::NewColumn> made;
  for (std::size_t k = 0; k < keys.size(); ++k) {
    made.push_back({.name = frame.names[by[k]], .domain = keys[k]->domain});
    if (keys[k]->type == frame::ColumnType::time) made.back().type = frame::ColumnType::time;
    for (std::size_t g = 0; g < groups.size(); ++g) made[k].numbers.push_back(groups.key(g, k));
  }
  for (std::size_t a = 0; a < wanted.size(); ++a) {
    const Aggregate& one = wanted[a];
    const std::string name =
        one.function == "nrow" ? "nrow" : one.function + "_" + frame.names[one.column];
    made.push_back({.name = name});
    if (one.function == "median" || one.function == "mode") {
      made.back().numbers = ordered_figures(evaluation, frame, keys, one);
      continue;
    }
    for (std::size_t g = 0; g < groups.size(); ++g) {
      made.back().numbers.push_back(figure(one, groups.figure(g, a)));
    }
  }
  if (made.empty()) bad_request("(GB) needs a column to group by, or a function.");
  return evaluation.new_frame(made);
}

Value sort(Arguments& arguments) {
  Evaluation& evaluation = arguments.evaluation();
  const LazyFrame& frame = arguments.frame(0);
  const auto columns = arguments.column_positions(1, frame);
  std::vector<std::int64_t> directions;
  if (!arguments.is_empty_list(2)) directions = arguments.numbers(2).expand_integers();
  if (!directions.empty() && directions.size() != 1 && directions.size() != columns.size()) {
    arguments.fail(2, "Sort columns and sort directions must be of equal number.");
  }
  const frame::Frame made = evaluation.materialise(frame);
  std::vector<munge::SortKey> keys;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const bool up = directions.empty() || directions[directions.size() == 1 ? 0 : i] != -1;
    keys.push_back({made.columns[columns[i]], up});
  }
  const auto rows = munge::sorted_rows(evaluation.engine(), made.layout, keys, evaluation.token());
  return lazy(munge::gather(evaluation.engine(), made, rows, evaluation.token()));
}

std::vector<std::size_t> others(const LazyFrame& frame, const std::vector<std::size_t>& keys) {
  std::vector<std::size_t> rest;
  for (std::size_t c = 0; c < frame.width(); ++c) {
    if (std::ranges::find(keys, c) == keys.end()) rest.push_back(c);
  }
  return rest;
}

munge::JoinRule join_rule(Arguments& arguments, const LazyFrame& left, const LazyFrame& right) {
  munge::JoinRule rule{.all_left = arguments.flag(2), .all_right = arguments.flag(3)};
  rule.left = arguments.column_positions(4, left);
  rule.right = arguments.column_positions(5, right);
  if (rule.left.size() != rule.right.size()) {
    arguments.fail(5, "byLeft and byRight are not the same length.");
  }
  if (!rule.left.empty()) return rule;
  for (std::size_t c = 0; c < left.width(); ++c) {
    const auto at = std::ranges::find(right.names, left.names[c]);
    if (at == right.names.end()) continue;
    rule.left.push_back(c);
    rule.right.push_back(static_cast<std::size_t>(at - right.names.begin()));
  }
  if (rule.left.empty()) bad_request("No join columns specified and there are no common names");
  return rule;
}

/// Keys of rows that only the right frame has come from there.
ExpressionPtr joined_key(const ExpressionPtr& left, const ExpressionPtr& right) {
  if (left->type != frame::ColumnType::categorical) {
    const auto missing = munge::unary(munge::Op::is_missing, left);
    return munge::retyped(munge::choose(munge::Op::pick, missing, right, left), left->type,
                          nullptr);
  }
  frame::Domain domain = *left->domain;
  for (const std::string& level : *right->domain) {
    if (std::ranges::find(domain, level) == domain.end()) domain.push_back(level);
  }
  const auto codes = munge::choose(munge::Op::pick, munge::unary(munge::Op::is_missing, left),
                                   recoded(right, domain), left);
  return munge::retyped(codes, frame::ColumnType::categorical,
                        std::make_shared<const frame::Domain>(std::move(domain)));
}

Value merge(Arguments& arguments) {
  Evaluation& evaluation = arguments.evaluation();
  const LazyFrame& left = arguments.frame(0);
  const LazyFrame& right = arguments.frame(1);
  const munge::JoinRule rule = join_rule(arguments, left, right);
  const frame::Frame a = evaluation.materialise(left);
  const frame::Frame b = evaluation.materialise(right);
  const auto joined = munge::join_rows(evaluation.engine(), a, b, rule, evaluation.token());
  const auto layout = evaluation.engine().new_layout(
      frame::row_cuts(static_cast<std::int64_t>(joined.left.size()), a.width() + b.width()));
  const LazyFrame from_left =
      lazy(munge::gather(evaluation.engine(), a, joined.left, evaluation.token(), layout));
  const LazyFrame from_right =
      lazy(munge::gather(evaluation.engine(), b, joined.right, evaluation.token(), layout));
  LazyFrame result;
  result.layout = layout;
  for (std::size_t k = 0; k < rule.left.size(); ++k) {
    const ExpressionPtr& key = from_left.columns[rule.left[k]];
    result.add(left.names[rule.left[k]],
               rule.all_right ? joined_key(key, from_right.columns[rule.right[k]]) : key);
  }
  for (const std::size_t c : others(left, rule.left))
    result.add(left.names[c], from_left.columns[c]);
  for (const std::size_t c : others(right, rule.right)) {
    std::string name = right.names[c];
    while (std::ranges::find(result.names, name) != result.names.end()) name += "0";
    result.add(name, from_right.columns[c]);
  }
  return result;
}

}  // namespace

const PrimGroup& group() {
  static const PrimGroup kGroup{{
      {{"GB"},
       "frame by aggregates...",
       "Figures of columns in groups of equal rows.",
       group_apply},
      {{"sort"}, "frame columns directions?", "Rows in the order of some columns.", sort},
      {{"merge"},
       "left right all_left all_right by_left by_right method?",
       "Joins two frames on equal keys.",
       merge},
  }};
  return kGroup;
}

}  // namespace neve::rapids::prims
