#include <algorithm>
#include <cmath>

#include "rapids/elementwise.hpp"
#include "rapids/factors.hpp"

namespace neve::rapids::prims {
namespace {

using munge::ExpressionPtr;

/// One side of the choice: a cell of a frame, or a scalar for all rows.
struct Side {
  ExpressionPtr column;
  std::optional<std::string> text;
  [[nodiscard]] bool is_categorical() const {
    return text || column->type == frame::ColumnType::categorical;
  }
  [[nodiscard]] frame::Domain levels() const {
    return text ? frame::Domain{*text} : *column->domain;
  }
  [[nodiscard]] ExpressionPtr codes(const frame::Domain& domain) const {
    if (!text) return recoded(column, domain);
    return munge::constant_of(
        static_cast<double>(std::ranges::find(domain, *text) - domain.begin()));
  }
};

Side side_of(Arguments& arguments, std::size_t i, const LazyFrame& test, std::size_t column) {
  const Value& value = arguments.value(i);
  if (const auto* number = std::get_if<double>(&value)) {
    return {munge::constant_of(*number), std::nullopt};
  }
  if (const auto* text = std::get_if<std::string>(&value)) return {nullptr, *text};
  const auto* row = std::get_if<Row>(&value);
  const LazyFrame& frame = row != nullptr ? row->cells : arguments.frame(i);
  if (frame.rows() != test.rows() || (frame.width() != test.width() && frame.width() != 1)) {
    arguments.fail(i, "ifelse test frame and other frames must match dimensions.");
  }
  const LazyFrame aligned = arguments.evaluation().on_layout(frame, test.layout);
  const ExpressionPtr& cells = aligned.columns[frame.width() == 1 ? 0 : column];
  if (cells->type == frame::ColumnType::uuid) arguments.fail(i, "UUIDs cannot be chosen.");
  const bool texts = cells->type == frame::ColumnType::string;
  return {texts ? factor_of(arguments.evaluation(), test.layout, cells) : cells, std::nullopt};
}

/// The levels of both sides: sorted, but of two words first the one for what is false.
frame::Domain levels_of(const Side& no, const Side& yes) {
  frame::Domain domain;
  for (const Side* side : {&no, &yes}) {
    if (!side->is_categorical()) continue;
    const frame::Domain levels = side->levels();
    domain.insert(domain.end(), levels.begin(), levels.end());
  }
  if (!no.text || !yes.text) std::ranges::sort(domain);
  domain.erase(std::unique(domain.begin(), domain.end()), domain.end());
  return domain;
}

/// The column without levels that no row has: where one is a word, it may well be that none has it.
ExpressionPtr with_used_levels(Evaluation& evaluation, const frame::LayoutPtr& layout,
                               const ExpressionPtr& column) {
  const frame::Column made =
      munge::evaluate(evaluation.engine(), layout, {&column, 1}, evaluation.token())[0];
  const auto counts = munge::level_counts(evaluation.engine(), layout, made, evaluation.token());
  if (std::ranges::find(counts, 0) == counts.end()) return munge::column_of(made);
  std::vector<std::optional<std::string>> names;
  for (std::size_t level = 0; level < counts.size(); ++level) {
    names.push_back(counts[level] > 0 ? std::optional((*made.domain)[level]) : std::nullopt);
  }
  return renamed_levels(munge::column_of(made), names);
}

ExpressionPtr choose(Arguments& arguments, const LazyFrame& test, std::size_t column) {
  const Side yes = side_of(arguments, 1, test, column);
  const Side no = side_of(arguments, 2, test, column);
  const auto pick = [&](ExpressionPtr a, ExpressionPtr b) {
    return munge::choose(munge::Op::if_else, test.columns[column], std::move(a), std::move(b));
  };
  const auto missing = [](const Side& side) {
    return !side.text && side.column->op == munge::Op::constant &&
           std::isnan(side.column->constant);
  };
  if (!yes.is_categorical() && !no.is_categorical()) {
    const bool times =
        yes.column->type == frame::ColumnType::time && no.column->type == frame::ColumnType::time;
    const ExpressionPtr picked = pick(yes.column, no.column);
    return times ? munge::retyped(picked, frame::ColumnType::time, nullptr) : picked;
  }
  // A number beside levels stays what it is only if it is missing.
  if (!(yes.is_categorical() || missing(yes)) || !(no.is_categorical() || missing(no))) {
    arguments.fail(1, "both choices must be numbers, or both strings and categorical columns.");
  }
  frame::Domain domain = levels_of(no, yes);
  const auto codes = [&](const Side& s) { return s.is_categorical() ? s.codes(domain) : s.column; };
  const ExpressionPtr picked = pick(codes(yes), codes(no));
  const bool words = yes.text || no.text;
  const ExpressionPtr made =
      munge::retyped(picked, frame::ColumnType::categorical,
                     std::make_shared<const frame::Domain>(std::move(domain)));
  return words ? with_used_levels(arguments.evaluation(), test.layout, made) : made;
}

Value if_else_apply(Arguments& arguments) {
  const Value& test = arguments.value(0);
  if (const auto* number = std::get_if<double>(&test)) {
    if (std::isnan(*number)) return std::nan("");
    const Value& picked = arguments.value(*number == 0 ? 2 : 1);
    const auto* frame = std::get_if<LazyFrame>(&picked);
    if (frame == nullptr || frame->width() != 1 || frame->rows() != 1) return picked;
    return munge::reduce(arguments.evaluation().engine(), frame->layout, frame->columns)[0].sum;
  }
  const auto* row = std::get_if<Row>(&test);
  const LazyFrame& cells = row != nullptr ? row->cells : arguments.coded_frame(0);
  LazyFrame result;
  result.layout = cells.layout;
  for (std::size_t c = 0; c < cells.width(); ++c) {
    result.add("C" + std::to_string(c + 1),
               arguments.evaluation().light(cells.layout, choose(arguments, cells, c)));
  }
  if (row != nullptr) return Row{std::move(result)};
  return result;
}

}  // namespace

const PrimGroup& if_else() {
  static const PrimGroup kGroup{{{{"ifelse"},
                                  "test yes no",
                                  "Picks each cell from one of two sources by a test.",
                                  if_else_apply}}};
  return kGroup;
}

}  // namespace neve::rapids::prims
