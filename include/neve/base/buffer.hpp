#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace neve {

/// A block of bytes, writable while it is owned alone; of 2 KiB or more, aligned to a cache line.
/// Chunks and uploads live in these. Zero-filled.
class Buffer {
 public:
  static constexpr std::size_t kAlignment = 64;
  Buffer() = default;
  explicit Buffer(std::size_t size);
  [[nodiscard]] std::span<std::byte> bytes() { return {data_.get(), size_}; }
  [[nodiscard]] std::span<const std::byte> bytes() const { return {data_.get(), size_}; }
  [[nodiscard]] std::size_t size() const { return size_; }
  /// Forgets the bytes behind `size`; their memory stays until the buffer goes.
  void truncate(std::size_t size) { size_ = size < size_ ? size : size_; }

 private:
  struct Free {
    void operator()(std::byte* data) const;
  };
  std::unique_ptr<std::byte[], Free> data_;
  std::size_t size_ = 0;
};

/// A buffer that nobody changes any more, shared by everything that reads it.
using SharedBuffer = std::shared_ptr<const Buffer>;

/// XXH3-64 of the bytes; the checksum of chunks, blobs and frames.
std::uint64_t hash_bytes(std::span<const std::byte> bytes, std::uint64_t seed = 0);

}  // namespace neve
