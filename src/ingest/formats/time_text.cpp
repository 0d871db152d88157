#include "ingest/formats/time_text.hpp"

#include <array>
#include <cctype>

namespace neve::ingest {

namespace {

constexpr std::array<std::string_view, 12> kMonths = {
    "january", "february", "march",     "april",   "may",      "june",
    "july",    "august",   "september", "october", "november", "december"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

/// Reads a text from left to right; a failed read leaves the place where it was.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : rest_(text) {
    skip_spaces();
    take('"');
  }
  [[nodiscard]] std::size_t left() const { return rest_.size(); }
  [[nodiscard]] bool at_end() const { return rest_.empty(); }
  [[nodiscard]] char peek() const { return rest_.empty() ? '\0' : rest_.front(); }
  bool take(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void skip_spaces() {
    while (take(' ')) continue;
  }
  void skip_digits() {
    while (is_digit(peek())) rest_.remove_prefix(1);
  }
  /// A number of at least `least` and at most `most` digits.
  bool digits(int least, int most, int& value) {
    int count = 0;
    int sum = 0;
    for (; count < most && count < static_cast<int>(rest_.size()); ++count) {
      const char c = rest_[static_cast<std::size_t>(count)];
      if (!is_digit(c)) break;
      sum = sum * 10 + (c - '0');
    }
    if (count < least) return false;
    rest_.remove_prefix(static_cast<std::size_t>(count));
    value = sum;
    return true;
  }
  bool month_name(int& month) {
    for (std::size_t i = 0; i < kMonths.size(); ++i) {
      if (take_month(kMonths[i].substr(0, 3)) || take_month(kMonths[i])) {
        month = static_cast<int>(i) + 1;
        return true;
      }
    }
    return false;
  }
  /// Nothing may follow but spaces and a quote.
  bool ends() {
    skip_spaces();
    take('"');
    return at_end();
  }

 private:
  bool take_month(std::string_view name) {
    if (rest_.size() < name.size()) return false;
    for (std::size_t i = 0; i < name.size(); ++i) {
      if (lower(rest_[i]) != name[i]) return false;
    }
    const char after = rest_.size() > name.size() ? rest_[name.size()] : '-';
    if (after != '-' && !is_digit(after)) return false;
    rest_.remove_prefix(name.size());
    return true;
  }
  std::string_view rest_;
};

/// POSIX 2008: 69 to 99 are in the 1900s, 00 to 68 in the 2000s.
int full_year(int two_digits) { return two_digits + (two_digits >= 69 ? 1900 : 2000); }

bool year_of_two_or_four(Cursor& cursor, std::int64_t& year) {
  int value = 0;
  int rest = 0;
  if (!cursor.digits(2, 2, value)) return false;
  if (is_digit(cursor.peek())) {
    if (!cursor.digits(2, 2, rest)) return false;
    year = value * 100 + rest;
  } else {
    year = full_year(value);
  }
  return true;
}

bool separator(Cursor& cursor, int& dots) {
  if (cursor.take('.')) {
    ++dots;
    return true;
  }
  return cursor.take(':');
}

/// Tenths, hundredths, thousandths; what is finer is dropped.
bool fraction(Cursor& cursor, int& millisecond) {
  int digit = 0;
  int scale = 100;
  millisecond = 0;
  for (; scale != 0 && cursor.digits(1, 1, digit); scale /= 10) millisecond += digit * scale;
  if (scale == 100) return false;
  cursor.skip_digits();
  return true;
}

bool half_day(Cursor& cursor, int& hour) {
  const bool pm = cursor.take('P');
  if (!pm && !cursor.take('A')) return false;
  if (!cursor.take('M') || hour < 1 || hour > 12) return false;
  hour = hour % 12 + (pm ? 12 : 0);
  return true;
}

/// HH:mm:ss[.SSS][ AM|PM] up to the end. `with_date` tells 1.2.3.4, an address, from a time.
bool time_of_day(Cursor& cursor, CivilTime& time, bool with_date) {
  int dots = 0;
  if (!cursor.digits(1, 2, time.hour) || time.hour > 23 || !separator(cursor, dots)) return false;
  if (!cursor.digits(1, 2, time.minute) || time.minute > 59 || !separator(cursor, dots))
    return false;
  if (!cursor.digits(1, 2, time.second) || time.second > 59) return false;
  if (separator(cursor, dots) && !fraction(cursor, time.millisecond)) return false;
  cursor.take('"');
  if (cursor.at_end()) return with_date || dots != 3;
  cursor.take(' ');
  if (cursor.at_end()) return true;
  if (!half_day(cursor, time.hour)) return false;
  cursor.take('"');
  return cursor.at_end();
}

bool date_end_or_time(Cursor& cursor, CivilTime& time) {
  cursor.skip_spaces();
  cursor.take('"');
  if (cursor.at_end()) return true;
  cursor.take(':');
  return time_of_day(cursor, time, true);
}

bool year_first(Cursor cursor, CivilTime& time) {
  int year = 0;
  if (cursor.left() < 6 || !cursor.digits(4, 4, year)) return false;
  time.year = year;
  const bool dash = cursor.take('-');
  if (!cursor.digits(dash ? 1 : 2, 2, time.month)) return false;
  if (cursor.left() >= 2) {
    if (dash && !cursor.take('-')) return false;
    if (!cursor.digits(1, 2, time.day)) return false;
  } else if (!dash) {
    return false;  // yyyyMM is a plain number
  }
  if (!dash) return cursor.take('-') && time_of_day(cursor, time, true);
  cursor.skip_spaces();
  return cursor.at_end() || time_of_day(cursor, time, true);
}

bool month_by_name(Cursor cursor, CivilTime& time) {
  if (cursor.left() < 5) return false;
  if (is_digit(cursor.peek())) {
    if (!cursor.digits(1, 2, time.day)) return false;
    cursor.take('-');
  }
  if (!cursor.month_name(time.month)) return false;
  cursor.take('-');
  return year_of_two_or_four(cursor, time.year) && date_end_or_time(cursor, time);
}

bool year_and_month_name(Cursor cursor, CivilTime& time) {
  int year = 0;
  if (cursor.left() < 6 || !cursor.digits(2, 2, year) || !cursor.take('-')) return false;
  time.year = full_year(year);
  if (!cursor.month_name(time.month)) return false;
  cursor.skip_spaces();
  return cursor.at_end();
}

bool month_first(Cursor cursor, CivilTime& time) {
  if (cursor.left() < 6 || !cursor.digits(1, 2, time.month)) return false;
  const char between = cursor.peek();
  if (between != '-' && between != '/') return false;
  cursor.take(between);
  if (!cursor.digits(1, 2, time.day) || !cursor.take(between)) return false;
  return year_of_two_or_four(cursor, time.year) && date_end_or_time(cursor, time);
}

bool may_be_time(std::string_view text) {
  if (text.size() < 5 || text.size() > 64) return false;
  for (char c : text) {
    if (is_digit(c)) return true;
  }
  return false;
}

int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  const char l = lower(c);
  return l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

}  // namespace

std::optional<std::int64_t> parse_time(std::string_view text, const TimeZone& zone) {
  if (!may_be_time(text)) return {};
  const Cursor start(text);
  using Form = bool (*)(Cursor, CivilTime&);
  for (Form form : {Form{year_first}, Form{month_by_name}, Form{year_and_month_name}}) {
    CivilTime time;
    if (form(start, time)) return zone.to_epoch_ms(time);
  }
  CivilTime only_time;
  Cursor cursor = start;
  if (cursor.left() >= 5 && time_of_day(cursor, only_time, false)) {
    return TimeZone().to_epoch_ms(only_time);
  }
  CivilTime time;
  if (month_first(start, time)) return zone.to_epoch_ms(time);
  return {};
}

std::optional<frame::Uuid> parse_uuid(std::string_view text) {
  if (text.size() != 36) return {};
  std::array<std::uint64_t, 2> halves{};
  int digits = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i == 8 || i == 13 || i == 18 || i == 23) {
      if (text[i] != '-') return {};
      continue;
    }
    const int value = hex_value(text[i]);
    if (value < 0) return {};
    std::uint64_t& half = halves[digits++ < 16 ? 0 : 1];
    half = half << 4U | static_cast<std::uint64_t>(value);
  }
  return frame::Uuid{.high = halves[0], .low = halves[1]};
}

}  // namespace neve::ingest
