#include <utility>
#include <vector>

#include <neve/frame/layout.hpp>
#include <neve/mr/engine.hpp>

#include "rapids/evaluation.hpp"
#include "rapids/text_work.hpp"
#include "rapids/token_tasks.hpp"

namespace neve::rapids::prims {
namespace {

void check_columns(Arguments& arguments, const frame::Frame& frame) {
  for (const frame::Column& column : frame.columns) {
    if (column.type != frame::ColumnType::string) {
      arguments.fail(0, "tokenize takes columns of strings; use as.character first.");
    }
  }
  if (frame.columns.empty()) arguments.fail(0, "expected a column of strings.");
}

Value tokenize(Arguments& arguments) {
  const frame::Frame frame = arguments.table(0);
  const std::string pattern = arguments.text(1);
  // Refuses what does not compile before any node is asked.
  const TextSplitter splitter(pattern);
  check_columns(arguments, frame);
  mr::Engine& engine = arguments.evaluation().engine();
  const job::TokenPtr token = arguments.evaluation().token();

  const mr::ScratchLease scratch(engine);
  const auto counts = engine.run<CountTokensTask>(
      mr::inputs_of(frame), {pattern}, {.token = token, .scratch = scratch.id(), .outputs = {}});
  WriteTokensTask::State state{
      .words = engine.source(CountTokensTask::name, frame.layout, scratch.id()), .begins = {0}};
  for (std::int32_t g = 0; g < frame.layout->groups(); ++g)
    state.begins.push_back(state.begins.back() + counts.rows.at(g));

  frame::Frame made;
  made.layout = engine.new_layout(frame::row_cuts(state.begins.back(), 1));
  mr::RunOptions options{.token = token, .scratch = {}, .outputs = {}};
  options.outputs = {{.kind = mr::OutputKind::text, .type = frame::ColumnType::string}};
  auto written = engine.run_with_outputs<WriteTokensTask>({made.layout, {}}, state, options);
  made.add("C1", std::move(written.columns.front()));
  return lazy(made);
}

}  // namespace

const PrimGroup& tokens() {
  static const PrimGroup kGroup{{
      {{"tokenize"},
       "frame pattern",
       "The words of each row, one per row, and a missing one after each row.",
       tokenize},
  }};
  return kGroup;
}

}  // namespace neve::rapids::prims
