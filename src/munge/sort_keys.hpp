#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <neve/base/pool.hpp>
#include <neve/job/token.hpp>

#include "munge/plain_values.hpp"

namespace neve::munge {

/// Values as unsigned integers in the same order; 0 is missing.
std::vector<std::uint64_t> order_keys(const PlainValues& values, bool ascending);

/// Keys of several columns packed into as few words as their ranges allow.
class PackedKeys {
 public:
  /// The first column counts most.
  explicit PackedKeys(std::vector<std::vector<std::uint64_t>> columns);
  /// Rows in the order of their keys, stable.
  [[nodiscard]] std::vector<std::int64_t> sorted(Pool& pool, const job::TokenPtr& token) const;
  [[nodiscard]] bool equal(std::int64_t a, std::int64_t b) const;

 private:
  struct Word {
    std::vector<std::uint64_t> values;
    int bits = 0;
  };
  std::vector<Word> words_;  ///< the one that counts least first
  std::size_t rows_ = 0;
};

}  // namespace neve::munge
