#include "ingest/formats/level_table.hpp"

#include <algorithm>

namespace neve::ingest {

namespace {

constexpr std::size_t kFirstSlots = 64;
constexpr std::size_t kFirstBlock = 1024;
constexpr std::size_t kLargestBlock = std::size_t{1} << 20;

}  // namespace

LevelTable::LevelTable() : slots_(kFirstSlots), mask_(kFirstSlots - 1) {}

std::uint64_t LevelTable::hash_rest(std::string_view text, std::uint64_t seed) {
  // The last word overlaps the one before, so that no byte is left out and none is read twice
  // singly.
  for (std::size_t at = 8; at + 8 < text.size(); at += 8)
    seed = mix(seed) ^ load8(text.data() + at);
  return mix(seed) ^ load8(text.data() + text.size() - 8);
}

std::int32_t LevelTable::insert(std::size_t at, std::string_view text, std::uint64_t first8) {
  const auto code = static_cast<std::int32_t>(levels_.size());
  slots_[at] = {first8, static_cast<std::uint32_t>(text.size()), code};
  levels_.push_back(keep(text));
  if (2 * levels_.size() > slots_.size()) grow();
  return code;
}

void LevelTable::grow() {
  std::vector<Slot> old(slots_.size() * 2);
  old.swap(slots_);
  mask_ = slots_.size() - 1;
  for (const Slot& slot : old) {
    if (slot.code == kFree) continue;
    std::size_t at = hash(level(slot.code), slot.first8) & mask_;
    while (slots_[at].code != kFree) at = (at + 1) & mask_;
    slots_[at] = slot;
  }
}

std::string_view LevelTable::keep(std::string_view text) {
  if (text.size() > block_left_) {
    const std::size_t next =
        blocks_.empty()
            ? kFirstBlock
            : std::min(kLargestBlock, kFirstBlock << std::min<std::size_t>(blocks_.size(), 10));
    block_left_ = std::max(next, text.size());
    blocks_.push_back(std::make_unique_for_overwrite<char[]>(block_left_));
    block_at_ = blocks_.back().get();
    block_bytes_ += block_left_;
  }
  if (!text.empty()) std::memcpy(block_at_, text.data(), text.size());
  const std::string_view kept(block_at_, text.size());
  block_at_ += text.size();
  block_left_ -= text.size();
  return kept;
}

std::size_t LevelTable::byte_size() const {
  return block_bytes_ + slots_.size() * sizeof(Slot) +
         levels_.capacity() * sizeof(std::string_view);
}

}  // namespace neve::ingest
