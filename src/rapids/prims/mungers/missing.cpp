#include <algorithm>
#include <cmath>

#include <neve/munge/rows.hpp>

#include "rapids/elementwise.hpp"
#include "rapids/letter_case.hpp"

namespace neve::rapids::prims {
namespace {

using frame::ColumnType;
using munge::ExpressionPtr;
using munge::Op;

void fill_forward(std::vector<double>& cells, std::int64_t limit) {
  std::int64_t run = 0;
  for (std::size_t i = 1; i < cells.size(); ++i) {
    run = std::isnan(cells[i]) ? run + 1 : 0;
    if (run > 0 && run <= limit) cells[i] = cells[i - 1];
  }
}

Value fill_missing(Arguments& arguments) {
  Evaluation& evaluation = arguments.evaluation();
  LazyFrame frame = arguments.frame(0);
  frame.key.clear();
  const std::string method = lower_case(arguments.text(1));
  if (method != "forward" && method != "backward") {
    arguments.fail(1, "expected forward or backward, not " + method + ".");
  }
  const bool backward = method == "backward";
  const std::int64_t limit = arguments.integer(3);
  if (limit < 0) arguments.fail(3, "expected a number of cells from 0.");
  const auto fill = [&](std::vector<double>& cells) {
    if (backward) std::ranges::reverse(cells);
    fill_forward(cells, limit);
    if (backward) std::ranges::reverse(cells);
  };
  if (!arguments.flag(2)) {
    for (ExpressionPtr& e : frame.columns) {
      if (e->type == ColumnType::string || e->type == ColumnType::uuid) {
        arguments.fail(0, "columns of strings cannot be filled.");
      }
      e = munge::column_of(munge::sequential(evaluation.engine(), frame.layout, e, fill));
    }
    return frame;
  }
  const std::vector<ExpressionPtr> old = frame.columns;
  const auto width = static_cast<std::int64_t>(old.size());
  for (std::int64_t c = 0; c < width; ++c) {
    ExpressionPtr made = missing_column();
    // The nearest neighbour within the limit, the farthest asked last.
    for (std::int64_t d = std::min(limit, width); d >= 0; --d) {
      const std::int64_t from = backward ? c + d : c - d;
      if (from < 0 || from >= width) continue;
      const auto& e = old[static_cast<std::size_t>(from)];
      made = munge::choose(Op::pick, munge::unary(Op::is_missing, e), made, e);
    }
    const auto& own = old[static_cast<std::size_t>(c)];
    frame.columns[static_cast<std::size_t>(c)] = munge::retyped(made, own->type, own->domain);
  }
  return frame;
}

ExpressionPtr is_missing(const ExpressionPtr& e) {
  if (e->type != ColumnType::string && e->type != ColumnType::uuid) {
    return munge::unary(Op::is_missing, e);
  }
  auto made = std::make_shared<munge::Expression>();
  made->op = Op::text_missing;
  made->column = e->column;
  return made;
}

Value omit_missing(Arguments& arguments) {
  Evaluation& evaluation = arguments.evaluation();
  const LazyFrame& frame = arguments.frame(0);
  if (frame.width() == 0) return frame;
  std::vector<ExpressionPtr> present;
  present.reserve(frame.width());
  for (const ExpressionPtr& e : frame.columns) {
    present.push_back(munge::unary(Op::logical_not, is_missing(e)));
  }
  const frame::Frame made = evaluation.materialise(frame);
  const ExpressionPtr mask = combine(Op::logical_and, std::move(present));
  return lazy(munge::filter(evaluation.engine(), {mask, made}, evaluation.token()));
}

}  // namespace

const PrimGroup& missing() {
  static const PrimGroup kGroup{{
      {{"h2o.fillna"},
       "frame method axis limit",
       "Fills missing cells from their neighbours.",
       fill_missing},
      {{"na.omit"}, "frame", "Rows without a missing cell.", omit_missing},
  }};
  return kGroup;
}

}  // namespace neve::rapids::prims
