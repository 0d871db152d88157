#include "ingest/formats/range_parser.hpp"

#include <algorithm>
#include <cstring>

#include <neve/base/error.hpp>

#include "ingest/formats/pair_line.hpp"
#include "ingest/formats/source_position.hpp"

namespace neve::ingest {

namespace {

constexpr std::size_t kSlack = 64 * 1024;   // read beyond a range, where its last row may end
constexpr std::size_t kPatience = 4 << 20;  // how long a row behind a guessed start may be
constexpr std::size_t kLongestWindow = std::size_t{1} << 30;  // positions have 32 bits
constexpr int kGuesses = 16;
constexpr std::size_t kFewRows = 64;
constexpr std::size_t kFewCells = std::size_t{1} << 20;  // rows of many columns are fewer at first

/// Of a character behind a backslash.
char c_meaning(char c) {
  switch (c) {
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return c;
  }
}

}  // namespace

RangeParser::RangeParser(const ParsePlan& plan)
    : plan_(plan), cells_(plan.cells()), scan_(plan.dialect) {}

void RangeParser::open(const ByteSource& source, std::int64_t from, std::int64_t wanted_end) {
  source_ = &source;
  base_ = from;
  size_ = 0;
  load(static_cast<std::size_t>(std::max<std::int64_t>(wanted_end - from, 0)) + kSlack);
  scan_.start({text_, size_}, 0);
}

/// Has the text hold `size` bytes of the file, or all that is left of it.
void RangeParser::load(std::size_t size) {
  const std::int64_t left = source_->size() - base_;
  const std::size_t wanted =
      std::min(size, static_cast<std::size_t>(std::max<std::int64_t>(left, 0)));
  if (buffer_.capacity() < wanted + StructuralScan::kPadding) {
    buffer_.grow(wanted + wanted / 4 + StructuralScan::kPadding, size_);
  }
  char* text = &buffer_[0];
  size_ += source_->read(base_ + static_cast<std::int64_t>(size_), {text + size_, wanted - size_});
  if (size_ < wanted) {
    throw InputError::bad_request("The file " + source_->name() +
                                  " became shorter while it was read.");
  }
  std::memset(text + size_, 0, StructuralScan::kPadding);
  text_ = text;
  at_file_end_ = static_cast<std::int64_t>(size_) == left;
}

/// The row at hand does not end within the text: doubles it.
void RangeParser::extend() {
  if (size_ >= kLongestWindow) {
    throw InputError::bad_request(
        describe_position(*source_, base_ + static_cast<std::int64_t>(cell_at_)) +
        ": a row is longer than 1 GB; is a quote missing, or the separator wrong?");
  }
  load(2 * size_ + kSlack);
}

ParsedRange RangeParser::parse(const ByteSource& source, std::int64_t start, std::int64_t end) {
  guessed_ = false;
  open(source, start, end);
  return parse_rows(0, end);
}

ParsedRange RangeParser::parse_guessed(const ByteSource& source, std::int64_t begin,
                                       std::int64_t end) {
  guessed_ = true;
  // The byte before tells whether a row begins right here.
  open(source, begin - 1, end);
  const std::size_t start = guess_start(0);
  if (base_ + static_cast<std::int64_t>(start) >= end) {
    ParsedRange none;
    none.start = none.end = base_ + static_cast<std::int64_t>(start);
    return none;
  }
  scan_.start({text_, size_}, start);
  return parse_rows(start, end);
}

/// The beginning of a line that reads as a row, or of the first line if none does.
std::size_t RangeParser::guess_start(std::size_t from) {
  const std::string_view text(text_, size_);
  std::size_t first = size_;
  std::size_t at = from;
  for (int guess = 0; guess < kGuesses; ++guess) {
    const std::size_t line_end = text.find_first_of("\r\n", at);
    std::size_t line = size_;
    if (line_end == std::string_view::npos || !behind_line_end(line_end, line)) break;
    if (guess == 0) {
      first = line;
      if (!plan_.dialect.has_quote(text.substr(at))) return first;
    }
    if (looks_like_row(line)) return line;
    at = line;
  }
  return first;
}

bool RangeParser::looks_like_row(std::size_t at) {
  looking_ = true;
  scan_.start({text_, size_}, at);
  ParsedRange unused;
  std::size_t next = at;
  const Step found = at < size_ ? step(next, unused) : Step::nothing;
  looking_ = false;
  return found == Step::row && loose_count_ == cells_ && unused.text_after_quote_at < 0;
}

std::int64_t RangeParser::look_at_rows(
    const ByteSource& source, std::int64_t start,
    const std::function<bool(std::span<const LooseCell>)>& look) {
  guessed_ = false;
  looking_ = true;
  open(source, start, start);
  ParsedRange unused;
  for (std::size_t at = 0;;) {
    const Step done = at < size_ ? step(at, unused) : Step::cut;
    if (done == Step::cut) {
      if (at == size_ && at_file_end_) break;
      extend();
      scan_.start({text_, size_}, at);
    } else if (done == Step::row && !look(std::span(loose_).first(loose_count_))) {
      start = base_ + static_cast<std::int64_t>(at);
      looking_ = false;
      return start;
    }
  }
  looking_ = false;
  return source.size();
}

void RangeParser::keep_loose(const Cell& cell) {
  if (loose_count_ == loose_.size()) loose_.emplace_back();
  LooseCell& kept = loose_[loose_count_++];
  kept.text.assign(cell.text);
  kept.quoted = cell.quoted();
}

ParsedRange RangeParser::parse_rows(std::size_t at, std::int64_t end) {
  ParsedRange parsed;
  parsed.start = base_ + static_cast<std::int64_t>(at);
  for (const ColumnPlan& plan : plan_.columns) {
    if (plan_.dialect.pairs) break;
    // What no cell holds comes when the rows are counted.
    const bool in_rows = parsed.columns.size() < cells_;
    parsed.columns.push_back(make_cells(in_rows ? plan.type : frame::ColumnType::bad));
  }
  capacity_ = 0;
  const auto stop =
      static_cast<std::size_t>(std::clamp<std::int64_t>(end - base_, 0, source_->size() - base_));
  while (at < stop) {
    const Step done = step(at, parsed);
    if (done == Step::row || done == Step::nothing) continue;
    if (done == Step::wrong || (guessed_ && (at_file_end_ || size_ - at > kPatience))) {
      parsed.abandoned = true;
      break;
    }
    extend();
    scan_.start({text_, size_}, at);
  }
  if (plan_.dialect.pairs) parsed.pairs.finish();
  parsed.end = base_ + static_cast<std::int64_t>(at);
  return parsed;
}

/// Reads the line or row at `at` and moves behind it; leaves it where it is if it is cut.
RangeParser::Step RangeParser::step(std::size_t& at, ParsedRange& into) {
  const char first = text_[at];
  if (is_line_end(first)) {
    return behind_line_end(at, at) ? Step::nothing : Step::cut;
  }
  if (plan_.dialect.is_comment(first)) return skip_line(at);
  std::size_t from = at;
  while (from < size_ && plan_.dialect.is_blank(text_[from])) ++from;
  if (from == size_ || is_line_end(text_[from])) return skip_line(at);
  if (plan_.dialect.pairs) {
    return plan_.dialect.is_comment(text_[from]) ? skip_line(at) : read_pairs(at, into);
  }
  if (plan_.dialect.strict_rows && text_[from] == '{') {
    return wrong(from, "rows of index and value in braces are not read; write all cells.");
  }
  std::size_t next = at;
  const Step done = read_cells(at, next, into);
  if (done == Step::row) at = next;
  return done;
}

/// What stands at `at` is an error, but where rows begin elsewhere than guessed.
RangeParser::Step RangeParser::wrong(std::size_t at, const std::string& what) const {
  if (guessed_) return Step::wrong;
  throw InputError::bad_request(describe_position(*source_, base_ + static_cast<std::int64_t>(at)) +
                                ": " + what);
}

RangeParser::Step RangeParser::skip_line(std::size_t& at) {
  return behind_line_end(line_end(at), at) ? Step::nothing : Step::cut;
}

std::size_t RangeParser::line_end(std::size_t at) {
  std::size_t end = scan_.next(at);
  while (end < size_ && !is_line_end(text_[end])) end = scan_.next(end + 1);
  return end;
}

RangeParser::Step RangeParser::read_pairs(std::size_t& at, ParsedRange& into) {
  const std::size_t end = line_end(at);
  std::size_t next = at;
  if (!behind_line_end(end, next)) return Step::cut;
  const auto error = read_pair_line({text_ + at, end - at}, into.rows, into.pairs);
  if (error) return wrong(at + error->at, error->what);
  ++into.rows;
  at = next;
  return Step::row;
}

/// Sets `next` behind the line end at `at`; false where the text is cut before that is known.
bool RangeParser::behind_line_end(std::size_t at, std::size_t& next) const {
  if (at >= size_ || (text_[at] == '\r' && at + 1 == size_)) {
    if (!at_file_end_) return false;
    next = size_;
    return true;
  }
  next = at + (text_[at] == '\r' && text_[at + 1] == '\n' ? 2 : 1);
  return true;
}

RangeParser::Step RangeParser::read_cells(std::size_t at, std::size_t& next, ParsedRange& into) {
  const std::size_t columns = cells_;
  const char separator = static_cast<char>(plan_.dialect.separator);
  if (!looking_) ensure_row(into);
  loose_count_ = 0;
  std::size_t column = 0;
  bool too_long = false;
  Cell cell;
  for (std::size_t from = at;; from = cell.end + 1) {
    if (!read_cell(from, cell, into)) return Step::cut;
    if (looking_) {
      keep_loose(cell);
    } else if (column < columns) {
      store(column, cell, into);
    } else {
      too_long = too_long || !cell.text.empty() || cell.quoted();
    }
    ++column;
    if (cell.end == size_ || text_[cell.end] != separator) break;
  }
  if (!behind_line_end(cell.end, next)) return Step::cut;
  if (looking_) return Step::row;
  if (plan_.dialect.strict_rows && column < columns) {
    return wrong(cell.end, "the row ends here with " + std::to_string(column) + " of " +
                               std::to_string(columns) + " cells.");
  }
  for (; column < columns; ++column) into.columns[column].put_missing(into.rows);
  if (too_long && into.long_rows++ == 0) {
    into.first_long_row_at = base_ + static_cast<std::int64_t>(at);
  }
  ++into.rows;
  return Step::row;
}

/// False where the text is cut before the cell's end is known.
bool RangeParser::read_cell(std::size_t at, Cell& cell, ParsedRange& into) {
  while (plan_.dialect.is_blank(text_[at]) && at < size_) ++at;
  cell_at_ = at;
  const bool quoted = at < size_ && plan_.dialect.is_quote(text_[at]);
  return quoted ? read_quoted(at, cell, into) : read_plain(at, cell);
}

bool RangeParser::read_plain(std::size_t at, Cell& cell) {
  const char separator = static_cast<char>(plan_.dialect.separator);
  std::size_t end = scan_.next(at);
  bool escaped = false;
  while (end < size_ && text_[end] != separator && !is_line_end(text_[end])) {
    escaped = escaped || (plan_.dialect.escape != 0 && !plan_.dialect.c_escapes &&
                          text_[end] == static_cast<char>(plan_.dialect.escape));
    end = scan_.next(end + 1);
  }
  if (end == size_ && !at_file_end_) return false;
  cell = {.text = {text_ + at, end - at}, .end = end};
  if (escaped) cell.text = without_escapes(cell.text, static_cast<char>(plan_.dialect.quote));
  return true;
}

bool RangeParser::read_quoted(std::size_t at, Cell& cell, ParsedRange& into) {
  const char quote = text_[at];
  const char escape = static_cast<char>(plan_.dialect.escape);
  bool escaped = false;
  std::size_t close = scan_.next(at + 1);
  for (; close < size_; close = scan_.next(close + 1)) {
    if (plan_.dialect.escape != 0 && text_[close] == escape) {
      escaped = true;
      ++close;
    } else if (text_[close] == quote) {
      if (close + 1 == size_ && !at_file_end_) return false;
      if (text_[close + 1] != quote || close + 1 == size_) break;
      escaped = true;
      ++close;
    }
  }
  if (close >= size_) {
    if (!at_file_end_ || guessed_) return false;
    throw InputError::bad_request(
        describe_position(*source_, base_ + static_cast<std::int64_t>(at)) +
        ": the quote that opens here is never closed. Correct the file" +
        (plan_.dialect.other_quote == 0 ? ", or import it with another quote character." : "."));
  }
  Cell rest;
  std::size_t behind = close + 1;
  while (behind < size_ && text_[behind] == ' ' && plan_.dialect.separator != ' ') ++behind;
  if (!read_plain(behind, rest)) return false;
  const std::string behind_text(rest.text);
  cell = {.text = {text_ + at + 1, close - at - 1}, .end = rest.end, .quote = quote};
  if (escaped) cell.text = without_escapes(cell.text, quote);
  if (behind_text.empty()) return true;
  if (into.text_after_quote_at < 0)
    into.text_after_quote_at = base_ + static_cast<std::int64_t>(behind);
  std::string whole = std::string(cell.text) + behind_text;
  whole.swap(scratch_);
  const std::size_t size = scratch_.size();
  scratch_.append(16, '\0');  // readers of numbers and levels load whole words
  cell.text = std::string_view(scratch_).substr(0, size);
  return true;
}

/// Doubled quotes become one and escape characters go, what follows them stays.
std::string_view RangeParser::without_escapes(std::string_view text, char quote) {
  const char escape = static_cast<char>(plan_.dialect.escape);
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool doubled = text[i] == quote && i + 1 < text.size() && text[i + 1] == quote;
    const bool escapes = plan_.dialect.escape != 0 && text[i] == escape && i + 1 < text.size();
    if (doubled || escapes) ++i;
    plain += escapes && plan_.dialect.c_escapes ? c_meaning(text[i]) : text[i];
  }
  const std::size_t size = plain.size();
  plain.append(16, '\0');
  scratch_.swap(plain);
  return std::string_view(scratch_).substr(0, size);
}

void RangeParser::ensure_row(ParsedRange& into) {
  if (into.rows < capacity_) return;
  const std::size_t few =
      std::clamp<std::size_t>(kFewCells / (cells_ + 1), std::size_t{1}, kFewRows);
  std::size_t wanted = few;
  if (into.rows >= few) {
    // From the rows so far, how many more the text holds.
    const double read = static_cast<double>(cell_at_ + 1) / static_cast<double>(size_ + 1);
    const double guess = 1.1 * static_cast<double>(into.rows) / std::max(read, 1e-3);
    wanted = std::clamp(static_cast<std::size_t>(guess), into.rows + into.rows / 2 + 1,
                        into.rows * 64 + 1);
  }
  for (CellColumn& column : into.columns) column.reserve(wanted, into.rows);
  capacity_ = wanted;
}

}  // namespace neve::ingest
