#include "algos/word2vec/transform.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <utility>

#include <neve/frame/chunk_builder.hpp>
#include <neve/munge/expression.hpp>
#include <neve/munge/rows.hpp>

namespace neve::algos::word2vec {
namespace {

/// Columns of a row group that are held uncompressed: a cache line of each vector.
constexpr std::size_t kColumnsAtOnce = 16;
/// A number beside those of Vocabulary.
constexpr std::int32_t kSentenceEnd = -2;

/// The number of each word of a group, Vocabulary::kUnknown or kSentenceEnd.
std::vector<std::int32_t> numbers_of(const mr::RowGroup& group, const Word2VecModel& model) {
  std::vector<std::int32_t> numbers(static_cast<std::size_t>(group.rows), kSentenceEnd);
  each_word(group, [&](std::size_t row, const std::string_view* word) {
    if (word != nullptr) numbers[row] = model.find(*word);
  });
  return numbers;
}

/// Columns [first, first + count) of all, each as long as a row group.
struct SomeColumns {
  std::size_t first = 0;
  std::size_t count = 0;
  std::array<std::vector<double>, kColumnsAtOnce> values;
};

/// fill(columns) for some columns at a time, which begin as `value`; they are written from
/// `output` on.
template <class Fill>
void write_columns(const mr::RowGroup& group, std::size_t length, double value, std::size_t output,
                   mr::Outputs& outputs, const Fill& fill) {
  SomeColumns some;
  for (; some.first < length; some.first += kColumnsAtOnce) {
    some.count = std::min(kColumnsAtOnce, length - some.first);
    for (auto& column : some.values) column.assign(static_cast<std::size_t>(group.rows), value);
    fill(some);
    for (std::size_t c = 0; c < some.count; ++c)
      outputs.set_chunk(output + some.first + c, frame::encode_doubles(some.values[c]));
  }
}

/// Runs a task that writes `more` columns and then one for each number of a vector.
template <class Task>
std::vector<frame::Column> written(mr::Engine& engine, const mr::Inputs& inputs,
                                   const typename Task::State& state, std::size_t more) {
  mr::RunOptions options;
  options.outputs.resize(state.model->vectors.length + more);
  return engine.run_with_outputs<Task>(inputs, state, options).columns;
}

void add_columns(std::span<const frame::Column> columns, frame::Frame& to) {
  for (const frame::Column& column : columns)
    to.add("C" + std::to_string(to.columns.size() + 1), column);
}

mr::Inputs first_column(const frame::Frame& words) {
  return {words.layout, {words.columns.front().id}};
}

/// Of each row group, what its first sentence has in those before it.
std::vector<VectorSum> sums_before(const std::map<std::int32_t, SentenceTailsTask::Tail>& tails,
                                   std::int32_t groups) {
  std::vector<VectorSum> before(static_cast<std::size_t>(groups));
  VectorSum open;
  for (std::int32_t g = 0; g < groups; ++g) {
    before[static_cast<std::size_t>(g)] = open;
    const auto tail = tails.find(g);
    if (tail == tails.end()) continue;
    if (tail->second.after_end) open = {};
    open.merge(tail->second.sum);
  }
  return before;
}

}  // namespace

void VectorSum::add(std::span<const float> vector) {
  sum.resize(vector.size());
  for (std::size_t d = 0; d < vector.size(); ++d) sum[d] += static_cast<double>(vector[d]);
  ++words;
}

void VectorSum::merge(const VectorSum& right) {
  if (right.words == 0) return;
  sum.resize(right.sum.size());
  for (std::size_t d = 0; d < sum.size(); ++d) sum[d] += right.sum[d];
  words += right.words;
}

void WordVectorsTask::map(const mr::RowGroup& group, const State& state, Partial& /*partial*/,
                          mr::Outputs& outputs) {
  const std::vector<std::int32_t> numbers = numbers_of(group, *state.model);
  const model::WordVectors& vectors = state.model->vectors;
  const auto fill = [&](SomeColumns& some) {
    for (std::size_t row = 0; row < numbers.size(); ++row) {
      if (numbers[row] < 0) continue;
      const auto vector = vectors.of(static_cast<std::size_t>(numbers[row])).subspan(some.first);
      for (std::size_t c = 0; c < some.count; ++c)
        some.values[c][row] = static_cast<double>(vector[c]);
    }
  };
  write_columns(group, vectors.length, frame::kMissingDouble, 0, outputs, fill);
}

void SentenceTailsTask::map(const mr::RowGroup& group, const State& state, Partial& partial) {
  Tail tail;
  // Only what is behind the last end has to be looked up.
  std::vector<std::string_view> open;
  each_word(group, [&](std::size_t /*row*/, const std::string_view* word) {
    if (word != nullptr) {
      open.push_back(*word);
    } else {
      tail.after_end = true;
      open.clear();
    }
  });
  for (const std::string_view word : open) {
    const std::int32_t at = state.model->find(word);
    if (at != Vocabulary::kUnknown)
      tail.sum.add(state.model->vectors.of(static_cast<std::size_t>(at)));
  }
  partial.tails[group.index.value()] = std::move(tail);
}

void SentenceTailsTask::merge(Partial& left, const Partial& right) {
  for (const auto& [group, tail] : right.tails) left.tails[group] = tail;
}

void SentenceMeansTask::map(const mr::RowGroup& group, const State& state, Partial& /*partial*/,
                            mr::Outputs& outputs) {
  const std::vector<std::int32_t> numbers = numbers_of(group, *state.model);
  const model::WordVectors& vectors = state.model->vectors;
  const VectorSum& before = state.before[static_cast<std::size_t>(group.index.value())];
  const auto last = static_cast<std::size_t>(state.rows - 1 - group.first_row);
  const auto is_end = [&](std::size_t row) { return numbers[row] == kSentenceEnd || row == last; };
  const std::span<double> ends = outputs.doubles(0);
  for (std::size_t row = 0; row < numbers.size(); ++row) ends[row] = is_end(row) ? 1 : 0;

  const auto fill = [&](SomeColumns& some) {
    std::array<double, kColumnsAtOnce> sum{};
    std::int64_t words = before.words;
    if (words > 0) std::copy_n(before.sum.begin() + some.first, some.count, sum.begin());
    for (std::size_t row = 0; row < numbers.size(); ++row) {
      if (numbers[row] >= 0) {
        const auto vector = vectors.of(static_cast<std::size_t>(numbers[row])).subspan(some.first);
        for (std::size_t c = 0; c < some.count; ++c) sum[c] += static_cast<double>(vector[c]);
        ++words;
      }
      if (!is_end(row)) continue;
      for (std::size_t c = 0; c < some.count; ++c)
        some.values[c][row] =
            words == 0 ? frame::kMissingDouble : sum[c] / static_cast<double>(words);
      sum = {};
      words = 0;
    }
  };
  write_columns(group, vectors.length, 0, 1, outputs, fill);
}

frame::Frame vectors_of_words(mr::Engine& engine, const std::shared_ptr<const Word2VecModel>& model,
                              const frame::Frame& words) {
  frame::Frame made;
  made.layout = words.layout;
  add_columns(written<WordVectorsTask>(engine, first_column(words), {model}, 0), made);
  return made;
}

frame::Frame means_of_sentences(mr::Engine& engine,
                                const std::shared_ptr<const Word2VecModel>& model,
                                const frame::Frame& words) {
  const auto tails = engine.run<SentenceTailsTask>(first_column(words), {model}).tails;
  const SentenceMeansTask::State state{
      .model = model, .before = sums_before(tails, words.layout->groups()), .rows = words.rows()};
  const auto columns = written<SentenceMeansTask>(engine, first_column(words), state, 1);
  frame::Frame rows;
  rows.layout = words.layout;
  add_columns(std::span(columns).subspan(1), rows);
  return munge::filter(engine, {munge::column_of(columns.front()), rows});
}

}  // namespace neve::algos::word2vec
