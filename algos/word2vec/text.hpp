#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <neve/frame/frame.hpp>
#include <neve/model/algorithm.hpp>

#include "algos/word2vec/shard.hpp"

namespace neve::algos::word2vec {

/// The words of a training frame that occur often enough, the most frequent first; of equal ones
/// by their bytes.
struct CountedWords {
  std::vector<std::string> words;
  std::vector<std::int64_t> counts;
};

/// One pass over the frame. Throws InputError where no word is left.
CountedWords count_words(model::TrainContext& context, std::int64_t least);

/// The training frame's words as numbers, spread over the nodes as the frame is, of which batches
/// are read one by one.
class Text {
 public:
  /// `sample` is the share of the text from which words are now and then passed over, 0 for none.
  Text(model::TrainContext& context, const CountedWords& words, double sample);
  [[nodiscard]] std::int64_t rows() const { return layout_->rows(); }
  /// By word: how often an epoch does not pass over it, on average.
  [[nodiscard]] std::vector<double> expected_counts(const std::vector<std::int64_t>& counts) const;
  /// The words of rows [begin, end) that this epoch does not pass over. Which these are follows
  /// from epoch and row alone.
  void read(std::int64_t epoch, std::int64_t begin, std::int64_t end, Batch& out);

 private:
  void read_group(GroupIndex group, std::int64_t begin, std::int64_t end, const CounterRng& random,
                  Batch& out);
  mr::Engine& engine_;
  frame::LayoutPtr layout_;
  frame::Column numbers_;
  std::vector<double> kept_;  ///< by word: probability that it is not passed over
  struct Open {
    GroupIndex group;
    frame::Chunk chunk;
  };
  std::optional<Open> open_;
  std::vector<std::int64_t> values_;
};

/// By word, the probability that it is not passed over, which may be above 1. As word2vec.c has it:
/// sqrt(sample / f) + sample / f for a word with the share f of the text.
std::vector<double> kept_shares(const std::vector<std::int64_t>& counts, double sample);

/// The learning rate after so many words that were learnt from, out of `all` of the vocabulary in
/// all epochs: as those that are passed over count in `all` only, it stays above 0, as in H2O-3; at
/// 1/10,000 of the first at least.
float falling_rate(float first, std::int64_t learnt, double all);

/// Random numbers of an epoch: which words are passed over.
CounterRng sample_numbers(std::int64_t epoch);
/// And how far each looks around.
CounterRng window_numbers(std::int64_t epoch);

}  // namespace neve::algos::word2vec
