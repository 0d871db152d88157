#include <algorithm>
#include <filesystem>
#include <fstream>

#include <neve/base/error.hpp>
#include <neve/base/utf8.hpp>
#include <neve/ingest/path_policy.hpp>

#include "rapids/evaluation.hpp"
#include "rapids/text_work.hpp"

namespace neve::rapids::prims {
namespace {

/// The words go to every node with the work; a dictionary of all languages has less.
constexpr std::uintmax_t kMostBytes = 64U << 20U;

/// Two characters or more.
bool is_long_enough(std::string_view word) {
  return word.size() > std::max<std::size_t>(1, utf8_length(word));
}

/// The lines of a file on the node that was asked: sorted, each once, without single characters.
StringList words_of(Arguments& arguments, const std::string& path) {
  const std::string allowed = arguments.evaluation().parts().files.check_read(path);
  std::error_code error;
  const std::uintmax_t bytes = std::filesystem::file_size(allowed, error);
  if (error) arguments.fail(1, "File " + path + " cannot be read; expected a file of words.");
  if (bytes > kMostBytes) {
    arguments.fail(1, "File " + path + " has " + std::to_string(bytes) +
                          " bytes; a list of words may have " + std::to_string(kMostBytes) + ".");
  }
  std::ifstream in(allowed);
  StringList words;
  for (std::string line; std::getline(in, line);) {
    if (line.ends_with('\r')) line.pop_back();
    if (is_long_enough(line)) words.push_back(std::move(line));
  }
  if (in.bad() || !in.eof()) arguments.fail(1, "File " + path + " cannot be read.");
  std::ranges::sort(words);
  words.erase(std::unique(words.begin(), words.end()), words.end());
  return words;
}

munge::ExpressionPtr counted(Evaluation& evaluation, const LazyFrame& frame,
                             const munge::ExpressionPtr& column, const TextWork& work) {
  if (column->type == frame::ColumnType::string) {
    return munge::column_of(
        measure_texts(evaluation.engine(), frame.layout, column->column, work, {}));
  }
  const TextWorker worker(work);
  std::vector<double> table;
  for (const std::string& level : *column->domain) table.push_back(worker.number(level));
  return munge::look_up(column, std::move(table));
}

Value valid_substrings(Arguments& arguments) {
  const LazyFrame& frame = arguments.frame(0);
  for (const munge::ExpressionPtr& column : frame.columns) {
    if (column->type != frame::ColumnType::string &&
        column->type != frame::ColumnType::categorical) {
      arguments.fail(0, "expected columns of strings or categories only; use as.character first.");
    }
  }
  const TextWork work{.kind = TextWork::Kind::count_pieces,
                      .texts = words_of(arguments, arguments.text(1))};
  LazyFrame result;
  result.layout = frame.layout;
  for (const munge::ExpressionPtr& column : frame.columns) {
    result.add("C" + std::to_string(result.width() + 1),
               counted(arguments.evaluation(), frame, column, work));
  }
  return result;
}

}  // namespace

const PrimGroup& dictionary() {
  static const PrimGroup kGroup{{
      {{"num_valid_substrings"},
       "frame words_path",
       "How many pieces of two characters or more are words of a file, one a line.",
       valid_substrings},
  }};
  return kGroup;
}

}  // namespace neve::rapids::prims
