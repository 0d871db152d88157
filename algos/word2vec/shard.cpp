#include "algos/word2vec/shard.hpp"

#include <algorithm>
#include <ranges>

namespace neve::algos::word2vec {
namespace {

/// Of -log sigmoid(v·n) the second derivative is p (1 - p) |v|² along the node n, and p (1 - p)
/// |n|² along the vector v. Measured: to count 1 for each pair of skip-gram loses nothing to one
/// shard alone, nor to count this for a mean of several words, which is shorter.
constexpr float kMeanCurvature = 0.03F;

}  // namespace

Shard::Shard(std::size_t index, const Tree& tree, const Settings& settings, const Weights& weights)
    : bit_(static_cast<std::uint8_t>(1U << index)),
      tree_(&tree),
      settings_(settings),
      step_(weights.stride, tree.longest()),
      stride_(weights.stride),
      places_(weights.rows(), kInPlace),
      inputs_(2 * settings.window),
      nodes_(tree.longest()),
      unused_(std::max(inputs_.size(), nodes_.size())) {}

void Shard::mark(const Weights& weights, const Batch& batch, std::size_t begin, std::size_t end,
                 Users& users) {
  begin_ = begin;
  end_ = end;
  const auto mark_row = [&](std::int32_t row) {
    const bool is_new = users.mark(static_cast<std::size_t>(row), bit_);
    if (is_new) rows_.push_back(row);
    return is_new;
  };
  const std::size_t first = begin - std::min(begin, settings_.window);
  const std::size_t last = std::min(batch.words.size(), end + settings_.window);
  for (std::size_t at = first; at < last; ++at) {
    const std::int32_t word = batch.words[at];
    if (word == Batch::kSentenceEnd) continue;
    mark_row(word);
    if (at < begin || at >= end) continue;
    // Where a node is marked, all above it are.
    const auto nodes = tree_->nodes_of(static_cast<std::size_t>(word));
    for (const std::int32_t node : nodes | std::views::reverse) {
      if (!mark_row(weights.node_row(node))) break;
    }
  }
}

void Shard::copy_shared(const Weights& weights, const Users& users) {
  for (const std::int32_t row : rows_) {
    if (users.of(static_cast<std::size_t>(row)) == bit_) continue;
    places_[static_cast<std::size_t>(row)] = static_cast<std::int32_t>(shared_.size());
    shared_.push_back(row);
  }
  curvatures_.assign(unused_ + shared_.size(), 0);
  copies_.resize(shared_.size() * stride_);
  for (std::size_t place = 0; place < shared_.size(); ++place) {
    std::copy_n(weights.row(static_cast<std::size_t>(shared_[place])), stride_,
                copies_.data() + place * stride_);
  }
}

/// Where a row is to be moved, now with so much curvature of the loss. What is in place needs no
/// count: it goes to the `other` of those that are not used, so that sums need not wait for each
/// other.
inline float* Shard::find(Weights& weights, std::int32_t row, std::size_t other, float curvature) {
  const std::int32_t place = places_[static_cast<std::size_t>(row)];
  const bool in_place = place == kInPlace;
  curvatures_[in_place ? other : unused_ + static_cast<std::size_t>(place)] += curvature;
  float* const base = in_place ? weights.values.data() : copies_.data();
  return base + static_cast<std::size_t>(in_place ? row : place) * stride_;
}

/// The words around `at`.
std::size_t Shard::gather_inputs(Weights& weights, const Batch& batch, std::size_t at,
                                 std::size_t reach) {
  const float curvature = settings_.model == WordModel::bag_of_words ? kMeanCurvature : 1;
  std::size_t count = 0;
  const auto look = [&](std::size_t other) {
    const std::int32_t word = batch.words[other];
    if (word == Batch::kSentenceEnd) return false;
    inputs_[count] = find(weights, word, count, curvature);
    ++count;
    return true;
  };
  const std::size_t first = at - std::min(at, reach);
  const std::size_t last = std::min(batch.words.size() - 1, at + reach);
  for (std::size_t i = at; i > first && look(i - 1); --i) {
  }
  for (std::size_t i = at + 1; i <= last && look(i); ++i) {
  }
  return count;
}

/// The nodes on the way to a word.
std::size_t Shard::gather_nodes(Weights& weights, std::size_t word, float curvature) {
  const auto nodes = tree_->nodes_of(word);
  for (std::size_t j = 0; j < nodes.size(); ++j)
    nodes_[j] = find(weights, weights.node_row(nodes[j]), j, curvature);
  return nodes.size();
}

void Shard::learn(Weights& weights, const Users& users, const Batch& batch,
                  const CounterRng& windows, float rate) {
  copy_shared(weights, users);
  for (std::size_t at = begin_; at < end_; ++at) {
    if (batch.words[at] == Batch::kSentenceEnd) continue;
    const auto word = static_cast<std::size_t>(batch.words[at]);
    const auto row = static_cast<std::uint64_t>(batch.rows[at]);
    const std::size_t reach = 1 + static_cast<std::size_t>(windows.below(row, settings_.window));
    const std::size_t inputs = gather_inputs(weights, batch, at, reach);
    if (inputs == 0) continue;
    const bool is_mean = settings_.model == WordModel::bag_of_words;
    const float curvature = is_mean ? kMeanCurvature : static_cast<float>(inputs);
    const std::size_t nodes = gather_nodes(weights, word, curvature);
    const std::span<float* const> around(inputs_.data(), inputs);
    const std::span<float* const> way(nodes_.data(), nodes);
    is_mean ? step_.mean(around, way, tree_->labels_of(word), rate)
            : step_.pairs(around, way, tree_->labels_of(word), rate);
  }
}

void Shard::clear(Users& users) {
  for (const std::int32_t row : rows_) users.clear(static_cast<std::size_t>(row));
  for (const std::int32_t row : shared_) places_[static_cast<std::size_t>(row)] = kInPlace;
  rows_.clear();
  shared_.clear();
}

}  // namespace neve::algos::word2vec
