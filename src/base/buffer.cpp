#include <neve/base/buffer.hpp>

#include <xxhash.h>

#include <cstdlib>
#include <cstring>
#include <new>

namespace neve {

namespace {

/// Of smaller ones there may be very many, such as the chunks of a wide frame; the gaps between
/// cache lines would be as large as they are.
constexpr std::size_t kLarge = 2048;

}  // namespace

Buffer::Buffer(std::size_t size) {
  const bool large = size >= kLarge;
  const std::size_t before = large ? kAlignment : sizeof(Head);
  static_assert(sizeof(Head) <= kAlignment && sizeof(Head) % alignof(std::max_align_t) == 0);
  const std::size_t padded = (before + size + kAlignment - 1) / kAlignment * kAlignment;
  void* const block = large ? std::aligned_alloc(kAlignment, padded) : std::malloc(before + size);
  if (block == nullptr) throw std::bad_alloc();
  data_ = static_cast<std::byte*>(block) + before;
  std::memset(data_, 0, size);
  new (&head()) Head{.size = size, .owners = 1U, .before = static_cast<std::uint32_t>(before)};
}

void Buffer::give_up() {
  Head& head = this->head();
  if (head.owners.fetch_sub(1, std::memory_order_acq_rel) == 1) std::free(data_ - head.before);
  data_ = nullptr;
}

std::uint64_t hash_bytes(std::span<const std::byte> bytes, std::uint64_t seed) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

}  // namespace neve
