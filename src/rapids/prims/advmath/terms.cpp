#include <neve/base/math.hpp>

#include "rapids/evaluation.hpp"
#include "rapids/term_task.hpp"

namespace neve::rapids::prims {
namespace {

std::size_t column_at(Arguments& arguments, std::size_t i, frame::ColumnType type,
                      const std::string& expected) {
  const LazyFrame& frame = arguments.frame(0);
  const auto columns = arguments.column_positions(i, frame);
  if (columns.size() != 1) arguments.fail(i, "expected one column.");
  if (frame.columns[columns[0]]->type != type) {
    arguments.fail(
        i, "expected a column of " + expected + ", but " + frame.names[columns[0]] + " is none.");
  }
  return columns[0];
}

/// One row for each word of each document. The weight of a word is ln((documents + 1) / (documents
/// with it + 1)); Salton and Buckley, Term-weighting approaches in automatic text retrieval,
/// Information Processing & Management 24 (1988), with one document more that has every word.
LazyFrame weighted(Evaluation& evaluation, const TermTask::Partial& terms, double documents) {
  std::vector<Evaluation::NewColumn> columns(5);
  columns[0].name = "DocID";
  columns[1] = {.name = "Word", .texts = StringList(), .type = frame::ColumnType::string};
  columns[2].name = "TF";
  columns[3].name = "IDF";
  columns[4].name = "TF-IDF";
  for (const auto& [word, counts] : terms.counts) {
    const double weight = math::log((documents + 1) / (static_cast<double>(counts.size()) + 1));
    for (const auto& [document, count] : counts) {
      const auto frequency = static_cast<double>(count);
      columns[0].numbers.push_back(document);
      columns[1].texts->push_back(word);
      columns[2].numbers.push_back(frequency);
      columns[3].numbers.push_back(weight);
      columns[4].numbers.push_back(frequency * weight);
    }
  }
  return evaluation.new_frame(columns);
}

Value term_frequencies(Arguments& arguments) {
  Evaluation& evaluation = arguments.evaluation();
  const LazyFrame& source = arguments.frame(0);
  const std::size_t id = column_at(arguments, 1, frame::ColumnType::numeric, "numbers");
  const std::size_t text = column_at(arguments, 2, frame::ColumnType::string, "strings");
  const TermTask::State state{.split = arguments.flag(3), .lower_case = !arguments.flag(4)};
  if (source.rows() == 0) arguments.fail(0, "the frame has no rows.");
  const frame::Frame frame = evaluation.materialise(source.select({id, text}));
  mr::RunOptions options{.token = evaluation.token()};
  const auto terms = evaluation.engine().run<TermTask>(mr::inputs_of(frame), state, options);
  // Of whole documents, each row is one; of words, documents are what their numbers tell apart.
  const auto documents =
      state.split ? static_cast<double>(frame.rows()) : static_cast<double>(terms.documents.size());
  return weighted(evaluation, terms, documents);
}

}  // namespace

const PrimGroup& terms() {
  static const PrimGroup kGroup{{
      {{"tf-idf"},
       "frame doc_idx text_idx preprocess case_sensitive",
       "How often words occur in documents, and how much each tells about its document.",
       term_frequencies},
  }};
  return kGroup;
}

}  // namespace neve::rapids::prims
