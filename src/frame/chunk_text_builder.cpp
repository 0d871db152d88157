#include <xxhash.h>

#include <algorithm>
#include <cstring>
#include <optional>

#include <neve/base/error.hpp>
#include <neve/frame/chunk_builder.hpp>

#include "frame/chunk_writer.hpp"
#include "frame/codecs/codec.hpp"

namespace neve::frame {
namespace {

// A text of up to seven bytes is a word of its own, with its size on top; longer ones have a hash.
constexpr std::size_t kShort = 7;
constexpr std::uint64_t kLongMark = std::uint64_t{0xFF} << 56U;

std::uint64_t word_of(std::string_view text) {
  const std::size_t size = text.size();
  const auto* const bytes = reinterpret_cast<const unsigned char*>(text.data());
  if (size > kShort) return XXH3_64bits(bytes, size) | kLongMark;
  std::uint64_t word = 0;
  if (size >= 4) {
    std::uint32_t front = 0;
    std::uint32_t back = 0;
    std::memcpy(&front, bytes, 4);
    std::memcpy(&back, bytes + size - 4, 4);
    word = front | std::uint64_t{back} << 8 * (size - 4);
  } else {
    for (std::size_t i = 0; i < size; ++i) word |= std::uint64_t{bytes[i]} << 8 * i;
  }
  return word | std::uint64_t{size} << 56U;
}

// Distinct texts by open addressing over their words.
class DistinctTexts {
 public:
  explicit DistinctTexts(std::vector<std::string_view>& texts) : texts_(texts) {}

  // The text's place among the distinct ones, to which it is added where it is new.
  std::uint32_t index_of(std::string_view text) {
    if (2 * (texts_.size() + 1) > slots_.size()) grow();
    const std::uint64_t word = word_of(text);
    std::size_t at = first_slot(word);
    for (; slots_[at].index != kFree; at = (at + 1) & (slots_.size() - 1)) {
      if (slots_[at].word != word) continue;
      if (text.size() <= kShort || texts_[slots_[at].index] == text) return slots_[at].index;
    }
    slots_[at] = {word, static_cast<std::uint32_t>(texts_.size())};
    texts_.push_back(text);
    return slots_[at].index;
  }

 private:
  static constexpr std::uint32_t kFree = ~std::uint32_t{0};
  struct Slot {
    std::uint64_t word = 0;
    std::uint32_t index = kFree;
  };

  [[nodiscard]] std::size_t first_slot(std::uint64_t word) const {
    const std::uint64_t mixed = (word ^ (word >> 29U)) * 0x9E3779B97F4A7C15ULL;
    return (mixed ^ (mixed >> 32U)) & (slots_.size() - 1);
  }

  void grow() {
    constexpr std::size_t kFewest = 256;
    std::vector<Slot> old(std::max(kFewest, 4 * slots_.size()));
    old.swap(slots_);
    for (const Slot& slot : old) {
      if (slot.index == kFree) continue;
      std::size_t at = first_slot(slot.word);
      while (slots_[at].index != kFree) at = (at + 1) & (slots_.size() - 1);
      slots_[at] = slot;
    }
  }

  std::vector<std::string_view>& texts_;
  std::vector<Slot> slots_;  // a power of two
};

// Fills `distinct` and `codes`, unless more than half of the texts are different: a dictionary
// gains nothing then.
void find_distinct(TextInput& input) {
  const std::size_t rows = input.ends.size();
  DistinctTexts texts(input.distinct);
  input.codes.resize(rows);
  for (std::size_t row = 0; row < rows; ++row) {
    if (input.missing[row] != 0) continue;
    const std::size_t before = input.distinct.size();
    input.codes[row] = texts.index_of(input.at(row));
    if (input.distinct.size() == before) continue;
    // The first rows tell: names of a column without repeats are not hashed to the end.
    const bool too_many =
        input.distinct.size() > rows / 2 || (row == 4096 && input.distinct.size() > row * 9 / 10);
    if (!too_many) continue;
    input.distinct.clear();
    input.codes.clear();
    return;
  }
}

Chunk encode_text(const TextInput& input) {
  const Codec* best = nullptr;
  std::size_t fewest_bytes = 0;
  for (const Codec* codec : all_codecs()) {
    if (codec->estimate_text == nullptr) continue;
    const std::optional<std::size_t> bytes = codec->estimate_text(input);
    if (!bytes || (best != nullptr && *bytes >= fewest_bytes)) continue;
    best = codec;
    fewest_bytes = *bytes;
  }
  NEVE_CHECK(best != nullptr, "no codec for text");
  ChunkHeader header;
  header.kind = ChunkKind::text;
  header.rows = static_cast<std::int64_t>(input.ends.size());
  header.missing = input.missing_count;
  Buffer buffer = best->encode_text(input, header);
  return ChunkWriter::finish(std::move(buffer), header, *best);
}

}  // namespace

void TextBuilder::reserve(std::int64_t rows, std::size_t bytes) {
  ends_.reserve(static_cast<std::size_t>(rows));
  missing_.reserve(static_cast<std::size_t>(rows));
  bytes_.reserve(bytes);
}

void TextBuilder::append(std::string_view text) {
  bytes_.append(text);
  ends_.push_back(bytes_.size());
  missing_.push_back(0);
}

void TextBuilder::append_missing() {
  ends_.push_back(bytes_.size());
  missing_.push_back(1);
}

Chunk TextBuilder::finish() {
  TextInput input;
  input.bytes = bytes_;
  input.ends = ends_;
  input.missing = missing_;
  input.missing_count = std::count(missing_.begin(), missing_.end(), std::uint8_t{1});
  const auto encode = [&] {
    if (input.missing_count == rows()) return encode_missing(ChunkKind::text, rows());
    find_distinct(input);
    return encode_text(input);
  };
  Chunk chunk = encode();
  bytes_.clear();
  ends_.clear();
  missing_.clear();
  return chunk;
}

}  // namespace neve::frame
