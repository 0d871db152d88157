#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "algos/targetencoder/cells.hpp"

namespace neve::algos::targetencoder {

/// Numbers pairs of a group's key and a variant (a fold's number, say) from 0 on in the order in
/// which they come: by a table while keys and variants are few, else by hash.
class Places {
 public:
  explicit Places(const Group& group)
      : keys_(group.keys()), variants_(keys_ < kMostInTable ? kMostInTable / (keys_ + 1) : 0) {}
  [[nodiscard]] std::size_t size() const { return size_; }
  /// The pair's place; size() before the call where it is new.
  std::size_t of(std::uint64_t key, std::uint64_t variant) {
    if (variant >= variants_) return hashed(key, variant);
    const std::uint64_t of_key = key < keys_ ? key : keys_;  // kUnseen comes last
    const auto at = static_cast<std::size_t>(variant * (keys_ + 1) + of_key);
    if (at >= table_.size()) table_.resize((variant + 1) * (keys_ + 1), kNone);
    if (table_[at] == kNone) table_[at] = static_cast<std::uint32_t>(size_++);
    return table_[at];
  }

 private:
  static constexpr std::uint64_t kMostInTable = 1U << 18U;
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};
  std::size_t hashed(std::uint64_t key, std::uint64_t variant) {
    const auto [found, added] = hashed_[key].try_emplace(variant, size_);
    if (added) ++size_;
    return found->second;
  }
  std::uint64_t keys_;
  std::uint64_t variants_;            ///< that the table has room for
  std::vector<std::uint32_t> table_;  ///< variant × key
  std::unordered_map<std::uint64_t, std::unordered_map<std::uint64_t, std::size_t>> hashed_;
  std::size_t size_ = 0;
};

}  // namespace neve::algos::targetencoder
