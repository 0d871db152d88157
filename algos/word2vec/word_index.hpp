#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace neve::algos::word2vec {

/// Finds words in a list by their bytes: a hash table of their places, with linear probing. The
/// list is kept elsewhere; it may grow, and its words may move with it.
class WordIndex {
 public:
  static constexpr std::int32_t kNone = -1;
  /// How many words it knows of.
  [[nodiscard]] std::size_t size() const { return size_; }
  /// The place of a word, or kNone.
  [[nodiscard]] std::int32_t find(std::string_view word, std::span<const std::string> words) const {
    return slots_.empty() ? kNone : slot_of(hash_of(word), word, words)->place;
  }
  /// Lets a word that is not there be found at a place of the list.
  void add(std::string_view word, std::int32_t place, std::span<const std::string> words) {
    if (2 * (size_ + 1) > slots_.size()) grow();
    const std::uint32_t hash = hash_of(word);
    slots_[static_cast<std::size_t>(slot_of(hash, word, words) - slots_.data())] = {hash, place};
    ++size_;
  }

 private:
  struct Slot {
    std::uint32_t hash = 0;
    std::int32_t place = kNone;
  };
  static std::uint32_t hash_of(std::string_view word) {
    return static_cast<std::uint32_t>(std::hash<std::string_view>()(word));
  }
  /// That of the word, or the free one where it belongs.
  [[nodiscard]] const Slot* slot_of(std::uint32_t hash, std::string_view word,
                                    std::span<const std::string> words) const {
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t at = hash & mask;; at = (at + 1) & mask) {
      const Slot& slot = slots_[at];
      if (slot.place == kNone) return &slot;
      if (slot.hash == hash && words[static_cast<std::size_t>(slot.place)] == word) return &slot;
    }
  }
  void grow() {
    constexpr std::size_t kFewest = 64;
    const std::vector<Slot> before = std::move(slots_);
    slots_.assign(before.empty() ? kFewest : 2 * before.size(), {});
    const std::size_t mask = slots_.size() - 1;
    for (const Slot& slot : before) {
      if (slot.place == kNone) continue;
      std::size_t at = slot.hash & mask;
      while (slots_[at].place != kNone) at = (at + 1) & mask;
      slots_[at] = slot;
    }
  }
  std::vector<Slot> slots_;  ///< none, or a power of two of them
  std::size_t size_ = 0;
};

}  // namespace neve::algos::word2vec
