#include "algos/word2vec/shard.hpp"

#include <algorithm>
#include <cmath>

namespace neve::algos::word2vec {

std::int32_t MovedRows::place(const Weights& weights, std::int32_t row) {
  std::int32_t& place = places_[static_cast<std::size_t>(row)];
  if (place != kNone) return place;
  place = static_cast<std::int32_t>(rows_.size());
  rows_.push_back(row);
  const float* from = weights.row(static_cast<std::size_t>(row));
  squares_.push_back(window_kernels().product(from, from, stride_));
  curvatures_.push_back(0);
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
  squares_.clear();
  curvatures_.clear();
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

/// Each word around predicts the one in the middle. Measured: a curvature of 1 for each pair loses
/// nothing to one shard alone.
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
  count_mean_step(rate);
}

/// The second derivative of -log sigmoid(m·n) is p (1 - p) |m|² along the node n, where p is the
/// probability of the turn, and p (1 - p) |n|² along the mean m, of which a word is a share. Means
/// are short where vectors have just begun: a curvature of 1 would hold back what shards learn.
void Shard::count_mean_step(float rate) {
  const float square = window_kernels().product(mean_before_.data(), mean_before_.data(), stride_);
  const float per_rate = rate > 0 ? 1 / rate : 0;
  float along_mean = 0;
  for (std::size_t j = 0; j < node_places_.size(); ++j) {
    const float off = std::fabs(step_.gains()[j]) * per_rate;
    const float slope = off * (1 - off);
    moved_.count_step(node_places_[j], slope * square);
    along_mean += slope * moved_.square(node_places_[j]);
  }
  const float each = along_mean / static_cast<float>(input_places_.size());
  for (const std::int32_t place : input_places_) moved_.count_step(place, each);
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
