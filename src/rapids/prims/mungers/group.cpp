#include <neve/munge/group_by.hpp>

#include <algorithm>
#include <array>

#include <neve/munge/order.hpp>
#include <neve/munge/rows.hpp>

#include "rapids/elementwise.hpp"
#include "rapids/factors.hpp"

namespace neve::rapids::prims {
namespace {

using munge::ExpressionPtr;
using munge::MissingCells;
using munge::Statistic;

/// One aggregate: a function of a column, and what it makes of missing values.
struct Aggregate {
  std::string function;
  Statistic statistic = Statistic::rows;
  std::size_t column = 0;
  MissingCells missing = MissingCells::count;
};

MissingCells missing_rule(Arguments& arguments, std::size_t i) {
  const std::string text = arguments.text(i);
  if (text == "all") return MissingCells::count;
  if (text == "rm") return MissingCells::remove;
  if (text == "ignore") return MissingCells::ignore;
  bad_request("Missing values in (GB) are handled by all, rm or ignore, not " + text + ".");
}

Statistic statistic_of(const std::string& function) {
  constexpr std::array<std::pair<std::string_view, Statistic>, 10> kFunctions = {{
      {"nrow", Statistic::rows},
      {"mean", Statistic::mean},
      {"sum", Statistic::sum},
      {"sumSquares", Statistic::sum_of_squares},
      {"var", Statistic::variance},
      {"sdev", Statistic::deviation},
      {"min", Statistic::least},
      {"max", Statistic::most},
      {"median", Statistic::median},
      {"mode", Statistic::mode},
  }};
  const auto at = std::ranges::find(kFunctions, function, [](const auto& f) { return f.first; });
  if (at == kFunctions.end()) bad_request("(GB) has no function " + function + ".");
  return at->second;
}

std::vector<Aggregate> aggregates(Arguments& arguments, const LazyFrame& frame) {
  std::vector<Aggregate> all;
  if (arguments.size() % 3 != 2)
    bad_request("(GB) takes triples of a function, a column and all|rm|ignore.");
  for (std::size_t i = 2; i + 2 < arguments.size(); i += 3) {
    Aggregate one{.function = arguments.word(i), .missing = missing_rule(arguments, i + 2)};
    one.statistic = statistic_of(one.function);
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
  if (keys.empty() && wanted.empty())
    bad_request("(GB) needs a column to group by, or a function.");
  munge::Grouping grouping{.keys = keys};
  for (const Aggregate& one : wanted) {
    const ExpressionPtr& e = frame.columns[one.column];
    grouping.aggregates.push_back({one.statistic, grouping.values.size(), one.missing});
    grouping.values.push_back(e->type == frame::ColumnType::string ? munge::constant_of(0) : e);
  }
  frame::Frame made =
      munge::group_frame(evaluation.engine(), frame.layout, grouping, evaluation.token());
  made.names.clear();
  for (const std::size_t c : by) made.names.push_back(frame.names[c]);
  for (const Aggregate& one : wanted) {
    const bool rows = one.statistic == Statistic::rows;
    made.names.push_back(rows ? one.function : one.function + "_" + frame.names[one.column]);
  }
  return lazy(made);
}

Value sort(Arguments& arguments) {
  Evaluation& evaluation = arguments.evaluation();
  const LazyFrame& frame = arguments.frame(0);
  const auto columns = arguments.column_positions(1, frame);
  std::vector<std::int64_t> directions;
  if (arguments.size() > 2 && !arguments.is_empty_list(2)) {
    directions = arguments.numbers(2).expand_integers();
  }
  if (!directions.empty() && directions.size() != 1 && directions.size() != columns.size()) {
    arguments.fail(2, "Sort columns and sort directions must be of equal number.");
  }
  const frame::Frame made = evaluation.materialise(frame);
  std::vector<munge::SortKey> keys;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const bool up = directions.empty() || directions[directions.size() == 1 ? 0 : i] != -1;
    keys.push_back({made.columns[columns[i]], up});
  }
  return lazy(munge::sort(evaluation.engine(), made, keys, evaluation.token()));
}

std::vector<std::size_t> others(const LazyFrame& frame, const std::vector<std::size_t>& keys) {
  std::vector<std::size_t> rest;
  for (std::size_t c = 0; c < frame.width(); ++c) {
    if (std::ranges::find(keys, c) == keys.end()) rest.push_back(c);
  }
  return rest;
}

/// Of the reference's methods, hashing keeps the order of rows and sorting makes that of keys.
munge::JoinOrder join_order(Arguments& arguments) {
  if (arguments.size() <= 6) return munge::JoinOrder::keys;
  const std::string method = arguments.text(6);
  if (method == "hash") return munge::JoinOrder::rows;
  if (method != "auto" && method != "radix") {
    arguments.fail(6, "expected 'auto', 'radix' or 'hash', but got '" + method + "'.");
  }
  return munge::JoinOrder::keys;
}

munge::JoinRule join_rule(Arguments& arguments, const LazyFrame& left, const LazyFrame& right) {
  munge::JoinRule rule{.all_left = arguments.flag(2), .all_right = arguments.flag(3)};
  rule.order = join_order(arguments);
  rule.right_keys = rule.all_right;
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
  const munge::Joined joined = munge::join(evaluation.engine(), a, b, rule, evaluation.token());
  const LazyFrame from_left = lazy(joined.left);
  const LazyFrame from_right = lazy(joined.right);
  LazyFrame result;
  result.layout = joined.left.layout;
  for (std::size_t k = 0; k < rule.left.size(); ++k) {
    const ExpressionPtr& key = from_left.columns[rule.left[k]];
    result.add(left.names[rule.left[k]],
               rule.all_right ? joined_key(key, from_right.columns[rule.right[k]]) : key);
  }
  for (const std::size_t c : others(left, rule.left))
    result.add(left.names[c], from_left.columns[c]);
  std::size_t next = 0;
  for (const std::size_t c : others(right, rule.right)) {
    std::string name = right.names[c];
    while (std::ranges::find(result.names, name) != result.names.end()) name += "0";
    result.add(name, from_right.columns[rule.right_keys ? c : next++]);
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
