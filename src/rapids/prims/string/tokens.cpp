#include <neve/frame/chunk.hpp>
#include <neve/munge/rows.hpp>

#include "rapids/evaluation.hpp"
#include "rapids/text_work.hpp"

namespace neve::rapids::prims {
namespace {

/// The words of all rows one below the other; rows that stand for no word are -1.
struct Words {
  StringList texts;
  std::vector<std::int64_t> rows;
};

void add_group(Evaluation& evaluation, const frame::Frame& frame, GroupIndex group,
               const TextSplitter& splitter, Words& words) {
  std::vector<frame::Chunk> chunks;
  for (const frame::Column& column : frame.columns) {
    chunks.push_back(evaluation.engine().chunk(*frame.layout, column.id, group));
  }
  for (std::int64_t row = 0; row < frame.layout->rows_of(group); ++row) {
    for (const frame::Chunk& chunk : chunks) {
      const auto text = chunk.text(row);
      if (!text) continue;
      for (std::string& word : splitter.pieces(*text)) {
        words.rows.push_back(static_cast<std::int64_t>(words.texts.size()));
        words.texts.push_back(std::move(word));
      }
    }
    words.rows.push_back(-1);
  }
}

Value tokenize(Arguments& arguments) {
  Evaluation& evaluation = arguments.evaluation();
  const frame::Frame frame = arguments.table(0);
  const TextSplitter splitter(arguments.text(1));
  for (const frame::Column& column : frame.columns) {
    if (column.type != frame::ColumnType::string) {
      arguments.fail(0, "tokenize takes columns of strings; use as.character first.");
    }
  }
  if (frame.columns.empty()) arguments.fail(0, "expected a column of strings.");
  Words words;
  for (std::int32_t g = 0; g < frame.layout->groups(); ++g) {
    add_group(evaluation, frame, GroupIndex(g), splitter, words);
  }
  // A frame that has no word at all still has a row to be missing.
  if (words.texts.empty()) words.texts.emplace_back();
  const frame::Frame made = evaluation.materialise(evaluation.new_frame(
      {{.name = "C1", .texts = std::move(words.texts), .type = frame::ColumnType::string}}));
  return lazy(munge::gather(evaluation.engine(), made, words.rows, evaluation.token()));
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
