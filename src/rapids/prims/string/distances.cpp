#include "rapids/evaluation.hpp"
#include "rapids/text_pair_task.hpp"

namespace neve::rapids::prims {
namespace {

using frame::ColumnType;

std::vector<std::string> levels_of(const frame::Column& column) {
  return column.domain ? *column.domain : std::vector<std::string>();
}

TextMeasure measure(Arguments& arguments) {
  const std::string name = arguments.text(2);
  const auto found = measure_of(name);
  if (!found) {
    arguments.fail(
        2, "unknown measure " + name + "; there are lv, lcs, qgram, jaccard, jw and soundex.");
  }
  return *found;
}

void check_columns(Arguments& arguments, std::size_t i) {
  for (const munge::ExpressionPtr& column : arguments.frame(i).columns) {
    if (column->type != ColumnType::string && column->type != ColumnType::categorical) {
      arguments.fail(i, "expected columns of strings or categories only; use as.character first.");
    }
  }
}

Value string_distance(Arguments& arguments) {
  Evaluation& evaluation = arguments.evaluation();
  const LazyFrame& x = arguments.frame(0);
  if (x.width() != arguments.frame(1).width() || x.rows() != arguments.frame(1).rows()) {
    arguments.fail(1, "both frames must have the same number of columns and rows.");
  }
  check_columns(arguments, 0);
  check_columns(arguments, 1);
  TextPairTask::State state{.measure = measure(arguments), .compare_empty = arguments.flag(3)};
  const frame::Frame left = evaluation.materialise(x);
  const frame::Frame right =
      evaluation.materialise(evaluation.on_layout(arguments.frame(1), left.layout));
  LazyFrame result;
  result.layout = left.layout;
  mr::RunOptions options{.token = evaluation.token()};
  options.outputs.resize(1);
  for (std::size_t c = 0; c < left.columns.size(); ++c) {
    state.left_levels = levels_of(left.columns[c]);
    state.right_levels = levels_of(right.columns[c]);
    const mr::Inputs inputs{left.layout, {left.columns[c].id, right.columns[c].id}};
    auto made = evaluation.engine().run_with_outputs<TextPairTask>(inputs, state, options);
    result.add("C" + std::to_string(c + 1), munge::column_of(made.columns[0]));
  }
  return result;
}

}  // namespace

const PrimGroup& distances() {
  static const PrimGroup kGroup{{
      {{"strDistance"},
       "x y measure compare_empty",
       "How alike the texts of two frames are, cell by cell, from 0 to 1 (equal).",
       string_distance},
  }};
  return kGroup;
}

}  // namespace neve::rapids::prims
