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

Buffer::Buffer(std::size_t size) : size_(size) {
  if (size == 0) return;
  const std::size_t padded = (size + kAlignment - 1) / kAlignment * kAlignment;
  void* const data = size < kLarge ? std::malloc(size) : std::aligned_alloc(kAlignment, padded);
  if (data == nullptr) throw std::bad_alloc();
  std::memset(data, 0, size);
  data_.reset(static_cast<std::byte*>(data));
}

void Buffer::Free::operator()(std::byte* data) const { std::free(data); }

std::uint64_t hash_bytes(std::span<const std::byte> bytes, std::uint64_t seed) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

}  // namespace neve
