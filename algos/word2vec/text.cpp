#include "algos/word2vec/text.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include <neve/base/budget.hpp>
#include <neve/base/error.hpp>

#include "algos/word2vec/word_tasks.hpp"

namespace neve::algos::word2vec {
namespace {

constexpr std::uint64_t kSeed = 1;

mr::Inputs text_column(const model::TrainContext& context) {
  const model::Dataset& data = context.training;
  return {data.inputs.layout,
          {data.inputs.columns[static_cast<std::size_t>(data.predictors.front())]}};
}

}  // namespace

CounterRng sample_numbers(std::int64_t epoch) {
  return CounterRng(kSeed, 2 + 2 * static_cast<std::uint64_t>(epoch));
}

CounterRng window_numbers(std::int64_t epoch) {
  return CounterRng(kSeed, 3 + 2 * static_cast<std::uint64_t>(epoch));
}

std::vector<double> kept_shares(const std::vector<std::int64_t>& counts, double sample) {
  const auto all = static_cast<double>(std::reduce(counts.begin(), counts.end(), std::int64_t{0}));
  std::vector<double> kept(counts.size(), 1.0);
  for (std::size_t word = 0; word < counts.size() && sample > 0; ++word) {
    const double rarity = sample * all / static_cast<double>(counts[word]);
    kept[word] = std::sqrt(rarity) + rarity;
  }
  return kept;
}

float falling_rate(float first, std::int64_t learnt, double all) {
  constexpr double kLeast = 1e-4;
  const double left = 1 - static_cast<double>(learnt) / (all + 1);
  return static_cast<float>(static_cast<double>(first) * std::max(kLeast, left));
}

CountedWords count_words(model::TrainContext& context, std::int64_t least) {
  const mr::Inputs text = text_column(context);
  // An entry of the counts takes some 80 bytes, four times a short word that occurs once.
  const Reservation memory = context.engine.budget().reserve(
      4 * context.engine.column_bytes(text.columns), "Counts of words");
  const WordCounts seen = context.engine.run<CountWordsTask>(text, {}, context.run_options());
  std::vector<std::pair<std::string, std::int64_t>> often;
  std::int64_t most = 0;
  for (std::size_t i = 0; i < seen.words().size(); ++i) {
    const std::int64_t count = seen.counts()[i];
    most = std::max(most, count);
    if (count >= least) often.emplace_back(seen.words()[i], count);
  }
  if (often.empty()) {
    throw InputError::illegal_argument(
        most == 0 ? "Column '" + context.roles.predictors.front() +
                        "' has no word: all of its rows are missing."
                  : "No word occurs " + std::to_string(least) +
                        " times (min_word_freq); the most frequent one occurs " +
                        std::to_string(most) + " times. Lower min_word_freq.",
        {{"min_word_freq", std::to_string(least)}});
  }
  std::ranges::sort(often, [](const auto& a, const auto& b) {
    return a.second != b.second ? a.second > b.second : a.first < b.first;
  });
  CountedWords made;
  for (auto& [word, count] : often) {
    made.words.push_back(std::move(word));
    made.counts.push_back(count);
  }
  return made;
}

Text::Text(model::TrainContext& context, const CountedWords& words, double sample)
    : engine_(context.engine),
      layout_(context.training.inputs.layout),
      kept_(kept_shares(words.counts, sample)) {
  mr::RunOptions options = context.run_options();
  options.outputs = {{.kind = mr::OutputKind::int64s}};
  numbers_ =
      engine_
          .run_with_outputs<NumberWordsTask>(text_column(context), Vocabulary(words.words), options)
          .columns.front();
}

std::vector<double> Text::expected_counts(const std::vector<std::int64_t>& counts) const {
  std::vector<double> expected(counts.begin(), counts.end());
  for (std::size_t word = 0; word < counts.size(); ++word)
    expected[word] *= std::min(1.0, kept_[word]);
  return expected;
}

void Text::read(std::int64_t epoch, std::int64_t begin, std::int64_t end, Batch& out) {
  const CounterRng random = sample_numbers(epoch);
  out.clear();
  while (begin < end) {
    const GroupIndex group = layout_->group_of(begin);
    const std::int64_t stop = std::min(end, layout_->first_row(group) + layout_->rows_of(group));
    read_group(group, begin, stop, random, out);
    begin = stop;
  }
}

void Text::read_group(GroupIndex group, std::int64_t begin, std::int64_t end,
                      const CounterRng& random, Batch& out) {
  if (!open_ || open_->group != group) open_ = {group, engine_.chunk(*layout_, numbers_.id, group)};
  values_.resize(static_cast<std::size_t>(end - begin));
  open_->chunk.decode_int64(begin - layout_->first_row(group), values_);
  for (std::int64_t row = begin; row < end; ++row) {
    const std::int64_t word = values_[static_cast<std::size_t>(row - begin)];
    if (word == Vocabulary::kUnknown) continue;
    const bool ends = word == frame::kMissingInt64;
    if (!ends) {
      const double kept = kept_[static_cast<std::size_t>(word)];
      if (kept < 1 && random.uniform(static_cast<std::uint64_t>(row)) >= kept) continue;
    }
    out.words.push_back(ends ? Batch::kSentenceEnd : static_cast<std::int32_t>(word));
    out.rows.push_back(row);
  }
}

}  // namespace neve::algos::word2vec
