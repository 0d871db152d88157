#include <xxhash.h>

#include <algorithm>
#include <optional>

#include <neve/base/error.hpp>
#include <neve/frame/chunk_builder.hpp>

#include "frame/chunk_writer.hpp"
#include "frame/codecs/codec.hpp"

namespace neve::frame {
namespace {

// Distinct texts by open addressing; slots keep a part of the hash, so that few texts are compared.
class DistinctTexts {
 public:
  explicit DistinctTexts(std::vector<std::string_view>& texts) : texts_(texts) {}

  // The text's place among the distinct ones, to which it is added where it is new.
  std::uint32_t index_of(std::string_view text) {
    if (2 * (texts_.size() + 1) > slots_.size()) grow();
    const std::uint64_t hash = XXH3_64bits(text.data(), text.size());
    const auto tag = static_cast<std::uint32_t>(hash >> 32U);
    std::size_t at = hash & (slots_.size() - 1);
    for (; slots_[at].index != kFree; at = (at + 1) & (slots_.size() - 1)) {
      if (slots_[at].tag == tag && texts_[slots_[at].index] == text) return slots_[at].index;
    }
    slots_[at] = {tag, static_cast<std::uint32_t>(texts_.size())};
    texts_.push_back(text);
    return slots_[at].index;
  }

 private:
  static constexpr std::uint32_t kFree = ~std::uint32_t{0};
  struct Slot {
    std::uint32_t tag = 0;
    std::uint32_t index = kFree;
  };

  void grow() {
    constexpr std::size_t kFewest = 256;
    slots_.assign(std::max(kFewest, 4 * slots_.size()), {});
    for (std::uint32_t i = 0; i < texts_.size(); ++i) {
      const std::uint64_t hash = XXH3_64bits(texts_[i].data(), texts_[i].size());
      std::size_t at = hash & (slots_.size() - 1);
      while (slots_[at].index != kFree) at = (at + 1) & (slots_.size() - 1);
      slots_[at] = {static_cast<std::uint32_t>(hash >> 32U), i};
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
