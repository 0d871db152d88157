#include <neve/frame/chunk_builder.hpp>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <string>
#include <utility>

#include <neve/base/error.hpp>

#include "frame/bitmap.hpp"
#include "frame/chunk_writer.hpp"
#include "frame/codecs/codec.hpp"
#include "frame/decimal.hpp"

namespace neve::frame {
namespace {

ChunkHeader header_of(ChunkKind kind, std::int64_t rows, std::int64_t missing, bool integral) {
  ChunkHeader header;
  header.kind = kind;
  header.rows = rows;
  header.missing = missing;
  header.flags = integral ? ChunkHeader::kHoldsIntegers : std::uint8_t{0};
  return header;
}

const Codec& codec_named(std::string_view name) {
  for (const Codec* codec : all_codecs()) {
    if (codec->name == name) return *codec;
  }
  throw InternalError("no codec " + std::string(name));
}

Chunk encode_integers(std::span<const std::int64_t> values, ChunkKind kind) {
  if (values.empty()) return encode_missing(kind, 0);
  return encode_numbers(input_of_integers(values, kind, 0));
}

// Whether all values are whole numbers of 64 bits; NaN counts as one, as it is missing.
bool are_integers(std::span<const double> values) {
  for (double value : values) {
    const bool is_integer = std::nearbyint(value) == value && std::abs(value) < 0x1p63;
    if (!is_integer && value == value) return false;
  }
  return true;
}

std::vector<std::int64_t> as_integers(std::span<const double> values) {
  std::vector<std::int64_t> integers(values.size());
  std::transform(values.begin(), values.end(), integers.begin(), [](double value) {
    return value == value ? static_cast<std::int64_t>(value) : kMissingInt64;
  });
  return integers;
}

}  // namespace

Chunk encode_numbers(const NumberInput& input) {
  const Codec* best = nullptr;
  std::size_t fewest_bytes = 0;
  for (const Codec* codec : all_codecs()) {
    if (codec->estimate == nullptr) continue;
    const std::optional<std::size_t> bytes = codec->estimate(input);
    if (!bytes) continue;
    const bool is_better = best == nullptr || *bytes < fewest_bytes ||
                           (*bytes == fewest_bytes && codec->id < best->id);
    if (!is_better) continue;
    best = codec;
    fewest_bytes = *bytes;
  }
  NEVE_CHECK(best != nullptr, "no codec for these numbers");
  ChunkHeader header = header_of(input.kind, input.rows, input.missing, input.is_integral());
  Buffer buffer = best->encode(input, header);
  return ChunkWriter::finish(std::move(buffer), header, *best);
}

Chunk encode_doubles(std::span<const double> values) {
  if (values.empty()) return encode_missing(ChunkKind::numbers, 0);
  if (are_integers(values)) return encode_int64(as_integers(values));
  const std::optional<Decimals> decimals = find_decimals(values);
  if (!decimals) return encode_numbers(input_of_doubles(values));
  NumberInput input =
      input_of_integers(decimals->mantissas, ChunkKind::numbers, decimals->exponent);
  input.doubles = values;
  return encode_numbers(input);
}

Chunk encode_int64(std::span<const std::int64_t> values) {
  return encode_integers(values, ChunkKind::numbers);
}

Chunk encode_decimals(std::span<std::int64_t> mantissas, int decimals) {
  drop_common_zeros(mantissas, decimals);
  if (decimals == 0) return encode_int64(mantissas);
  return encode_numbers(input_of_integers(mantissas, ChunkKind::numbers, decimals));
}

Chunk encode_times(std::span<const std::int64_t> milliseconds) {
  return encode_integers(milliseconds, ChunkKind::times);
}

Chunk encode_codes(std::span<const std::int32_t> codes) {
  std::vector<std::int64_t> wide(codes.size());
  std::int32_t largest = kMissingCode;
  for (std::size_t i = 0; i < codes.size(); ++i) {
    largest = codes[i] > largest ? codes[i] : largest;
    wide[i] = codes[i] < 0 ? kMissingInt64 : std::int64_t{codes[i]};
  }
  NEVE_CHECK(largest < std::numeric_limits<std::int32_t>::max(), "a code beyond 2^31 - 2");
  return encode_integers(wide, ChunkKind::codes);
}

Chunk encode_uuids(std::span<const Uuid> values, std::span<const std::uint8_t> missing) {
  NEVE_CHECK(missing.empty() || missing.size() == values.size(), "spans of different sizes");
  const auto rows = static_cast<std::int64_t>(values.size());
  const std::int64_t count = static_cast<std::int64_t>(missing.size()) -
                             std::count(missing.begin(), missing.end(), std::uint8_t{0});
  if (count == rows) return encode_missing(ChunkKind::uuids, rows);
  Buffer buffer = new_chunk_buffer(values.size_bytes() + (count == 0 ? 0 : bitmap_bytes(rows)));
  const std::span<std::byte> payload = payload_of(buffer);
  auto* out = reinterpret_cast<Uuid*>(payload.data());
  for (std::size_t row = 0; row < values.size(); ++row) {
    if (missing.empty() || missing[row] == 0) out[row] = values[row];
  }
  if (count != 0) write_bitmap(missing, payload.subspan(values.size_bytes()));
  return ChunkWriter::finish(std::move(buffer), header_of(ChunkKind::uuids, rows, count, false),
                             codec_named("uuids"));
}

Chunk encode_constant(double value, std::int64_t rows) {
  if (value != value || rows == 0) return encode_missing(ChunkKind::numbers, rows);
  const bool integral = are_integers(std::span(&value, 1));
  ChunkHeader header = header_of(ChunkKind::numbers, rows, 0, integral);
  header.parameters.bias =
      integral ? static_cast<std::int64_t>(value) : std::bit_cast<std::int64_t>(value);
  return ChunkWriter::finish(new_chunk_buffer(0), header, codec_named("constant"));
}

Chunk encode_missing(ChunkKind kind, std::int64_t rows) {
  const ChunkHeader header = header_of(kind, rows, rows, kind <= ChunkKind::codes);
  return ChunkWriter::finish(new_chunk_buffer(0), header, codec_named("constant"));
}

Chunk encode_bytes(std::span<const std::byte> bytes) {
  return encode_bytes(bytes.size(),
                      [&](std::span<std::byte> out) { std::ranges::copy(bytes, out.begin()); });
}

Chunk encode_bytes(std::size_t size, const std::function<void(std::span<std::byte>)>& write) {
  Buffer buffer = new_chunk_buffer(size);
  write(payload_of(buffer));
  return ChunkWriter::finish(std::move(buffer), header_of(ChunkKind::bytes, 0, 0, false),
                             codec_named("opaque"));
}

void BytesBuilder::append(std::span<const std::byte> bytes) {
  size_ += bytes.size();
  while (!bytes.empty()) {
    if (last_.size() == kPieceBytes) {
      pieces_.push_back(encode_bytes(last_));
      last_.clear();
    }
    const std::size_t fits = std::min(bytes.size(), kPieceBytes - last_.size());
    const auto piece = bytes.first(fits);
    last_.insert(last_.end(), piece.begin(), piece.end());
    bytes = bytes.subspan(fits);
  }
}

std::vector<Chunk> BytesBuilder::finish() {
  pieces_.push_back(encode_bytes(last_));
  last_ = {};
  size_ = 0;
  return std::exchange(pieces_, {});
}

void NumericBuilder::reserve(std::int64_t rows) {
  words_.reserve(static_cast<std::size_t>(rows));
  tags_.reserve(static_cast<std::size_t>(rows));
}

void NumericBuilder::append_double(double value) {
  if (value != value) return append_missing();
  push(std::bit_cast<std::int64_t>(value), kDouble);
}

// Whole numbers written with an exponent ("1e3"), and decimals too small or too large for the table
// of powers.
void NumericBuilder::append_extreme(std::int64_t mantissa, int exponent10) {
  constexpr int kMostZeros = 18;
  if (exponent10 > 0 && exponent10 <= kMostZeros) {
    const auto power = static_cast<std::int64_t>(power_of_ten(exponent10));
    std::int64_t value = 0;
    if (!__builtin_mul_overflow(mantissa, power, &value)) return append_int64(value);
  }
  append_double(nearest_double(mantissa, exponent10));
}

std::uint8_t NumericBuilder::largest_tag() const {
  return tags_.empty() ? kInteger : *std::max_element(tags_.begin(), tags_.end());
}

// Gives all mantissas the same exponent; false where one of them would not be an exact double any
// more.
bool NumericBuilder::rescale(int exponent) {
  for (std::size_t row = 0; row < words_.size(); ++row) {
    if (words_[row] == kMissingInt64) continue;
    std::int64_t scale = 1;
    for (int tag = tags_[row]; tag < exponent && scale < kLargestMantissa; ++tag) scale *= 10;
    std::int64_t scaled = 0;
    if (__builtin_mul_overflow(words_[row], scale, &scaled) || scaled > kLargestMantissa ||
        scaled < -kLargestMantissa) {
      return false;
    }
    words_[row] = scaled;
    tags_[row] = static_cast<std::uint8_t>(exponent);
  }
  return true;
}

std::vector<double> NumericBuilder::as_doubles() const {
  std::vector<double> doubles(words_.size());
  for (std::size_t row = 0; row < words_.size(); ++row) {
    if (tags_[row] == kDouble) {
      doubles[row] = std::bit_cast<double>(words_[row]);
    } else {
      doubles[row] = words_[row] == kMissingInt64 ? kMissingDouble
                                                  : nearest_double(words_[row], -int{tags_[row]});
    }
  }
  return doubles;
}

Chunk NumericBuilder::finish() {
  const std::uint8_t largest = largest_tag();
  const auto encode = [&] {
    if (largest == kInteger) return encode_int64(words_);
    if (largest == kDouble || !rescale(largest)) return encode_doubles(as_doubles());
    return encode_decimals(words_, largest);
  };
  Chunk chunk = encode();
  words_.clear();
  tags_.clear();
  return chunk;
}

}  // namespace neve::frame
