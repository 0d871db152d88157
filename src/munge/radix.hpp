#pragma once

#include <cstdint>
#include <vector>

namespace neve::munge {

/// A number to sort by, and what it stands for.
struct RadixItem {
  std::uint64_t key = 0;
  std::uint32_t at = 0;
};

/// Sorts by key, equal ones as they stand, by radix from the least digit on; digits that are all
/// alike cost nothing. `room` is of the same size; its contents are of no use afterwards.
void sort_by_key(std::vector<RadixItem>& items, std::vector<RadixItem>& room);

/// Sorts by `bits` bits from bit `first` on; those below must ascend already.
void sort_by_bits(std::vector<std::uint64_t>& items, int first, int bits);

}  // namespace neve::munge
