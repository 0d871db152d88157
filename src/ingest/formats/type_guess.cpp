#include "ingest/formats/type_guess.hpp"

#include <algorithm>

#include "ingest/formats/number_text.hpp"
#include "ingest/formats/time_text.hpp"

namespace neve::ingest {

namespace {

constexpr double kRepeats = 0.95;  // fewer distinct texts than this share of them repeat

bool is_missing_word(std::string_view text) {
  return text == "NA" || text == "na" || text == "Na" || text == "N/A";
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
  return text;
}

/// What Java's Double.parseDouble takes; hexadecimal forms aside.
bool is_java_double(std::string_view text) {
  text = trim(text);
  std::string_view unsigned_text = text;
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) unsigned_text.remove_prefix(1);
  if (unsigned_text == "NaN" || unsigned_text == "Infinity") return true;
  if (text.size() > 1 && std::string_view("fFdD").find(text.back()) != std::string_view::npos) {
    text.remove_suffix(1);
  }
  const bool decorated = text.find_first_of("$% \t") != std::string_view::npos;
  return !decorated && parse_number(text).kind != NumberText::Kind::none;
}

}  // namespace

void ColumnLooks::add_text(std::string_view text) {
  const auto code = static_cast<std::size_t>(seen_.code_of(text));
  if (code == looks_.size()) {
    const TimeZone utc;
    const bool time = parse_time(text, utc).has_value();
    looks_.push_back(time ? Look::time : parse_uuid(text) ? Look::uuid : Look::text);
    if (looks_.back() == Look::text) distinct.code_of(text);
  }
  times += looks_[code] == Look::time;
  uuids += looks_[code] == Look::uuid;
  texts += looks_[code] == Look::text;
}

void ColumnLooks::merge(const ColumnLooks& other) {
  numbers += other.numbers;
  zeros += other.zeros;
  texts += other.texts;
  times += other.times;
  uuids += other.uuids;
  empty += other.empty;
  for (std::string_view text : other.distinct.levels()) distinct.code_of(text);
}

frame::ColumnType ColumnLooks::type(std::int64_t rows) const {
  using frame::ColumnType;
  const std::int64_t all_numbers = numbers + zeros;
  const auto levels = static_cast<std::int64_t>(distinct.size());
  const bool repeat = static_cast<double>(levels) <= kRepeats * static_cast<double>(texts);
  // Zeros may stand for missing levels, so they do not count against texts.
  if (all_numbers >= times && all_numbers >= uuids && numbers >= texts) return ColumnType::numeric;
  if (levels == 1 && times == 0) {
    const bool no_level = is_missing_word(distinct.level(0)) || texts < all_numbers;
    return no_level ? ColumnType::numeric : ColumnType::categorical;
  }
  if (levels <= 1 && all_numbers > times + uuids) return ColumnType::numeric;
  if (times > uuids && times > all_numbers && (times > texts || levels <= 1))
    return ColumnType::time;
  if (uuids > times && uuids > all_numbers && (uuids > texts || levels <= 1))
    return ColumnType::uuid;
  const bool unique = static_cast<double>(levels) >= kRepeats * static_cast<double>(texts);
  if (texts > times && texts > uuids && texts > all_numbers && unique) return ColumnType::string;
  if (zero_is_missing(rows)) return ColumnType::categorical;
  if (texts >= all_numbers && repeat) return ColumnType::categorical;
  return ColumnType::numeric;
}

bool ColumnLooks::zero_is_missing(std::int64_t rows) const {
  const bool repeat = static_cast<double>(distinct.size()) <= kRepeats * static_cast<double>(texts);
  // A sample may end within a row, so one of them need not have the column.
  return zeros > 0 && zeros + texts >= rows - empty - 1 && repeat;
}

bool may_be_name(std::string_view cell) {
  if (is_java_double(cell)) return false;
  return !parse_time(cell, TimeZone()) && !parse_uuid(cell);
}

}  // namespace neve::ingest
