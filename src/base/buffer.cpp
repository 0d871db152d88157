#include <neve/base/buffer.hpp>

#include <xxhash.h>

#include <cstdlib>
#include <cstring>
#include <new>

namespace neve {

Buffer::Buffer(std::size_t size) : size_(size) {
  if (size == 0) return;
  const std::size_t padded = (size + kAlignment - 1) / kAlignment * kAlignment;
  auto* data = static_cast<std::byte*>(std::aligned_alloc(kAlignment, padded));
  if (data == nullptr) throw std::bad_alloc();
  std::memset(data, 0, padded);
  data_.reset(data);
}

void Buffer::Free::operator()(std::byte* data) const { std::free(data); }

std::uint64_t hash_bytes(std::span<const std::byte> bytes, std::uint64_t seed) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

}  // namespace neve
