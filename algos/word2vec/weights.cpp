#include "algos/word2vec/weights.hpp"

#include <cmath>

#include <neve/base/rng.hpp>

#include "algos/word2vec/window_step.hpp"

namespace neve::algos::word2vec {

Weights Weights::zeros(std::size_t words, std::size_t length) {
  Weights made{.words = words, .stride = stride_of(length), .values = {}};
  made.values.resize(made.rows() * made.stride);
  return made;
}

Weights Weights::drawn(std::size_t words, std::size_t length, std::uint64_t seed) {
  Weights made = zeros(words, length);
  for (std::size_t word = 0; word < words; ++word) made.draw(word, length, seed);
  return made;
}

void Weights::draw(std::size_t word, std::size_t length, std::uint64_t seed) {
  constexpr std::uint64_t kStream = 1;
  const CounterRng random(seed, kStream);
  for (std::size_t d = 0; d < length; ++d) {
    const double drawn = random.uniform(word * length + d) - 0.5;
    row(word)[d] = static_cast<float>(drawn / std::sqrt(static_cast<double>(length)));
  }
}

std::int64_t Weights::byte_size(std::size_t words, std::size_t length) {
  return static_cast<std::int64_t>(2 * words * stride_of(length) * sizeof(float));
}

}  // namespace neve::algos::word2vec
