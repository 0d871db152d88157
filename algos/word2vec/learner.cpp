#include "algos/word2vec/learner.hpp"

#include <algorithm>
#include <utility>

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
    : weights_(std::move(weights)), parts_(MovedRows::kParts), heads_(weights_.rows(), kEnd) {
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
  pool.for_each(parts_.size(), [&](std::size_t part) { join(part, rate); });
  for (Shard& shard : shards_) shard.clear();
}

/// Lists each row's copies in the order of the shards.
void Learner::link(std::size_t part) {
  Part& joined = parts_[part];
  joined.rows.clear();
  joined.links.clear();
  for (auto shard = shards_.rbegin(); shard != shards_.rend(); ++shard) {
    const MovedRows& moved = shard->moved();
    for (const std::int32_t place : moved.places(part)) {
      const std::size_t row = moved.row(place);
      std::int32_t& head = heads_[row];
      if (head == kEnd) joined.rows.push_back(static_cast<std::int32_t>(row));
      joined.links.push_back({moved.values(place), moved.curvature(place), head});
      head = static_cast<std::int32_t>(joined.links.size()) - 1;
    }
  }
}

/// A row that few steps have moved moves by all that the shards changed; one that each shard has
/// brought most of its way must not go that way once for each of them.
void Learner::join_row(Part& part, std::size_t row, float rate) {
  float* const to = weights_.row(row);
  const auto at = [&](std::int32_t link) -> const Link& {
    return part.links[static_cast<std::size_t>(link)];
  };
  const Link& first = at(heads_[row]);
  if (first.next == kEnd) {
    std::copy_n(first.values, weights_.stride, to);
    return;
  }
  float curvature = 0;
  float shares = 0;
  for (std::int32_t link = heads_[row]; link != kEnd; link = at(link).next) {
    curvature += at(link).curvature;
    shares += share_of(at(link).curvature, rate);
  }
  const float factor = shares > 0 ? share_of(curvature, rate) / shares : 1;
  const WindowKernels& kernels = window_kernels();
  part.change.assign(weights_.stride, 0);
  for (std::int32_t link = heads_[row]; link != kEnd; link = at(link).next)
    kernels.add_difference(part.change.data(), at(link).values, to, weights_.stride);
  kernels.add(to, factor, part.change.data(), weights_.stride);
}

void Learner::join(std::size_t part, float rate) {
  link(part);
  for (const std::int32_t row : parts_[part].rows) {
    join_row(parts_[part], static_cast<std::size_t>(row), rate);
    heads_[static_cast<std::size_t>(row)] = kEnd;
  }
}

}  // namespace neve::algos::word2vec
