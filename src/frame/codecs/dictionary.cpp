#include <algorithm>
#include <bit>
#include <cstring>
#include <memory>
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

// Indices of keys, in an open table twice as large as the most entries.
class Distinct {
 public:
  Distinct() : slots_(std::size_t{2} << kLargestWidth, kFree) {
    keys_ = std::make_unique_for_overwrite<std::int64_t[]>(slots_.size());
  }

  // The index of the key, which is `next` if it was not there.
  std::uint16_t index_of(std::int64_t key, std::uint16_t next) {
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
  static constexpr std::uint16_t kFree = 0xFFFF;
  std::vector<std::uint16_t> slots_;
  std::unique_ptr<std::int64_t[]> keys_;
};

// Fills what is known of distinct numbers; nothing where there are more than `most` of them.
template <class KeyAt>
std::shared_ptr<const DistinctNumbers> distinct_of(std::size_t rows, std::size_t most,
                                                   const KeyAt& key_at) {
  auto found = std::make_shared<DistinctNumbers>();
  found->indices = std::make_unique_for_overwrite<std::uint16_t[]>(rows);
  Distinct distinct;
  for (std::size_t row = 0; row < rows; ++row) {
    const auto next = static_cast<std::uint16_t>(found->first_rows.size());
    found->indices[row] = distinct.index_of(key_at(row), next);
    if (found->indices[row] != next) continue;
    if (next == most) return nullptr;
    found->first_rows.push_back(static_cast<std::uint32_t>(row));
  }
  return found;
}

// Rows are told apart by their integers, or by the bits of doubles, of which all missing ones are
// one.
std::shared_ptr<const DistinctNumbers> distinct_of(const NumberInput& input, std::size_t most) {
  const auto rows = static_cast<std::size_t>(input.rows);
  if (input.has_integers()) {
    return distinct_of(
        rows, most, [integers = input.integers.data()](std::size_t row) { return integers[row]; });
  }
  return distinct_of(rows, most, [doubles = input.doubles.data()](std::size_t row) {
    const double value = doubles[row];
    return std::bit_cast<std::int64_t>(value == value ? value + 0.0 : kMissingDouble);
  });
}

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
  input.distinct = distinct_of(input, std::size_t{1} << widest);
  if (!input.distinct) return std::nullopt;
  return width_for(input.distinct->first_rows.size() - 1);
}

std::optional<std::size_t> estimate(const NumberInput& input) {
  if (input.kind == ChunkKind::codes) return std::nullopt;
  const std::optional<int> width = index_width(input);
  if (!width) return std::nullopt;
  return payload_bytes(input.rows, *width);
}

Buffer encode(const NumberInput& input, ChunkHeader& header) {
  NEVE_CHECK(input.distinct != nullptr, "numbers that were not estimated");
  std::vector<std::int64_t> table;
  for (const std::uint32_t row : input.distinct->first_rows) table.push_back(word_at(input, row));
  const std::uint16_t* const indices = input.distinct->indices.get();
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
