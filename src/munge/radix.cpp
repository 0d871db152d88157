#include "munge/radix.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <utility>

namespace neve::munge {
namespace {

constexpr unsigned kDigitBits = 11;
constexpr std::size_t kDigits = std::size_t{1} << kDigitBits;

}  // namespace

void sort_by_key(std::vector<RadixItem>& items, std::vector<RadixItem>& room) {
  // Below this the counters cost more than the items.
  constexpr std::size_t kFew = 512;
  if (items.size() < kFew) {
    std::ranges::stable_sort(items, {}, &RadixItem::key);
    return;
  }
  std::uint64_t differs = 0;
  for (const RadixItem& item : items) differs |= item.key ^ items[0].key;
  std::array<std::uint32_t, kDigits> places{};
  while (differs != 0) {
    const auto shift = static_cast<unsigned>(std::countr_zero(differs));
    const auto digit = [shift](const RadixItem& item) { return item.key >> shift & (kDigits - 1); };
    places.fill(0);
    for (const RadixItem& item : items) ++places[digit(item)];
    std::uint32_t next = 0;
    for (std::uint32_t& place : places) next += std::exchange(place, next);
    for (const RadixItem& item : items) room[places[digit(item)]++] = item;
    items.swap(room);
    differs &= shift + kDigitBits < 64 ? ~std::uint64_t{0} << (shift + kDigitBits) : 0;
  }
}

void sort_by_bits(std::vector<std::uint64_t>& items, int first, int bits) {
  // Below this the counters cost more than the items.
  constexpr std::size_t kFew = 512;
  if (items.size() < kFew) {
    std::ranges::sort(items);
    return;
  }
  const int passes = (bits + static_cast<int>(kDigitBits) - 1) / static_cast<int>(kDigitBits);
  if (passes == 0) return;
  const int each = (bits + passes - 1) / passes;
  const std::uint64_t mask = (std::uint64_t{1} << each) - 1;
  std::vector<std::uint64_t> room(items.size());
  std::array<std::uint32_t, kDigits> places{};
  for (int pass = 0; pass < passes; ++pass) {
    const int shift = first + pass * each;
    places.fill(0);
    for (const std::uint64_t item : items) ++places[item >> shift & mask];
    std::uint32_t next = 0;
    for (std::uint32_t& place : places) next += std::exchange(place, next);
    for (const std::uint64_t item : items) room[places[item >> shift & mask]++] = item;
    items.swap(room);
  }
}

}  // namespace neve::munge
