#include <cmath>

#include <neve/model/models.hpp>

#include "rapids/elementwise.hpp"

namespace neve::rapids::prims {
namespace {

/// Lets a model of two classes predict with another threshold; gives the one that it had.
Value reset_threshold(Arguments& arguments) {
  const double old =
      arguments.evaluation().models().set_threshold(arguments.word(0), arguments.number(1));
  return arguments.evaluation().row_frame({"C1"}, {old});
}

/// Missing where there is nothing to say.
template <class Text>
Evaluation::NewColumn text_column(const std::string& name, const model::SegmentModels& segments,
                                  const Text& text) {
  StringList texts;
  for (const auto& result : segments.results) texts.push_back(result ? text(*result) : "");
  Evaluation::NewColumn made{.name = name};
  made.texts = std::move(texts);
  made.empty_is_missing = true;
  return made;
}

Evaluation::NewColumn status_column(const model::SegmentModels& segments) {
  Evaluation::NewColumn made{.name = "status"};
  for (const auto& result : segments.results)
    made.numbers.push_back(result ? static_cast<double>(result->status) : std::nan(""));
  made.domain = std::make_shared<const frame::Domain>(
      frame::Domain{"PENDING", "RUNNING", "SUCCEEDED", "STOPPED", "FAILED"});
  return made;
}

/// The segments, and how the training of each one's model ended.
Value segment_models_as_frame(Arguments& arguments) {
  using Result = model::SegmentModels::Result;
  const model::SegmentModels segments =
      arguments.evaluation().models().segment_models(arguments.word(0));
  constexpr std::size_t kOwnColumns = 4;
  std::vector<Evaluation::NewColumn> columns;
  columns.reserve(segments.columns.size() + kOwnColumns);
  for (const auto& column : segments.columns)
    columns.push_back({.name = column.name, .numbers = column.values, .domain = column.domain});
  columns.push_back(text_column("model", segments, [](const Result& r) { return r.model; }));
  columns.push_back(status_column(segments));
  columns.push_back(text_column("errors", segments, [](const Result& r) { return r.errors; }));
  columns.push_back(text_column("warnings", segments, [](const Result& r) { return r.warnings; }));
  return arguments.evaluation().new_frame(columns);
}

}  // namespace

const PrimGroup& finished_models() {
  static const PrimGroup kGroup{{
      {{"model.reset.threshold"},
       "model threshold",
       "Lets a model predict the second class from this probability on; gives the old threshold.",
       reset_threshold},
      {{"segment_models_as_frame"},
       "segment_models",
       "Segments, their models, and how training ended.",
       segment_models_as_frame},
  }};
  return kGroup;
}

}  // namespace neve::rapids::prims
