#include <algorithm>
#include <bit>
#include <cstring>
#include <vector>

#include <neve/base/error.hpp>

#include "frame/bit_packing.hpp"
#include "frame/codecs/codec.hpp"

/// Few distinct numbers: packed indices into a table of words (int64 or doubles), in the order of
/// first rows. The table has an entry for every index of that width, and missing is one of them, so
/// that reading is one look-up without a test. Payload: table, indices.
namespace neve::frame::codecs {
namespace {

constexpr int kLargestWidth = 12;
constexpr std::size_t kWordBytes = 8;

std::int64_t word_at(const NumberInput& input, std::size_t row) {
  const bool missing = input.is_missing(row);
  if (input.is_integral()) return input.integers[row];
  return std::bit_cast<std::int64_t>(missing ? kMissingDouble : input.double_at(row));
}

// What tells rows apart, cheaper to get than the word.
std::int64_t key_at(const NumberInput& input, std::size_t row) {
  return input.has_integers() ? input.integers[row] : word_at(input, row);
}

// Indices of keys, in an open table twice as large as the most entries.
class Distinct {
 public:
  Distinct() : slots_(std::size_t{2} << kLargestWidth, kFree), keys_(slots_.size()) {}

  // The index of the key, which is `next` if it was not there.
  std::uint32_t index_of(std::int64_t key, std::uint32_t next) {
    std::size_t slot =
        (static_cast<std::uint64_t>(key) * 0x9e3779b97f4a7c15) >> (63 - kLargestWidth);
    while (slots_[slot] != kFree && keys_[slot] != key) slot = (slot + 1) % slots_.size();
    if (slots_[slot] == kFree) {
      slots_[slot] = next;
      keys_[slot] = key;
    }
    return slots_[slot];
  }

 private:
  static constexpr std::uint32_t kFree = ~std::uint32_t{0};
  std::vector<std::uint32_t> slots_;
  std::vector<std::int64_t> keys_;
};

std::size_t payload_bytes(std::int64_t rows, int width) {
  return (std::size_t{1} << width) * kWordBytes + packed_bytes(rows, width);
}

// The widest indices that may beat giving each row its bits, or -1.
int widest_that_pays(const NumberInput& input) {
  const std::size_t dense = packed_bytes(input.rows, input.dense_width());
  int width = std::min(kLargestWidth, input.dense_width() - 1);
  while (width >= 0 && payload_bytes(input.rows, width) >= dense) --width;
  return width;
}

// Bits of an index; nothing where there are too many distinct values to pay.
std::optional<int> index_width(const NumberInput& input) {
  const int widest = widest_that_pays(input);
  if (widest < 1) return std::nullopt;
  const std::uint32_t most = std::uint32_t{1} << widest;
  Distinct distinct;
  std::uint32_t count = 0;
  for (std::size_t row = 0; row < static_cast<std::size_t>(input.rows); ++row) {
    if (distinct.index_of(key_at(input, row), count) != count) continue;
    if (++count > most) return std::nullopt;
  }
  return width_for(count - 1);
}

std::optional<std::size_t> estimate(const NumberInput& input) {
  if (input.kind == ChunkKind::codes) return std::nullopt;
  const std::optional<int> width = index_width(input);
  if (!width) return std::nullopt;
  return payload_bytes(input.rows, *width);
}

Buffer encode(const NumberInput& input, ChunkHeader& header) {
  Distinct distinct;
  std::vector<std::int64_t> table;
  std::vector<std::uint32_t> indices(static_cast<std::size_t>(input.rows));
  for (std::size_t row = 0; row < indices.size(); ++row) {
    const auto next = static_cast<std::uint32_t>(table.size());
    indices[row] = distinct.index_of(key_at(input, row), next);
    if (indices[row] == next) table.push_back(word_at(input, row));
  }
  const int width = width_for(table.size() - 1);
  Buffer buffer = new_chunk_buffer(payload_bytes(input.rows, width));
  const std::span<std::byte> payload = payload_of(buffer);
  std::memcpy(payload.data(), table.data(), table.size() * kWordBytes);
  pack(input.rows, width, payload.subspan(kWordBytes << width),
       [&](std::int64_t row) { return std::uint64_t{indices[static_cast<std::size_t>(row)]}; });
  header.parameters.width = static_cast<std::uint8_t>(width);
  return buffer;
}

void validate(const ChunkView& view) {
  const int width = view.parameters().width;
  NEVE_CHECK(width <= kLargestWidth, "chunk: dictionary too wide");
  NEVE_CHECK(view.header.kind != ChunkKind::codes, "chunk: dictionary of codes");
  NEVE_CHECK(view.payload.size() == payload_bytes(view.rows(), width),
             "chunk: payload of dictionary has another size");
}

template <class Word, class Out, class Convert>
void look_up(const ChunkView& view, std::int64_t begin, std::span<Out> out, Convert convert) {
  const int width = view.parameters().width;
  const auto* table = reinterpret_cast<const Word*>(view.payload.data());
  const auto take = [&](std::size_t offset, std::span<const std::int32_t> block) {
    for (std::size_t i = 0; i < block.size(); ++i) out[offset + i] = convert(table[block[i]]);
  };
  for_unpacked<std::int32_t>(view.payload.subspan(kWordBytes << width), width, begin, out.size(),
                             take);
}

void decode_doubles(const ChunkView& view, std::int64_t begin, std::span<double> out) {
  if (view.holds_integers()) {
    look_up<std::int64_t>(view, begin, out, [](std::int64_t value) {
      return value == kMissingInt64 ? kMissingDouble : static_cast<double>(value);
    });
  } else {
    look_up<double>(view, begin, out, [](double value) { return value; });
  }
}

void decode_int64(const ChunkView& view, std::int64_t begin, std::span<std::int64_t> out) {
  look_up<std::int64_t>(view, begin, out, [](std::int64_t value) { return value; });
}

}  // namespace

const Codec& dictionary();
const Codec& dictionary() {
  static const Codec codec{.id = 7,
                           .name = "dictionary",
                           .estimate = estimate,
                           .encode = encode,
                           .validate = validate,
                           .decode_doubles = decode_doubles,
                           .decode_int64 = decode_int64};
  return codec;
}

}  // namespace neve::frame::codecs
