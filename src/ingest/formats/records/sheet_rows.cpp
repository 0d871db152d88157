#include "ingest/formats/records/sheet_rows.hpp"

#include <algorithm>
#include <cmath>
#include <span>

#include <neve/base/time_zone.hpp>

namespace neve::ingest {

namespace {

constexpr double kDayMs = 86'400'000;
// Days from 1970 back to day 0 of the two calendars of spreadsheets.
constexpr double kDay0Of1900 = 25'569;
constexpr double kDay0Of1904 = 24'107;
// Day 60 is the 29th of February 1900, which there was not; days before it count one later.
constexpr double kNoSuchDay = 60;
constexpr double kLastDay = 2'958'466;  // behind the year 9999

/// With zeros before it.
std::string padded(std::int64_t number, std::size_t digits) {
  std::string text = std::to_string(number);
  return text.size() < digits ? std::string(digits - text.size(), '0') + text : text;
}

std::string date_text(double days, bool from_1904) {
  const bool only_time = days < 1;
  double since_1970 = days - (from_1904 ? kDay0Of1904 : kDay0Of1900);
  if (!from_1904 && days < kNoSuchDay) since_1970 += 1;
  const auto ms = static_cast<std::int64_t>(std::llround((only_time ? days : since_1970) * kDayMs));
  const CivilTime at = civil_from_epoch_ms(ms);
  const std::string date = padded(at.year, 4) + "-" + padded(at.month, 2) + "-" + padded(at.day, 2);
  std::string time = padded(at.hour, 2) + ":" + padded(at.minute, 2) + ":" + padded(at.second, 2);
  if (at.millisecond != 0) time += "." + padded(at.millisecond, 3);
  if (only_time) return time;
  return time == "00:00:00" ? date : date + " " + time;
}

}  // namespace

SheetRows::Cell& SheetRows::cell(std::size_t column) {
  for (; used_ <= column; ++used_) {
    if (used_ == cells_.size()) cells_.emplace_back();
    cells_[used_].kind = Kind::blank;
  }
  return cells_[column];
}

void SheetRows::put_number(std::size_t column, double value) {
  Cell& at = cell(column);
  at.kind = Kind::number;
  at.number = value;
}

void SheetRows::put_date(std::size_t column, double days, bool from_1904) {
  const bool in_calendar = days >= 0 && days < kLastDay;
  if (in_calendar) return put_word(column, date_text(days, from_1904));
  put_number(column, days);
}

void SheetRows::put_text(std::size_t column, std::string_view value) {
  Cell& at = cell(column);
  at.kind = Kind::text;
  at.text.assign(value);
}

void SheetRows::put_word(std::size_t column, std::string_view value) {
  Cell& at = cell(column);
  at.kind = Kind::word;
  at.text.assign(value);
}

void SheetRows::write(const Cell& cell) {
  switch (cell.kind) {
    case Kind::blank:
      return text_.missing();
    case Kind::number:
      return text_.number(cell.number);
    case Kind::text:
      return text_.text(cell.text);
    case Kind::word:
      return text_.word(cell.text);
  }
}

void SheetRows::end_row(std::int64_t row) {
  const auto is_blank = [](const Cell& cell) { return cell.kind == Kind::blank; };
  while (used_ != 0 && is_blank(cells_[used_ - 1])) --used_;
  if (next_row_ < 0) {
    if (used_ == 0) return;
    const auto first = std::span(cells_).first(used_);
    text_.begin_sheet(
        std::ranges::all_of(first, [](const Cell& c) { return c.kind == Kind::text; }));
    width_ = used_;
    next_row_ = row;
  }
  for (; next_row_ < row && !text_.full(); ++next_row_) {
    for (std::size_t c = 0; c < width_; ++c) text_.missing();
    text_.end_row();
  }
  for (std::size_t c = 0; c < used_; ++c) write(cells_[c]);
  for (std::size_t c = used_; c < width_; ++c) text_.missing();
  text_.end_row();
  used_ = 0;
  next_row_ = row + 1;
}

bool is_date_format(int number) {
  const auto within = [&](int first, int last) { return number >= first && number <= last; };
  return within(14, 22) || within(27, 36) || within(45, 47) || within(50, 58);
}

bool is_date_format(std::string_view format) {
  if (format == "General") return false;
  for (std::size_t at = 0; at < format.size() && format[at] != ';'; ++at) {
    switch (format[at]) {
      case '"':
        at = std::min(format.find('"', at + 1), format.size());
        break;
      case '[':  // a colour, a condition, a language; elapsed time, which is a number
        at = std::min(format.find(']', at + 1), format.size());
        break;
      case '\\':
      case '_':
      case '*':
        ++at;
        break;
      case 'd':
      case 'D':
      case 'm':
      case 'M':
      case 'y':
      case 'Y':
      case 'h':
      case 'H':
      case 's':
      case 'S':
        return true;
      default:
        break;
    }
  }
  return false;
}

}  // namespace neve::ingest
