#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "algos/targetencoder/cells.hpp"

namespace neve::algos::targetencoder {

/// Numbers values from 0 on in the order in which they come.
class Numbering {
 public:
  std::uint64_t of(std::int64_t value) {
    return known_.try_emplace(value, known_.size()).first->second;
  }
  /// Of all of them.
  void of(std::span<const std::int64_t> values, std::span<std::uint64_t> out) {
    for (std::size_t i = 0; i < values.size(); ++i)
      out[i] = i > 0 && values[i] == values[i - 1] ? out[i - 1] : of(values[i]);
  }

 private:
  std::unordered_map<std::int64_t, std::uint64_t> known_;
};

/// Numbers pairs of a group's key and a variant (a fold's number, say) from 0 on in the order in
/// which they come: by a table while keys and variants are few, else by hash.
class Places {
 public:
  explicit Places(const Group& group);
  [[nodiscard]] std::size_t size() const { return size_; }
  /// The pair's place; size() before the call where it is new.
  std::size_t of(std::uint64_t key, std::uint64_t variant) {
    // Keys are below keys_, but for kUnseen.
    const std::uint64_t of_key = key < keys_ ? key : keys_;
    if (keys_ >= kMostInTable || variant >= kMostInTable / (keys_ + 1)) return hashed(key, variant);
    const auto at = static_cast<std::size_t>(variant * (keys_ + 1) + of_key);
    if (at >= table_.size()) table_.resize((variant + 1) * (keys_ + 1), kNone);
    if (table_[at] == kNone) table_[at] = static_cast<std::uint32_t>(size_++);
    return table_[at];
  }

 private:
  static constexpr std::uint64_t kMostInTable = 1U << 18U;
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};
  std::size_t hashed(std::uint64_t key, std::uint64_t variant);
  std::uint64_t keys_;
  std::vector<std::uint32_t> table_;  ///< variant × key
  std::unordered_map<std::uint64_t, std::unordered_map<std::uint64_t, std::size_t>> hashed_;
  std::size_t size_ = 0;
};

}  // namespace neve::algos::targetencoder
