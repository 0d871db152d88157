#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

namespace neve::ingest {

/// Distinct texts, numbered in the order of their first appearance. Owns copies of them. Texts of
/// up to eight bytes are compared as one word. Open addressing, linear probing, at most half full.
class LevelTable {
 public:
  LevelTable();
  LevelTable(LevelTable&&) noexcept = default;
  LevelTable& operator=(LevelTable&&) noexcept = default;

  /// The number of `text`, which is new where it is not in the table yet. The 8 bytes from `text`
  /// on must be readable where `text` is not empty.
  std::int32_t code_of_padded(std::string_view text) {
    return code_of(text, text.size() >= 8 ? load8(text.data()) : load_masked(text));
  }
  /// The same for any text.
  std::int32_t code_of(std::string_view text) { return code_of(text, load_safe(text)); }
  [[nodiscard]] std::size_t size() const { return levels_.size(); }
  [[nodiscard]] std::string_view level(std::int32_t code) const {
    return levels_[static_cast<std::size_t>(code)];
  }
  [[nodiscard]] const std::vector<std::string_view>& levels() const { return levels_; }
  /// Bytes that the table holds, roughly.
  [[nodiscard]] std::size_t byte_size() const;

 private:
  struct Slot {
    std::uint64_t first8 = 0;  // the text's first bytes, zeros behind its end
    std::uint32_t size = 0;
    std::int32_t code = kFree;
  };
  static constexpr std::int32_t kFree = -1;

  static std::uint64_t load8(const char* text) {
    std::uint64_t word = 0;
    std::memcpy(&word, text, 8);
    return word;
  }
  static std::uint64_t load_masked(std::string_view text) {
    if (text.empty()) return 0;
    return load8(text.data()) & (~std::uint64_t{0} >> (64 - 8 * text.size()));
  }
  static std::uint64_t load_safe(std::string_view text) {
    std::uint64_t word = 0;
    // An empty text may have no address, which memcpy does not take.
    if (!text.empty()) std::memcpy(&word, text.data(), text.size() < 8 ? text.size() : 8);
    return word;
  }
  static std::uint64_t hash(std::string_view text, std::uint64_t first8) {
    const std::uint64_t seed = first8 ^ (text.size() * 0x9E3779B97F4A7C15ULL);
    return mix(text.size() <= 8 ? seed : hash_rest(text, seed));
  }
  static std::uint64_t mix(std::uint64_t x) {
    x *= 0xD6E8FEB86659FD93ULL;
    return x ^ (x >> 32U);
  }
  static std::uint64_t hash_rest(std::string_view text, std::uint64_t seed);

  std::int32_t code_of(std::string_view text, std::uint64_t first8) {
    std::size_t at = hash(text, first8) & mask_;
    for (;; at = (at + 1) & mask_) {
      const Slot& slot = slots_[at];
      if (slot.code == kFree) return insert(at, text, first8);
      if (slot.first8 == first8 && slot.size == text.size() && same_rest(slot.code, text)) {
        return slot.code;
      }
    }
  }
  [[nodiscard]] bool same_rest(std::int32_t code, std::string_view text) const {
    return text.size() <= 8 || level(code) == text;
  }
  std::int32_t insert(std::size_t at, std::string_view text, std::uint64_t first8);
  void grow();
  std::string_view keep(std::string_view text);

  std::vector<Slot> slots_;
  std::size_t mask_;
  std::vector<std::string_view> levels_;
  std::vector<std::unique_ptr<char[]>> blocks_;  // where the copies lie
  std::size_t block_left_ = 0;
  char* block_at_ = nullptr;
  std::size_t block_bytes_ = 0;
};

}  // namespace neve::ingest
