#include "algos/word2vec/transform.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include <neve/munge/expression.hpp>
#include <neve/munge/rows.hpp>

namespace neve::algos::word2vec {
namespace {

/// Columns that are written at a time: those of a row group are held uncompressed.
constexpr std::int64_t kColumnsAtOnce = 32;

/// Calls run(first, count) for few columns at a time and collects what it writes.
template <class Run>
void by_parts(std::int64_t length, frame::Frame& out, const Run& run) {
  for (std::int64_t first = 0; first < length; first += kColumnsAtOnce) {
    const std::int64_t count = std::min(kColumnsAtOnce, length - first);
    std::vector<frame::Column> columns = run(first, count);
    for (frame::Column& column : columns)
      out.add("C" + std::to_string(out.columns.size() + 1), std::move(column));
  }
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
  std::vector<std::span<double>> columns;
  for (std::size_t c = 0; c < outputs.count(); ++c) columns.push_back(outputs.doubles(c));
  const auto first = static_cast<std::size_t>(state.first);
  each_word(group, [&](std::size_t row, const std::string_view* word) {
    const std::int32_t at = word == nullptr ? Vocabulary::kUnknown : state.model->find(*word);
    if (at == Vocabulary::kUnknown) return;
    const auto vector = state.model->vectors.of(static_cast<std::size_t>(at));
    for (std::size_t c = 0; c < columns.size(); ++c)
      columns[c][row] = static_cast<double>(vector[first + c]);
  });
}

void SentenceTailsTask::map(const mr::RowGroup& group, const State& state, Partial& partial) {
  Tail tail;
  each_word(group, [&](std::size_t /*row*/, const std::string_view* word) {
    if (word == nullptr) {
      tail = {.after_end = true, .sum = {}};
      return;
    }
    const std::int32_t at = state.model->find(*word);
    if (at != Vocabulary::kUnknown)
      tail.sum.add(state.model->vectors.of(static_cast<std::size_t>(at)));
  });
  partial.tails[group.index.value()] = std::move(tail);
}

void SentenceTailsTask::merge(Partial& left, const Partial& right) {
  for (const auto& [group, tail] : right.tails) left.tails[group] = tail;
}

void SentenceMeansTask::map(const mr::RowGroup& group, const State& state, Partial& /*partial*/,
                            mr::Outputs& outputs) {
  const std::span<double> ends = outputs.doubles(0);
  std::ranges::fill(ends, 0.0);
  std::vector<std::span<double>> columns;
  for (std::size_t c = 1; c < outputs.count(); ++c) {
    columns.push_back(outputs.doubles(c));
    std::ranges::fill(columns.back(), 0.0);
  }
  const auto first = static_cast<std::size_t>(state.first);
  VectorSum open = state.before[static_cast<std::size_t>(group.index.value())];
  each_word(group, [&](std::size_t row, const std::string_view* word) {
    const std::int32_t at = word == nullptr ? Vocabulary::kUnknown : state.model->find(*word);
    if (at != Vocabulary::kUnknown) open.add(state.model->vectors.of(static_cast<std::size_t>(at)));
    const bool is_last = group.first_row + static_cast<std::int64_t>(row) == state.rows - 1;
    if (word != nullptr && !is_last) return;
    ends[row] = 1;
    for (std::size_t c = 0; c < columns.size(); ++c) {
      columns[c][row] = open.words == 0 ? frame::kMissingDouble
                                        : open.sum[first + c] / static_cast<double>(open.words);
    }
    open = {};
  });
}

frame::Frame vectors_of_words(mr::Engine& engine, const std::shared_ptr<const Word2VecModel>& model,
                              const frame::Frame& words) {
  frame::Frame made;
  made.layout = words.layout;
  const auto length = static_cast<std::int64_t>(model->vectors.length);
  by_parts(length, made, [&](std::int64_t first, std::int64_t count) {
    mr::RunOptions options;
    options.outputs.resize(static_cast<std::size_t>(count));
    return engine
        .run_with_outputs<WordVectorsTask>(first_column(words), {model, first, count}, options)
        .columns;
  });
  return made;
}

frame::Frame means_of_sentences(mr::Engine& engine,
                                const std::shared_ptr<const Word2VecModel>& model,
                                const frame::Frame& words) {
  const auto tails = engine.run<SentenceTailsTask>(first_column(words), {model}).tails;
  SentenceMeansTask::State state{
      .model = model, .before = sums_before(tails, words.layout->groups()), .rows = words.rows()};
  frame::Frame rows;
  rows.layout = words.layout;
  std::vector<frame::Column> ends;
  const auto length = static_cast<std::int64_t>(model->vectors.length);
  by_parts(length, rows, [&](std::int64_t first, std::int64_t count) {
    state.first = first;
    state.count = count;
    mr::RunOptions options;
    options.outputs.resize(static_cast<std::size_t>(count) + 1);
    auto columns =
        engine.run_with_outputs<SentenceMeansTask>(first_column(words), state, options).columns;
    ends = {columns.front()};
    columns.erase(columns.begin());
    return columns;
  });
  return munge::filter(engine, {munge::column_of(ends.front()), rows});
}

}  // namespace neve::algos::word2vec
