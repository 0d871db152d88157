#include "algos/word2vec/pre_trained.hpp"

#include <cmath>
#include <cstdint>
#include <unordered_set>

#include <neve/base/error.hpp>

namespace neve::algos::word2vec {
namespace {

/// The rows of a group that have a word which is new.
std::vector<std::size_t> new_words(const frame::Chunk& chunk, std::unordered_set<std::string>& seen,
                                   model::WordVectors& out) {
  const auto rows = static_cast<std::size_t>(chunk.rows());
  std::vector<std::string_view> words(rows);
  std::vector<std::uint8_t> missing(rows);
  chunk.decode_text(0, words, missing);
  std::vector<std::size_t> taken;
  for (std::size_t i = 0; i < rows; ++i) {
    if (missing[i] != 0 || !seen.emplace(words[i]).second) continue;
    taken.push_back(i);
    out.words.emplace_back(words[i]);
  }
  return taken;
}

void check_number(double value, const std::string& column, const std::string& word) {
  if (std::isfinite(value)) return;
  throw InputError::illegal_argument("Column '" + column + "' of the pre_trained frame has " +
                                     (std::isnan(value) ? "no" : "an infinite") +
                                     " number for word '" + word + "'. Drop the row.");
}

}  // namespace

void check_pre_trained(const frame::Frame& frame, model::Messages& messages) {
  const auto error = [&](std::string text) {
    model::add_error(messages, "pre_trained", std::move(text));
  };
  if (frame.columns.size() < 2) {
    error("Frame '" + frame.key + "' needs a column of words and one at least of numbers.");
    return;
  }
  if (frame.columns.front().type != frame::ColumnType::string) {
    error("The first column of frame '" + frame.key + "' has to be column of Strings.");
  }
  for (std::size_t c = 1; c < frame.columns.size(); ++c) {
    if (frame.columns[c].type == frame::ColumnType::numeric) continue;
    error("Column '" + frame.names[c] + "' of frame '" + frame.key + "' has to be numeric.");
    return;
  }
}

model::WordVectors read_pre_trained(mr::Engine& engine, const frame::Frame& frame,
                                    std::vector<std::string>& warnings) {
  model::Messages messages;
  check_pre_trained(frame, messages);
  if (!messages.empty()) throw InputError::illegal_argument(messages.front().text);
  model::WordVectors made;
  made.length = frame.columns.size() - 1;
  std::unordered_set<std::string> seen;
  for (std::int32_t g = 0; g < frame.layout->groups(); ++g) {
    const GroupIndex group(g);
    const std::size_t first = made.words.size();
    const auto taken =
        new_words(engine.chunk(*frame.layout, frame.columns[0].id, group), seen, made);
    made.values.resize(made.words.size() * made.length);
    std::vector<double> column(static_cast<std::size_t>(frame.layout->rows_of(group)));
    for (std::size_t c = 0; c < made.length; ++c) {
      engine.chunk(*frame.layout, frame.columns[c + 1].id, group).decode(0, column);
      for (std::size_t i = 0; i < taken.size(); ++i) {
        check_number(column[taken[i]], frame.names[c + 1], made.words[first + i]);
        made.values[(first + i) * made.length + c] = static_cast<float>(column[taken[i]]);
      }
    }
  }
  if (made.words.empty())
    throw InputError::illegal_argument("The pre_trained frame '" + frame.key + "' has no word.");
  const auto left_out = frame.rows() - static_cast<std::int64_t>(made.words.size());
  if (left_out > 0) {
    warnings.push_back(std::to_string(left_out) +
                       " rows of the pre_trained frame have no word, or one that was there before: "
                       "they are left out.");
  }
  return made;
}

}  // namespace neve::algos::word2vec
