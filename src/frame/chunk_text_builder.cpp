#include <xxhash.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

#include <neve/base/error.hpp>
#include <neve/base/utf8.hpp>
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

  // Fetches what index_of() will read first: the table of a chunk's texts is beyond the L1 cache.
  void expect(std::uint64_t word) const {
    if (!slots_.empty()) __builtin_prefetch(&slots_[first_slot(word)]);
  }

  // The text's place among the distinct ones, to which it is added where it is new.
  std::uint32_t index_of(std::string_view text, std::uint64_t word) {
    if (2 * (texts_.size() + 1) > slots_.size()) grow();
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

// After so many rows a column tells whether it repeats itself.
constexpr std::size_t kFirstRows = 4096;

// Fills `distinct` and `codes`, unless more than half of the texts are different: a dictionary
// gains nothing then.
void find_distinct(TextInput& input) {
  const std::size_t rows = input.ends.size();
  constexpr std::size_t kAhead = 64;
  std::array<std::uint64_t, kAhead> words{};
  DistinctTexts texts(input.distinct);
  input.codes.resize(rows);
  for (std::size_t begin = 0; begin < rows; begin += kAhead) {
    const std::size_t end = std::min(rows, begin + kAhead);
    for (std::size_t row = begin; row < end; ++row) {
      words[row - begin] = word_of(input.at(row));
      texts.expect(words[row - begin]);
    }
    for (std::size_t row = begin; row < end; ++row) {
      if (input.missing[row] == 0) {
        input.codes[row] = texts.index_of(input.at(row), words[row - begin]);
      }
    }
    // The first rows tell: names of a column without repeats are not hashed to the end.
    const std::size_t found = input.distinct.size();
    if (found > rows / 2 || (begin == kFirstRows && found > kFirstRows * 9 / 10)) {
      input.distinct.clear();
      input.codes.clear();
      return;
    }
  }
}

// Each begins where the one before it ends.
bool are_joined(std::span<const std::string_view> texts) {
  bool joined = true;
  for (std::size_t i = 1; i < texts.size(); ++i) {
    joined = joined && texts[i].data() == texts[i - 1].data() + texts[i - 1].size();
  }
  return joined;
}

// As memcpy(), without its call for the few bytes of a usual text.
void copy_bytes(const char* from, std::size_t size, char* to) {
  if (size > 16) {
    std::memcpy(to, from, size);
  } else if (size >= 8) {
    std::uint64_t front = 0;
    std::uint64_t back = 0;
    std::memcpy(&front, from, 8);
    std::memcpy(&back, from + size - 8, 8);
    std::memcpy(to, &front, 8);
    std::memcpy(to + size - 8, &back, 8);
  } else if (size >= 4) {
    std::uint32_t front = 0;
    std::uint32_t back = 0;
    std::memcpy(&front, from, 4);
    std::memcpy(&back, from + size - 4, 4);
    std::memcpy(to, &front, 4);
    std::memcpy(to + size - 4, &back, 4);
  } else {
    for (std::size_t i = 0; i < size; ++i) to[i] = from[i];
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
  header.flags = is_ascii(input.bytes) ? ChunkHeader::kAscii : std::uint8_t{0};
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

void TextBuilder::append(std::span<const std::string_view> texts,
                         std::span<const std::uint8_t> missing) {
  std::size_t size = bytes_.size();
  for (const std::string_view text : texts) {
    size += text.size();
    ends_.push_back(size);
  }
  missing_.insert(missing_.end(), missing.begin(), missing.end());
  const std::size_t before = bytes_.size();
  bytes_.resize(size);
  char* to = bytes_.data() + before;
  if (are_joined(texts)) {
    if (size > before) std::memcpy(to, texts.front().data(), size - before);
    return;
  }
  for (std::size_t i = 0; i < texts.size(); ++i) {
    constexpr std::size_t kAhead = 16;  // texts in a new order lie anywhere
    if (i + kAhead < texts.size()) __builtin_prefetch(texts[i + kAhead].data());
    copy_bytes(texts[i].data(), texts[i].size(), to);
    to += texts[i].size();
  }
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
