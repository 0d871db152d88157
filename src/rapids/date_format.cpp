#include "rapids/date_format.hpp"

#include <array>
#include <cmath>

#include <neve/base/error.hpp>

namespace neve::rapids {
namespace {

constexpr std::array<std::string_view, 12> kMonths = {
    "january", "february", "march",     "april",   "may",      "june",
    "july",    "august",   "september", "october", "november", "december"};
constexpr std::array<std::string_view, 7> kDays = {"monday", "tuesday",  "wednesday", "thursday",
                                                   "friday", "saturday", "sunday"};

/// What has been read so far of one text.
struct Reading {
  std::string_view rest;
  munge::CivilTime time;
  int day_of_year = 0;
  int half = -1;  ///< 0 am, 1 pm
  bool ok = true;

  std::int64_t digits(int most) {
    std::size_t n = 0;
    std::int64_t value = 0;
    while (n < rest.size() && n < static_cast<std::size_t>(most) && rest[n] >= '0' &&
           rest[n] <= '9') {
      value = value * 10 + (rest[n++] - '0');
    }
    ok = ok && n > 0;
    rest.remove_prefix(n);
    return value;
  }
  int bounded(int most, int low, int high) {
    const auto value = static_cast<int>(digits(most));
    ok = ok && value >= low && value <= high;
    return value;
  }
  template <std::size_t N>
  int word(const std::array<std::string_view, N>& names) {
    std::string lower;
    for (const char c : rest.substr(0, 9)) {
      lower += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    }
    for (std::size_t i = 0; i < N; ++i) {
      const std::size_t length = lower.starts_with(names[i]) ? names[i].size() : 3;
      if (!lower.starts_with(names[i].substr(0, 3))) continue;
      rest.remove_prefix(length);
      return static_cast<int>(i);
    }
    ok = false;
    return 0;
  }
};

void read(Reading& r, char directive, int digits) {
  switch (directive) {
    case 'Y':
      r.time.year = r.digits(std::min(digits, 4));
      return;
    case 'y': {
      const int year = r.bounded(2, 0, 99);
      r.time.year = year < 69 ? 2000 + year : 1900 + year;
      return;
    }
    case 'm':
      r.time.month = r.bounded(2, 1, 12);
      return;
    case 'b':
      r.time.month = r.word(kMonths) + 1;
      return;
    case 'd':
      while (r.rest.starts_with(' ')) r.rest.remove_prefix(1);
      r.time.day = r.bounded(2, 1, 31);
      return;
    case 'j':
      r.day_of_year = r.bounded(3, 1, 366);
      return;
    case 'H':
      r.time.hour = r.bounded(2, 0, 24);
      return;
    case 'I':
      r.time.hour = r.bounded(2, 1, 12) % 12;
      return;
    case 'M':
      r.time.minute = r.bounded(2, 0, 59);
      return;
    case 'S':
      r.time.second = r.bounded(2, 0, 60);
      return;
    case 'L': {
      const std::size_t before = r.rest.size();
      std::int64_t fraction = r.digits(9);
      for (std::size_t n = before - r.rest.size(); n < 3; ++n) fraction *= 10;
      for (std::size_t n = before - r.rest.size(); n > 3; --n) fraction /= 10;
      r.time.millis = static_cast<int>(fraction);
      return;
    }
    case 'a':
      r.word(kDays);
      return;
    case 'p':
      r.ok = r.ok && r.rest.size() >= 2;
      if (!r.ok) return;
      r.half = r.rest[0] == 'p' || r.rest[0] == 'P' ? 1 : 0;
      r.rest.remove_prefix(2);
      return;
    default:
      r.ok = false;
  }
}

/// strptime's directive for a run of one of Java's pattern letters; 0 where there is none.
char java_directive(char letter, std::size_t count) {
  switch (letter) {
    case 'y':
    case 'Y':
    case 'u':
      return count == 2 ? 'y' : 'Y';
    case 'M':
      return count > 2 ? 'b' : 'm';
    case 'E':
      return 'a';
    case 'D':
      return 'j';
    case 'h':
      return 'I';
    case 'm':
      return 'M';
    case 's':
      return 'S';
    case 'a':
      return 'p';
    case 'd':
    case 'H':
    case 'S':
      return letter == 'S' ? 'L' : letter;
    default:
      return 0;
  }
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

}  // namespace

DateFormat::DateFormat(const std::string& pattern, const std::string& zone) : zone_(zone) {
  pattern.find('%') != std::string::npos ? add_percent(pattern) : add_java(pattern);
}

void DateFormat::add(char directive, int digits) {
  steps_.push_back({.directive = directive, .digits = digits});
}

void DateFormat::add_percent(const std::string& pattern) {
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] != '%' || i + 1 == pattern.size()) {
      steps_.push_back({.literal = std::string(1, pattern[i])});
      continue;
    }
    switch (const char c = pattern[++i]) {
      case 'T':
        add_percent("%H:%M:%S");
        break;
      case 'R':
        add_percent("%H:%M");
        break;
      case 'D':
      case 'x':
        add_percent("%m/%d/%y");
        break;
      case 'F':
        add_percent("%Y-%m-%d");
        break;
      case 'B':
      case 'h':
        add('b');
        break;
      case 'A':
        add('a');
        break;
      case 'e':
        add('d');
        break;
      case 'k':
        add('H');
        break;
      case 'f':
      case 'i':
        add('L');
        break;
      case '%':
        steps_.push_back({.literal = "%"});
        break;
      default:
        if (std::string_view("YymbdjHIMSLap").find(c) == std::string_view::npos) {
          throw InputError::bad_request("Unknown directive %" + std::string(1, c) +
                                        " in the date format '" + pattern + "'.");
        }
        add(c);
    }
  }
}

void DateFormat::add_java(const std::string& pattern) {
  for (std::size_t i = 0; i < pattern.size();) {
    std::size_t end = i + 1;
    while (end < pattern.size() && pattern[end] == pattern[i]) ++end;
    if (!is_letter(pattern[i])) {
      if (pattern[i] != '\'') steps_.push_back({.literal = pattern.substr(i, end - i)});
      i = end;
      continue;
    }
    const char directive = java_directive(pattern[i], end - i);
    if (directive == 0) {
      throw InputError::bad_request("Unknown letter " + std::string(1, pattern[i]) +
                                    " in the date format '" + pattern + "'.");
    }
    add(directive);
    i = end;
  }
}

double DateFormat::parse(std::string_view text) const {
  Reading r;
  r.rest = text;
  for (const Step& step : steps_) {
    if (step.directive != 0) {
      read(r, step.directive, step.digits);
    } else {
      r.ok = r.ok && r.rest.starts_with(step.literal);
      if (r.ok) r.rest.remove_prefix(step.literal.size());
    }
    if (!r.ok) return std::nan("");
  }
  if (!r.rest.empty()) return std::nan("");
  if (r.half == 1) r.time.hour += 12;
  if (r.day_of_year > 0) {
    r.time.month = 1;
    r.time.day = r.day_of_year;
  } else if (munge::civil_of(munge::millis_of(r.time)).day != r.time.day && r.time.hour < 24) {
    return std::nan("");  // the 30th of February
  }
  return static_cast<double>(zone_.to_utc(munge::millis_of(r.time)));
}

}  // namespace neve::rapids
