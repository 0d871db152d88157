#include "algos/word2vec/random_index.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include <neve/base/rng.hpp>

#include "algos/word2vec/window_kernels.hpp"

namespace neve::algos::word2vec {
namespace {

constexpr std::size_t kSlice = 32;

/// Some of the dimensions, of all words: threads share nothing.
class Slice {
 public:
  Slice(Weights& weights, std::size_t begin)
      : weights_(weights),
        begin_(begin),
        floats_(std::min(kSlice, weights.stride - begin)),
        random_(1, kStream + begin) {}
  /// Words that stand together.
  void add(std::span<const std::int32_t> words) {
    vectors_.clear();
    signs_.clear();
    for (const std::int32_t word : words) {
      vectors_.push_back(weights_.row(static_cast<std::size_t>(word)) + begin_);
      signs_.push_back(
          static_cast<std::uint32_t>(random_.bits(static_cast<std::uint64_t>(word)) >> kSlice));
    }
    window_kernels().add_signs(vectors_.data(), signs_.data(), words.size(), floats_);
  }

 private:
  static constexpr std::uint64_t kStream = std::uint64_t{1} << 32U;
  Weights& weights_;
  std::size_t begin_;
  std::size_t floats_;
  CounterRng random_;
  std::vector<float*> vectors_;
  std::vector<std::uint32_t> signs_;
};

/// Sums over all words, by dimension.
std::vector<double> sums_of(const Weights& weights) {
  std::vector<double> sums(weights.stride);
  for (std::size_t word = 0; word < weights.words; ++word) {
    const float* const row = weights.row(word);
    for (std::size_t d = 0; d < weights.stride; ++d) sums[d] += static_cast<double>(row[d]);
  }
  return sums;
}

}  // namespace

void RandomIndex::add(const Batch& batch, Weights& weights, Pool& pool) const {
  const std::span<const std::int32_t> words = batch.words;
  pool.for_each((length_ + kSlice - 1) / kSlice, [&](std::size_t i) {
    Slice slice(weights, i * kSlice);
    std::size_t begin = 0;
    while (begin < words.size()) {
      const auto from = words.begin() + static_cast<std::ptrdiff_t>(begin);
      const auto stop = std::find(from, words.end(), Batch::kSentenceEnd);
      const auto count = static_cast<std::size_t>(stop - from);
      const std::size_t runs = (count + 2 * window_ - 1) / (2 * window_);
      for (std::size_t run = 0; run < runs; ++run) {
        const std::size_t first = count * run / runs;
        slice.add(words.subspan(begin + first, count * (run + 1) / runs - first));
      }
      begin += count + 1;
    }
  });
}

void RandomIndex::finish(Weights& weights, std::span<const double> counts, std::uint64_t seed,
                         Pool& pool) const {
  constexpr std::size_t kBlock = 1024;
  const std::vector<double> sums = sums_of(weights);
  const double all = std::reduce(counts.begin(), counts.end());
  pool.for_each((weights.words + kBlock - 1) / kBlock, [&](std::size_t block) {
    const std::size_t end = std::min(weights.words, (block + 1) * kBlock);
    for (std::size_t word = block * kBlock; word < end; ++word) {
      if (!point({weights.row(word), weights.stride}, sums, counts[word] / all))
        weights.draw(word, length_, seed);
    }
  });
}

/// Takes `share` of `sums` off. False where nothing is left but rounding.
bool RandomIndex::point(std::span<float> row, std::span<const double> sums, double share) const {
  constexpr double kRounding = 1e-10;
  double square = 0;
  double own_square = 0;
  for (std::size_t d = 0; d < length_; ++d) {
    const auto sum = static_cast<double>(row[d]);
    const double own = sum - share * sums[d];
    square += sum * sum;
    own_square += own * own;
    row[d] = static_cast<float>(own);
  }
  // Behind the length there were signs too.
  std::fill(row.begin() + static_cast<std::ptrdiff_t>(length_), row.end(), 0.0F);
  if (square == 0 || own_square <= kRounding * square) return false;
  const auto factor = static_cast<float>(1 / std::sqrt(own_square));
  for (float& value : row) value *= factor;
  return true;
}

}  // namespace neve::algos::word2vec
