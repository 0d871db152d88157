#include "algos/word2vec/learner.hpp"

#include <algorithm>
#include <utility>

#include <neve/base/math.hpp>

namespace neve::algos::word2vec {
namespace {

/// Of the loss along a row's gradients, as if all rows had it: how much one step brings a row
/// nearer to where its gradients vanish. Chosen on text, see the README.
constexpr float kCurvature = 1.0F;

/// How far such steps come, as a share of the whole way.
float share_of(float steps, float rate) {
  const float reach = kCurvature * rate * steps;
  return reach / (1 + reach);
}

}  // namespace

Learner::Learner(const Tree& tree, const Settings& settings, std::size_t shards, Weights weights)
    : weights_(std::move(weights)), steps_(weights_.rows()), shares_(weights_.rows()) {
  for (std::size_t s = 0; s < shards; ++s) shards_.emplace_back(tree, settings, weights_);
}

std::int64_t Learner::byte_size(std::size_t words, std::size_t length, const Tree& tree,
                                std::size_t shards) {
  // A shard has copies of what its words meet, a few megabytes, and of no more than there is.
  constexpr std::int64_t kMostCopies = std::int64_t{1} << 15U;
  const std::int64_t weights = Weights::byte_size(words, length);
  const auto rows = static_cast<std::int64_t>(2 * words);
  const std::int64_t row_bytes = weights / std::max<std::int64_t>(rows, 1);
  const std::int64_t shard = rows * 4 + std::min(rows, kMostCopies) * row_bytes;
  return weights + tree.byte_size() + 8 * rows + static_cast<std::int64_t>(shards) * shard;
}

void Learner::learn(const Batch& batch, const CounterRng& windows, float rate, Pool& pool) {
  const std::size_t words = batch.words.size();
  const std::size_t shards = shards_.size();
  pool.for_each(shards, [&](std::size_t s) {
    shards_[s].learn(weights_, batch, words * s / shards, words * (s + 1) / shards, windows, rate);
  });
  join(rate, pool);
  for (Shard& shard : shards_) shard.clear();
}

void Learner::join(float rate, Pool& pool) {
  pool.for_each(MovedRows::kParts, [&](std::size_t part) { join_rows(part, rate); });
}

/// Adds what the shards changed. A row that few steps have moved moves by all of them; one that
/// each shard has brought most of its way must not go that way once for each of them.
void Learner::join_rows(std::size_t part, float rate) {
  const auto each_row = [&](const auto& visit) {
    for (const Shard& shard : shards_) {
      const MovedRows& moved = shard.moved();
      for (const std::int32_t place : moved.places(part)) visit(moved, place, moved.row(place));
    }
  };
  each_row([&](const MovedRows& moved, std::int32_t place, std::size_t row) {
    steps_[row] += moved.steps(place);
    shares_[row] += share_of(moved.steps(place), rate);
  });
  each_row([&](const MovedRows& moved, std::int32_t place, std::size_t row) {
    const float factor = rate > 0 ? share_of(steps_[row], rate) / shares_[row] : 0;
    const float* from = moved.values(place);
    float* to = weights_.row(row);
    for (std::size_t d = 0; d < weights_.stride; ++d) to[d] += factor * from[d];
  });
  each_row([&](const MovedRows& /*moved*/, std::int32_t /*place*/, std::size_t row) {
    steps_[row] = 0;
    shares_[row] = 0;
  });
}

}  // namespace neve::algos::word2vec
