#include <algorithm>
#include <cmath>
#include <limits>

#include "rapids/elementwise.hpp"
#include "rapids/factors.hpp"
#include "rapids/text_work.hpp"

namespace neve::rapids::prims {
namespace {

using frame::ColumnType;
using munge::ExpressionPtr;

bool is_textual(const ExpressionPtr& e) {
  return e->type == ColumnType::string || e->type == ColumnType::categorical;
}

/// The work on one column: row by row on texts, level by level on categories.
ExpressionPtr worked(Evaluation& evaluation, const LazyFrame& frame, const ExpressionPtr& column,
                     const TextWork& work) {
  if (column->type == ColumnType::categorical) {
    const TextWorker worker(work);
    if (!work.gives_text()) {
      std::vector<double> table;
      for (const std::string& level : *column->domain) table.push_back(worker.number(level));
      return munge::look_up(column, std::move(table));
    }
    std::vector<std::optional<std::string>> names;
    std::string room;
    for (const std::string& level : *column->domain) {
      names.emplace_back(std::string(worker.text(level, room)));
    }
    return renamed_levels(column, names);
  }
  mr::Engine& engine = evaluation.engine();
  if (work.gives_text()) {
    return munge::column_of(
        map_texts(engine, frame.layout, column->column, work, evaluation.token()));
  }
  return munge::column_of(measure_texts(engine, frame.layout, column->column, work, {}));
}

/// Columns of what texts become are called C1, C2, …, as clients expect.
void number_names(LazyFrame& frame) {
  for (std::size_t c = 0; c < frame.width(); ++c) frame.names[c] = "C" + std::to_string(c + 1);
}

Value on_texts(Arguments& arguments, const TextWork& work) {
  LazyFrame result = arguments.frame(0);
  result.key.clear();
  for (const ExpressionPtr& column : result.columns) {
    if (!is_textual(column)) {
      arguments.fail(0, "expected columns of strings or categories only; use as.character first.");
    }
  }
  for (ExpressionPtr& column : result.columns) {
    column = worked(arguments.evaluation(), result, column, work);
  }
  // All but the names of what is replaced once: an oddity of H2O-3 that scripts may rely on.
  if (work.kind != TextWork::Kind::replace_first) number_names(result);
  return result;
}

template <TextWork::Kind kind>
Value simple(Arguments& arguments) {
  return on_texts(arguments, {.kind = kind});
}

template <TextWork::Kind kind>
Value strip(Arguments& arguments) {
  return on_texts(arguments, {.kind = kind, .texts = {arguments.text(1)}});
}

template <TextWork::Kind kind>
Value replace(Arguments& arguments) {
  return on_texts(arguments, {.kind = kind,
                              .texts = {arguments.text(1), arguments.text(2)},
                              .ignore_case = arguments.flag(3)});
}

Value substring(Arguments& arguments) {
  double end = std::numeric_limits<double>::infinity();
  if (arguments.size() > 2 && !arguments.is_empty_list(2)) end = arguments.number(2);
  if (std::isnan(end)) end = std::numeric_limits<double>::infinity();
  return on_texts(arguments,
                  {.kind = TextWork::Kind::substring, .numbers = {arguments.number(1), end}});
}

Value count_matches(Arguments& arguments) {
  return on_texts(arguments, {.kind = TextWork::Kind::count_matches, .texts = arguments.texts(1)});
}

/// Rows where the expression occurs: 1 and 0, or their numbers.
Value grep(Arguments& arguments) {
  Evaluation& evaluation = arguments.evaluation();
  const ExpressionPtr& column = arguments.column(0);
  if (!is_textual(column)) arguments.fail(0, "expected a column of strings or categories.");
  const TextWork work{.kind = TextWork::Kind::matches,
                      .texts = {arguments.text(1)},
                      .ignore_case = arguments.flag(2)};
  ExpressionPtr found = worked(evaluation, arguments.frame(0), column, work);
  found = munge::choose(munge::Op::pick, found, munge::constant_of(1), munge::constant_of(0));
  if (arguments.flag(3)) found = munge::unary(munge::Op::logical_not, found);
  LazyFrame result;
  result.layout = arguments.frame(0).layout;
  result.add("C1", found);
  if (arguments.flag(4)) return result;
  const auto flags = munge::reduce(evaluation.engine(), result.layout, {&found, 1})[0];
  std::vector<double> rows;
  if (flags.sum > 0) {
    const frame::Frame made = evaluation.materialise(result);
    std::int64_t first = 0;
    for (std::int32_t g = 0; g < made.layout->groups(); ++g) {
      const auto chunk = evaluation.engine().chunk(*made.layout, made.columns[0].id, GroupIndex(g));
      std::vector<double> values(static_cast<std::size_t>(chunk.rows()));
      chunk.decode(0, std::span(values));
      for (std::size_t i = 0; i < values.size(); ++i) {
        if (values[i] != 0) rows.push_back(static_cast<double>(first) + static_cast<double>(i));
      }
      first += chunk.rows();
    }
  }
  return evaluation.new_frame({{.name = "C1", .numbers = std::move(rows)}});
}

Value split(Arguments& arguments) {
  Evaluation& evaluation = arguments.evaluation();
  const LazyFrame& frame = arguments.frame(0);
  const std::string pattern = arguments.text(1);
  const TextSplitter splitter(pattern);
  LazyFrame result;
  result.layout = frame.layout;
  const auto add = [&result](ExpressionPtr column) {
    result.add("C" + std::to_string(result.width() + 1), std::move(column));
  };
  for (const ExpressionPtr& column : frame.columns) {
    if (!is_textual(column)) arguments.fail(0, "expected columns of strings or categories.");
    if (column->type == ColumnType::string) {
      for (const auto& piece :
           split_texts(evaluation.engine(), frame.layout, column->column, pattern)) {
        add(munge::column_of(piece));
      }
      continue;
    }
    std::vector<StringList> pieces;
    std::size_t most = 1;
    for (const std::string& level : *column->domain) {
      pieces.push_back(splitter.pieces(level));
      most = std::max(most, pieces.back().size());
    }
    for (std::size_t i = 0; i < most; ++i) {
      std::vector<std::optional<std::string>> names;
      for (const StringList& parts : pieces) {
        names.push_back(i < parts.size() ? std::optional(parts[i]) : std::nullopt);
      }
      add(renamed_levels(column, names));
    }
  }
  return result;
}

}  // namespace

const PrimGroup& texts() {
  using Kind = TextWork::Kind;
  static const PrimGroup kGroup{{
      {{"toupper"}, "frame", "Upper case.", simple<Kind::upper>},
      {{"tolower"}, "frame", "Lower case.", simple<Kind::lower>},
      {{"trim"}, "frame", "Without white space at both ends.", simple<Kind::trim>},
      {{"lstrip"},
       "frame characters",
       "Without these characters at the left.",
       strip<Kind::strip_left>},
      {{"rstrip"},
       "frame characters",
       "Without these characters at the right.",
       strip<Kind::strip_right>},
      {{"replaceall"},
       "frame pattern replacement ignore_case",
       "Replaces every match of a regular expression.",
       replace<Kind::replace_all>},
      {{"replacefirst"},
       "frame pattern replacement ignore_case",
       "Replaces the first match of a regular expression.",
       replace<Kind::replace_first>},
      {{"substring"}, "frame start end?", "Characters from start up to end.", substring},
      {{"strlen"}, "frame", "Number of characters.", simple<Kind::length>},
      {{"entropy"}, "frame", "Entropy of the bytes of each text.", simple<Kind::entropy>},
      {{"countmatches"}, "frame words", "How often the words occur.", count_matches},
      {{"grep"},
       "column pattern ignore_case invert output_logical",
       "Rows where a regular expression occurs.",
       grep},
      {{"strsplit"}, "frame pattern", "Pieces between matches of a regular expression.", split},
  }};
  return kGroup;
}

}  // namespace neve::rapids::prims
