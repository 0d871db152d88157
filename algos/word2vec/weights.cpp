#include "algos/word2vec/weights.hpp"

#include <sys/mman.h>

#include <cmath>
#include <new>

#include <neve/base/rng.hpp>

#include "algos/word2vec/window_step.hpp"

namespace neve::algos::word2vec {
namespace {

constexpr std::align_val_t kLine{64};
constexpr std::align_val_t kLargePage{std::size_t{2} << 20U};

/// So much that the last large page is a small part.
bool is_much(std::size_t bytes) { return bytes >= std::size_t{8} << 20U; }

}  // namespace

void* allocate_lines(std::size_t bytes) {
  if (!is_much(bytes)) return ::operator new(bytes, kLine);
  void* const memory = ::operator new(bytes, kLargePage);
  ::madvise(memory, bytes, MADV_HUGEPAGE);
  return memory;
}

void free_lines(void* memory, std::size_t bytes) {
  ::operator delete(memory, is_much(bytes) ? kLargePage : kLine);
}

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
