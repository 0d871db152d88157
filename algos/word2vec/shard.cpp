#include "algos/word2vec/shard.hpp"

#include <algorithm>

namespace neve::algos::word2vec {

std::int32_t MovedRows::place(const Weights& weights, std::int32_t row) {
  std::int32_t& place = places_[static_cast<std::size_t>(row)];
  if (place != kNone) return place;
  place = static_cast<std::int32_t>(rows_.size());
  rows_.push_back(row);
  steps_.push_back(0);
  const float* from = weights.row(static_cast<std::size_t>(row));
  values_.insert(values_.end(), from, from + stride_);
  return place;
}

void MovedRows::sort_parts() {
  for (auto& part : parts_) part.clear();
  for (std::size_t place = 0; place < rows_.size(); ++place)
    parts_[static_cast<std::size_t>(rows_[place]) % kParts].push_back(
        static_cast<std::int32_t>(place));
}

void MovedRows::clear() {
  for (const std::int32_t row : rows_) places_[static_cast<std::size_t>(row)] = kNone;
  rows_.clear();
  steps_.clear();
  values_.clear();
}

Shard::Shard(const Tree& tree, const Settings& settings, const Weights& weights)
    : tree_(&tree),
      settings_(settings),
      moved_(weights),
      step_(weights.stride, tree.longest()),
      stride_(weights.stride),
      mean_(weights.stride),
      mean_before_(weights.stride) {}

/// Finds the vectors of the words around `at`, and of the nodes on the way to the word there.
void Shard::gather(const Weights& weights, const Batch& batch, std::size_t at, std::size_t reach) {
  input_places_.clear();
  const auto look = [&](std::size_t other) {
    if (batch.words[other] == Batch::kSentenceEnd) return false;
    input_places_.push_back(moved_.place(weights, batch.words[other]));
    return true;
  };
  for (std::size_t i = at; i > 0 && at - i < reach && look(i - 1); --i) {
  }
  for (std::size_t i = at + 1; i < batch.words.size() && i <= at + reach && look(i); ++i) {
  }
  if (input_places_.empty()) return;
  node_places_.clear();
  for (const std::int32_t node : tree_->nodes_of(static_cast<std::size_t>(batch.words[at])))
    node_places_.push_back(moved_.place(weights, weights.node_row(node)));
  // Copies may have moved while others were made.
  inputs_.clear();
  nodes_.clear();
  for (const std::int32_t place : input_places_) inputs_.push_back(moved_.at(place));
  for (const std::int32_t place : node_places_) nodes_.push_back(moved_.at(place));
}

/// Each word around predicts the one in the middle.
void Shard::skip_gram(std::span<const float> labels, float rate) {
  for (std::size_t i = 0; i < inputs_.size(); i += kMostInputs) {
    const std::size_t count = std::min(kMostInputs, inputs_.size() - i);
    step_.step(std::span(inputs_).subspan(i, count), nodes_, labels, rate);
  }
  const auto pairs = static_cast<float>(inputs_.size());
  for (const std::int32_t place : input_places_) moved_.count_step(place, 1);
  for (const std::int32_t place : node_places_) moved_.count_step(place, pairs);
}

/// The mean of the words around predicts the one in the middle; each takes over what the mean
/// learns.
void Shard::bag_of_words(std::span<const float> labels, float rate) {
  const WindowKernels& kernels = window_kernels();
  kernels.mean(mean_.data(), inputs_.data(), inputs_.size(), stride_);
  std::ranges::copy(mean_, mean_before_.begin());
  float* const mean = mean_.data();
  step_.step({&mean, 1}, nodes_, labels, rate);
  kernels.spread(inputs_.data(), inputs_.size(), mean, mean_before_.data(), stride_);
  for (const std::int32_t place : input_places_) moved_.count_step(place, 1);
  for (const std::int32_t place : node_places_) moved_.count_step(place, 1);
}

void Shard::learn(const Weights& weights, const Batch& batch, std::size_t begin, std::size_t end,
                  const CounterRng& windows, float rate) {
  for (std::size_t at = begin; at < end; ++at) {
    if (batch.words[at] == Batch::kSentenceEnd) continue;
    const auto row = static_cast<std::uint64_t>(batch.rows[at]);
    gather(weights, batch, at, 1 + static_cast<std::size_t>(windows.below(row, settings_.window)));
    if (input_places_.empty()) continue;
    const auto labels = tree_->labels_of(static_cast<std::size_t>(batch.words[at]));
    settings_.model == WordModel::skip_gram ? skip_gram(labels, rate) : bag_of_words(labels, rate);
  }
  moved_.sort_parts();
}

}  // namespace neve::algos::word2vec
