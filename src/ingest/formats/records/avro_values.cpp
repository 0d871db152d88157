#include "ingest/formats/records/avro_values.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <ranges>

#include "ingest/formats/time_text.hpp"

namespace neve::ingest {

namespace {

using Kind = AvroField::Kind;
using Meaning = AvroField::Meaning;

constexpr std::int64_t kDayMs = 86'400'000;

/// Rounded down, so that moments before 1970 stay in order.
std::int64_t to_ms(std::int64_t microseconds) {
  const std::int64_t ms = microseconds / 1000;
  return microseconds % 1000 < 0 ? ms - 1 : ms;
}

void write_integer(std::int64_t value, Meaning meaning, AvroBytes& bytes, RecordText& text) {
  std::int64_t ms = value;
  if (meaning == Meaning::date && __builtin_mul_overflow(value, kDayMs, &ms)) {
    bytes.fail("a date is too far away");
  }
  if (meaning == Meaning::time_us || meaning == Meaning::timestamp_us) ms = to_ms(value);
  text.integer(ms);
}

/// The digits of a big-endian number in two's complement.
std::string decimal_text(std::string_view bytes, int scale) {
  std::string magnitude(bytes);
  const bool negative = !bytes.empty() && (static_cast<unsigned char>(bytes[0]) & 0x80U) != 0;
  if (negative) {
    unsigned carry = 1;
    for (char& byte : std::views::reverse(magnitude)) {
      const unsigned sum = (static_cast<unsigned char>(byte) ^ 0xFFU) + carry;
      byte = static_cast<char>(sum);
      carry = sum >> 8U;
    }
  }
  std::string digits;  // from the last to the first
  while (std::ranges::any_of(magnitude, [](char c) { return c != 0; })) {
    unsigned remainder = 0;
    for (char& c : magnitude) {
      const unsigned part = (remainder << 8U) + static_cast<unsigned char>(c);
      c = static_cast<char>(part / 10);
      remainder = part % 10;
    }
    digits += static_cast<char>('0' + remainder);
  }
  const auto decimals = static_cast<std::size_t>(scale);
  if (digits.size() <= decimals) digits.append(decimals + 1 - digits.size(), '0');
  if (decimals != 0) digits.insert(decimals, 1, '.');
  if (negative) digits += '-';
  std::ranges::reverse(digits);
  return digits;
}

void write_bytes(std::string_view value, const AvroField& field, AvroBytes& bytes,
                 RecordText& text) {
  constexpr std::size_t kMostBytes = 256;  // of a decimal; converting takes the square of that
  if (field.meaning != Meaning::decimal) return text.text(value);
  if (value.size() > kMostBytes) return bytes.fail("a decimal has too many digits");
  text.word(decimal_text(value, field.scale));
}

void read_value(AvroBytes& bytes, const AvroField& field, RecordText& text) {
  switch (field.kind) {
    case Kind::null:
      return text.missing();
    case Kind::boolean: {
      const std::string_view value = bytes.bytes(1);
      if (!value.empty() && value[0] != 0 && value[0] != 1)
        bytes.fail("a boolean is neither 0 nor 1");
      return text.integer(!value.empty() && value[0] == 1 ? 1 : 0);
    }
    case Kind::integer:
      return write_integer(bytes.integer(), field.meaning, bytes, text);
    case Kind::floating:
      return text.number(bytes.floating());
    case Kind::doubles:
      return text.number(bytes.doubles());
    case Kind::bytes:
      return write_bytes(bytes.counted(), field, bytes, text);
    case Kind::string: {
      const std::string_view value = bytes.counted();
      if (field.meaning != Meaning::uuid) return text.text(value);
      if (!parse_uuid(value)) bytes.fail("field '" + field.name + "' is to be a UUID, but is none");
      return text.word(bytes.error().empty() ? value : "");
    }
    case Kind::fixed:
      return write_bytes(bytes.bytes(field.size), field, bytes, text);
    case Kind::symbols: {
      const auto number = static_cast<std::uint64_t>(bytes.integer());
      if (number < field.symbols.size()) return text.text(field.symbols[number]);
      return bytes.fail("field '" + field.name + "' has no symbol " + std::to_string(number));
    }
  }
}

}  // namespace

std::int64_t AvroBytes::integer() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    const std::string_view byte = bytes(1);
    if (byte.empty()) return 0;
    const auto bits = static_cast<unsigned char>(byte[0]);
    value |= std::uint64_t{bits & 0x7FU} << shift;
    if ((bits & 0x80U) == 0) {
      return static_cast<std::int64_t>(value >> 1U) ^ -static_cast<std::int64_t>(value & 1U);
    }
  }
  fail("a number has more than 10 bytes");
  return 0;
}

std::string_view AvroBytes::bytes(std::size_t count) {
  if (count > rest_.size()) fail("it ends early");
  if (!error_.empty()) return {};
  const std::string_view found = rest_.substr(0, count);
  rest_.remove_prefix(count);
  return found;
}

std::string_view AvroBytes::counted() {
  const std::int64_t count = integer();
  if (count < 0) fail("a length is negative");
  return bytes(static_cast<std::size_t>(count));
}

double AvroBytes::floating() {
  const std::string_view found = bytes(4);
  float value = 0;
  if (!found.empty()) std::memcpy(&value, found.data(), found.size());
  return value;
}

double AvroBytes::doubles() {
  const std::string_view found = bytes(8);
  double value = 0;
  if (!found.empty()) std::memcpy(&value, found.data(), found.size());
  return value;
}

void read_avro_record(AvroBytes& bytes, const std::vector<AvroField>& fields, RecordText& text) {
  for (const AvroField& field : fields) {
    if (field.branches.empty()) {
      read_value(bytes, field, text);
      continue;
    }
    const auto branch = static_cast<std::uint64_t>(bytes.integer());
    if (branch >= field.branches.size()) return bytes.fail("a union has no such branch");
    if (field.branches[branch]) {
      text.missing();
    } else {
      read_value(bytes, field, text);
    }
  }
  if (bytes.error().empty()) text.end_row();
}

}  // namespace neve::ingest
