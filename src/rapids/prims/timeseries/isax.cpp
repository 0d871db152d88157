#include <neve/munge/rollups.hpp>

#include "rapids/evaluation.hpp"
#include "rapids/sax_task.hpp"
#include "series/api/words.hpp"

namespace neve::rapids::prims {
namespace {

using munge::ExpressionPtr;

constexpr std::int64_t kMostIntervals = 100'000;

std::int64_t count_at(Arguments& arguments, std::size_t i, std::int64_t least, std::int64_t most) {
  const std::int64_t count = arguments.integer(i);
  if (count < least || count > most) {
    arguments.fail(i, "expected a number from " + std::to_string(least) + " to " +
                          std::to_string(most) + ", not " + std::to_string(count) + ".");
  }
  return count;
}

frame::Frame points_of(Arguments& arguments) {
  const LazyFrame& frame = arguments.frame(0);
  for (const ExpressionPtr& column : frame.columns) {
    if (column->type != frame::ColumnType::numeric) {
      arguments.fail(0, "expected numeric columns only, as each row is a series.");
    }
  }
  return arguments.evaluation().materialise(frame);
}

/// Numbers the intervals that occur from 0; gives how many there are of each word.
std::vector<std::int64_t> renumber(Evaluation& evaluation, LazyFrame& words,
                                   std::int64_t intervals) {
  std::vector<std::int64_t> counts;
  for (ExpressionPtr& word : words.columns) {
    const auto seen = munge::distinct_numbers(evaluation.engine(), words.layout, word, intervals,
                                              evaluation.token());
    std::vector<double> ranks(static_cast<std::size_t>(intervals), 0);
    for (std::size_t i = 0; i < seen.size(); ++i) {
      ranks[static_cast<std::size_t>(seen[i])] = static_cast<double>(i);
    }
    word = munge::look_up(word, std::move(ranks));
    counts.push_back(static_cast<std::int64_t>(seen.size()));
  }
  return counts;
}

ExpressionPtr word_texts(Evaluation& evaluation, const frame::Frame& words,
                         const std::vector<std::int64_t>& intervals) {
  mr::RunOptions options{.token = evaluation.token()};
  options.outputs = {{.kind = mr::OutputKind::text, .type = frame::ColumnType::string}};
  return munge::column_of(
      evaluation.engine()
          .run_with_outputs<SaxTextTask>(mr::inputs_of(words), {intervals}, options)
          .columns[0]);
}

Value symbolic_words(Arguments& arguments) {
  Evaluation& evaluation = arguments.evaluation();
  const auto width = static_cast<std::int64_t>(arguments.frame(0).width());
  const auto count = static_cast<std::size_t>(count_at(arguments, 1, 1, width));
  const std::int64_t most = count_at(arguments, 2, 2, kMostIntervals);
  const bool fewest = arguments.flag(3);
  const frame::Frame points = points_of(arguments);
  mr::RunOptions options{.token = evaluation.token()};
  options.outputs.resize(count);
  const auto made = evaluation.engine().run_with_outputs<SaxTask>(
      mr::inputs_of(points), {series::normal_breaks(most)}, options);
  LazyFrame words;
  words.layout = points.layout;
  for (const frame::Column& column : made.columns) {
    words.add("c" + std::to_string(words.width()), munge::column_of(column));
  }
  std::vector<std::int64_t> intervals(count, most);
  if (fewest) intervals = renumber(evaluation, words, most);
  const frame::Frame numbered = evaluation.materialise(words);
  LazyFrame result;
  result.layout = points.layout;
  result.add("iSax_index", word_texts(evaluation, numbered, intervals));
  for (std::size_t i = 0; i < count; ++i) {
    result.add(words.names[i], munge::column_of(numbered.columns[i]));
  }
  return result;
}

}  // namespace

const PrimGroup& isax() {
  static const PrimGroup kGroup{{
      {{"isax"},
       "frame num_words max_cardinality optimize_card",
       "Symbolic words of time series, a series a row.",
       symbolic_words},
  }};
  return kGroup;
}

}  // namespace neve::rapids::prims
