#include "ingest/formats/number_text.hpp"

#include <array>
#include <limits>
#include <string>

#include <fast_float/fast_float.h>

namespace neve::ingest {

namespace number_text_tables {

namespace {

constexpr Alignments make_alignments() {
  Alignments table{};
  for (int count = 0; count <= 16; ++count) {
    for (int dot = 0; dot <= 16; ++dot) {
      for (int i = 0; i < 16; ++i) {
        const int digit = i - (16 - count);
        const int source = digit < dot ? digit : digit + 1;
        table.shuffle[count][dot][i] =
            static_cast<unsigned char>(digit < 0 || source > 15 ? 0x80 : source);
      }
    }
  }
  return table;
}

}  // namespace

constexpr Alignments alignments = make_alignments();

}  // namespace number_text_tables

namespace {

constexpr int kMostDigits = 18;            // always fit into an int64
constexpr int kExponentLimit = 1'000'000;  // larger ones are cut: infinite or zero anyway

constexpr std::array<std::int64_t, 19> kPowers = [] {
  std::array<std::int64_t, 19> powers{};
  powers[0] = 1;
  for (std::size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 10;
  return powers;
}();

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// The parts of a number's text, read once from left to right.
struct Parts {
  bool negative = false;
  std::int64_t mantissa = 0;  // valid while digits <= kMostDigits
  int digits = 0;             // significant ones
  int exponent = 0;           // of ten, from the fraction and the exponent part
  std::string_view plain;     // the text without currency sign, plus, percent and blanks
};

class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}
  [[nodiscard]] bool at_end() const { return at_ == text_.size(); }
  [[nodiscard]] char peek() const { return at_end() ? '\0' : text_[at_]; }
  bool take(char c) {
    if (peek() != c || at_end()) return false;
    ++at_;
    return true;
  }
  [[nodiscard]] std::size_t at() const { return at_; }
  void back_to(std::size_t at) { at_ = at; }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

int read_digits(Cursor& cursor, Parts& parts) {
  int count = 0;
  for (; is_digit(cursor.peek()); ++count) {
    const char c = cursor.peek();
    cursor.take(c);
    if (parts.digits != 0 || c != '0') ++parts.digits;
    if (parts.digits <= kMostDigits) parts.mantissa = parts.mantissa * 10 + (c - '0');
  }
  return count;
}

/// False where an `e` is not followed by a number.
bool read_exponent(Cursor& cursor, Parts& parts) {
  if (!cursor.take('e') && !cursor.take('E')) return true;
  const bool negative = cursor.take('-');
  if (!negative) cursor.take('+');
  if (!is_digit(cursor.peek())) return false;
  int exponent = 0;
  for (; is_digit(cursor.peek()); cursor.take(cursor.peek())) {
    if (exponent < kExponentLimit) exponent = exponent * 10 + (cursor.peek() - '0');
  }
  parts.exponent += negative ? -exponent : exponent;
  return true;
}

bool read_parts(std::string_view text, Parts& parts) {
  Cursor cursor(text);
  cursor.take('$');
  std::size_t begin = cursor.at();
  parts.negative = cursor.take('-');
  if (!parts.negative && cursor.take('+')) begin = cursor.at();
  int digits = read_digits(cursor, parts);
  if (cursor.take('.')) {
    const int fraction = read_digits(cursor, parts);
    parts.exponent = -fraction;
    digits += fraction;
  }
  if (digits == 0 || !read_exponent(cursor, parts)) return false;
  parts.plain = text.substr(begin, cursor.at() - begin);
  if (cursor.take('%')) parts.exponent -= 2;
  while (cursor.take(' ') || cursor.take('\t')) continue;
  return cursor.at_end();
}

NumberText nearest_double(const Parts& parts, bool percent) {
  NumberText number{.kind = NumberText::Kind::floating};
  // An out-of-range result is set to zero or infinity as well, which is what it means here.
  fast_float::from_chars(parts.plain.data(), parts.plain.data() + parts.plain.size(), number.value);
  if (percent) number.value /= 100;
  return number;
}

/// Mantissa and decimals in range, if the value has such a form.
bool normalise(std::int64_t mantissa, int exponent, NumberText& number) {
  while (exponent < 0 && mantissa != 0 && mantissa % 10 == 0) {
    mantissa /= 10;
    ++exponent;
  }
  if (mantissa == 0) exponent = 0;
  if (exponent > 0) {
    if (exponent >= static_cast<int>(kPowers.size())) return false;
    const std::int64_t power = kPowers[static_cast<std::size_t>(exponent)];
    if (mantissa > std::numeric_limits<std::int64_t>::max() / power) return false;
    mantissa *= power;
    exponent = 0;
  }
  if (exponent < 0 && (-exponent > kMostDecimals || mantissa > kExactDouble)) return false;
  number.kind = NumberText::Kind::decimal;
  number.mantissa = mantissa;
  number.decimals = -exponent;
  return true;
}

/// An integer of 19 digits may fit; int64's least does not, as it stands for "missing".
bool long_integer(const Parts& parts, NumberText& number) {
  if (parts.digits != kMostDigits + 1 || parts.exponent != 0) return false;
  std::int64_t mantissa = 0;
  for (char c : parts.plain) {
    if (!is_digit(c)) continue;
    if (__builtin_mul_overflow(mantissa, std::int64_t{10}, &mantissa)) return false;
    if (__builtin_add_overflow(mantissa, std::int64_t{c - '0'}, &mantissa)) return false;
  }
  number = {.kind = NumberText::Kind::decimal, .mantissa = mantissa};
  return true;
}

}  // namespace

NumberText parse_number(std::string_view text) {
  Parts parts;
  if (text.empty() || !read_parts(text, parts)) return {};
  NumberText number;
  const bool percent = text.back() == '%' || text.find('%') != std::string_view::npos;
  const bool exact = parts.digits <= kMostDigits ? normalise(parts.mantissa, parts.exponent, number)
                                                 : long_integer(parts, number);
  if (!exact) return nearest_double(parts, percent);
  if (parts.negative) number.mantissa = -number.mantissa;
  return number;
}

}  // namespace neve::ingest
