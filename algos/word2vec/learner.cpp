#include "algos/word2vec/learner.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <utility>

#include <neve/base/error.hpp>

namespace neve::algos::word2vec {
namespace {

/// How far steps of so much curvature in all bring a row on its way to where its gradients vanish,
/// as a share of the way.
float share_of(float curvature, float rate) {
  const float reach = curvature * rate;
  return reach / (1 + reach);
}

}  // namespace

Learner::Learner(const Tree& tree, const Settings& settings, std::size_t shards, Weights weights)
    : weights_(std::move(weights)), users_(weights_.rows()) {
  NEVE_CHECK(shards >= 1 && shards <= Users::kMostShards);
  for (std::size_t s = 0; s < shards; ++s) shards_.emplace_back(s, tree, settings, weights_);
}

std::int64_t Learner::byte_size(std::size_t words, std::size_t length, const Tree& tree,
                                std::size_t shards) {
  // A shard has copies of what its words and those of another meet, a few megabytes, and of no more
  // than there is.
  constexpr std::int64_t kMostCopies = std::int64_t{1} << 15U;
  const std::int64_t weights = Weights::byte_size(words, length);
  const auto rows = static_cast<std::int64_t>(2 * words);
  const std::int64_t row_bytes = weights / std::max<std::int64_t>(rows, 1);
  const std::int64_t shard = rows * 4 + std::min(rows, kMostCopies) * row_bytes;
  return weights + tree.byte_size() + rows + static_cast<std::int64_t>(shards) * shard;
}

void Learner::learn(const Batch& batch, const CounterRng& windows, float rate, Pool& pool) {
  constexpr std::size_t kSlices = 8;
  const std::size_t words = batch.words.size();
  const std::size_t shards = shards_.size();
  pool.for_each(shards, [&](std::size_t s) {
    shards_[s].mark(weights_, batch, words * s / shards, words * (s + 1) / shards, users_);
  });
  pool.for_each(shards,
                [&](std::size_t s) { shards_[s].learn(weights_, users_, batch, windows, rate); });
  pool.for_each(shards * kSlices, [&](std::size_t i) {
    const Shard& shard = shards_[i / kSlices];
    const std::size_t rows = shard.shared().size();
    const std::size_t slice = i % kSlices;
    join(shard, rows * slice / kSlices, rows * (slice + 1) / kSlices, rate);
  });
  pool.for_each(shards, [&](std::size_t s) { shards_[s].clear(users_); });
}

/// Of a shard's copies, those which no shard before it has.
void Learner::join(const Shard& shard, std::size_t begin, std::size_t end, float rate) {
  for (std::size_t i = begin; i < end; ++i) {
    const auto row = static_cast<std::size_t>(shard.shared()[i]);
    const std::uint8_t users = users_.of(row);
    if (&shards_[static_cast<std::size_t>(std::countr_zero(users))] == &shard)
      join_row(row, users, rate);
  }
}

/// A row that few steps have moved moves by all that the shards changed; one that each shard has
/// brought most of its way must not go that way once for each of them.
void Learner::join_row(std::size_t row, std::uint8_t users, float rate) {
  std::array<const float*, Users::kMostShards> copies{};
  std::size_t count = 0;
  float curvature = 0;
  float shares = 0;
  for (std::size_t s = 0; s < shards_.size(); ++s) {
    if (((users >> s) & 1U) == 0) continue;
    copies[count++] = shards_[s].copy_of(row);
    const float own = shards_[s].curvature_of(row);
    curvature += own;
    shares += share_of(own, rate);
  }
  const float factor = shares > 0 ? share_of(curvature, rate) / shares : 1;
  window_kernels().join(weights_.row(row), factor, copies.data(), count, weights_.stride);
}

}  // namespace neve::algos::word2vec
