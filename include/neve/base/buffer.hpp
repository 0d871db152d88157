#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>

namespace neve {

/// A block of bytes, writable while it is owned alone; of 2 KiB or more, aligned to a cache line.
/// Chunks live in these. Zero-filled. One allocation, which has the number of owners and the size
/// in front of the bytes: wide frames have very many small ones.
class Buffer {
 public:
  static constexpr std::size_t kAlignment = 64;
  Buffer() = default;
  explicit Buffer(std::size_t size);
  Buffer(Buffer&& other) noexcept : data_(std::exchange(other.data_, nullptr)) {}
  Buffer& operator=(Buffer&& other) noexcept {
    std::swap(data_, other.data_);
    return *this;
  }
  ~Buffer() {
    if (data_ != nullptr) give_up();
  }
  [[nodiscard]] std::span<std::byte> bytes() { return {data_, size()}; }
  [[nodiscard]] std::span<const std::byte> bytes() const { return {data_, size()}; }
  [[nodiscard]] std::size_t size() const { return data_ == nullptr ? 0 : head().size; }

 private:
  friend class SharedBuffer;
  struct Head {
    std::size_t size;
    std::atomic<std::uint32_t> owners;
    std::uint32_t before;  ///< bytes from the begin of the allocation to data_
  };
  /// Another owner of the same bytes.
  Buffer(const Buffer& other) : data_(other.data_) {
    if (data_ != nullptr) head().owners.fetch_add(1, std::memory_order_relaxed);
  }
  [[nodiscard]] Head& head() const { return *(reinterpret_cast<Head*>(data_) - 1); }
  void give_up();

  std::byte* data_ = nullptr;
};

/// A buffer that nobody changes any more, shared by everything that reads it; or null.
class SharedBuffer {
 public:
  SharedBuffer() = default;
  SharedBuffer(std::nullptr_t) {}  // NOLINT(google-explicit-constructor): as of a pointer
  explicit SharedBuffer(Buffer buffer) : buffer_(std::move(buffer)) {}
  SharedBuffer(const SharedBuffer& other) = default;
  SharedBuffer(SharedBuffer&& other) noexcept = default;
  SharedBuffer& operator=(const SharedBuffer& other) {
    buffer_ = Buffer(other.buffer_);
    return *this;
  }
  SharedBuffer& operator=(SharedBuffer&& other) noexcept = default;
  ~SharedBuffer() = default;

  explicit operator bool() const { return buffer_.data_ != nullptr; }
  const Buffer* operator->() const { return &buffer_; }
  /// Whether both are the same block.
  bool operator==(const SharedBuffer& other) const { return buffer_.data_ == other.buffer_.data_; }

 private:
  Buffer buffer_;
};

/// XXH3-64 of the bytes; the checksum of chunks, blobs and frames.
std::uint64_t hash_bytes(std::span<const std::byte> bytes, std::uint64_t seed = 0);

}  // namespace neve
