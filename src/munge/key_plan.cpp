#include "munge/key_plan.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <memory>

#include <neve/base/error.hpp>
#include <neve/base/radix_sort.hpp>

#include "munge/program.hpp"

namespace neve::munge {
namespace {

using Form = PlainValues::Form;

std::uint64_t key_of_int(std::int64_t value) {
  // The missing one is the least int64, which becomes 0.
  return static_cast<std::uint64_t>(value) ^ (std::uint64_t{1} << 63U);
}
std::int64_t int_of_key(std::uint64_t key) {
  return static_cast<std::int64_t>(key ^ (std::uint64_t{1} << 63U));
}
std::uint64_t key_of_double(double value) { return std::isnan(value) ? 0 : order_key(value); }

/// Calls visit(row, key) for each row of a chunk whose values are held in this form.
template <class Visit>
void each_key(const frame::Chunk& chunk, Form form, const Visit& visit) {
  const auto blocks = [&](auto value, const auto& decode, const auto& key) {
    std::vector<decltype(value)> block(kBlockRows);
    for (std::int64_t begin = 0; begin < chunk.rows(); begin += kBlockRows) {
      const auto rows = static_cast<std::size_t>(std::min(kBlockRows, chunk.rows() - begin));
      decode(begin, std::span(block).first(rows));
      for (std::size_t i = 0; i < rows; ++i) {
        visit(static_cast<std::size_t>(begin) + i, key(block[i]));
      }
    }
  };
  switch (form) {
    case Form::doubles:
      return blocks(
          double{}, [&](auto begin, auto out) { chunk.decode(begin, out); }, key_of_double);
    case Form::int64s:
    case Form::times:
      return blocks(
          std::int64_t{}, [&](auto begin, auto out) { chunk.decode_int64(begin, out); },
          key_of_int);
    case Form::codes:
      return blocks(
          std::int32_t{}, [&](auto begin, auto out) { chunk.decode_codes(begin, out); },
          [](std::int32_t v) { return v < 0 ? 0 : static_cast<std::uint64_t>(v) + 1; });
    case Form::text:
    case Form::uuids:
      break;
  }
  throw InternalError("values without keys of one word");
}

}  // namespace

void KeyRangeTask::Column::merge(const Column& right) {
  if (right.form) form = form ? join_forms(*form, *right.form) : right.form;
  for (const auto& [to, from] :
       {std::pair(&as_integers, &right.as_integers), std::pair(&as_doubles, &right.as_doubles)}) {
    to->least = std::min(to->least, from->least);
    to->most = std::max(to->most, from->most);
  }
}

void KeyRangeTask::map(const mr::RowGroup& group, const State& /*state*/, Partial& partial) {
  partial.columns.resize(group.columns.size());
  for (std::size_t c = 0; c < group.columns.size(); ++c) {
    const Form form = form_of(group.columns[c]);
    Column here{.form = form, .as_integers = {}, .as_doubles = {}};
    Range& range = form == Form::doubles ? here.as_doubles : here.as_integers;
    if (form != Form::text && form != Form::uuids) {
      each_key(group.columns[c], form,
               [&](std::size_t /*row*/, std::uint64_t key) { range.add(key); });
    }
    if (form == Form::int64s && range.most != 0) {
      for (const std::uint64_t key : {range.least, range.most}) {
        here.as_doubles.add(key_of_double(static_cast<double>(int_of_key(key))));
      }
    }
    partial.columns[c].merge(here);
  }
}

void KeyRangeTask::merge(Partial& left, const Partial& right) {
  left.columns.resize(std::max(left.columns.size(), right.columns.size()));
  for (std::size_t c = 0; c < right.columns.size(); ++c) left.columns[c].merge(right.columns[c]);
}

namespace {

/// Of a text, which follows in full, the word holds that there is one, and its first bytes.
constexpr int kTextBits = 57;
constexpr std::size_t kTextBytes = 7;

std::uint64_t key_of_text(std::string_view text, bool ascending) {
  std::uint64_t first = 0;
  for (std::size_t i = 0; i < kTextBytes; ++i) {
    first = first << 8U | (i < text.size() ? static_cast<unsigned char>(text[i]) : 0U);
  }
  constexpr std::uint64_t kPresent = std::uint64_t{1} << (kTextBits - 1);
  return kPresent | (ascending ? first : ~first & (kPresent - 1));
}

int bits_of(const KeyColumn& column) {
  if (column.form == Form::text) return kTextBits;
  return column.most < column.least
             ? 0
             : static_cast<int>(std::bit_width(column.most - column.least + 1));
}

}  // namespace

void KeyPlan::pack() {
  shape = {};
  int used = 64;
  std::vector<int> used_of_word;
  bool closed = true;
  for (KeyColumn& column : columns) {
    const int bits = bits_of(column);
    if (bits == 0) continue;
    if (closed || used + bits > 64) {
      shape.text_behind.push_back(-1);
      used_of_word.push_back(0);
      used = 0;
    }
    used += bits;
    used_of_word.back() = used;
    column.word = static_cast<std::int32_t>(shape.words()) - 1;
    column.shift = used;  // from the top, until the word is full
    closed = column.form == Form::text;
    if (!closed) continue;
    column.text = static_cast<std::int32_t>(shape.texts());
    shape.text_behind.back() = column.text;
    shape.text_falling.push_back(column.ascending ? 0 : 1);
  }
  for (KeyColumn& column : columns) {
    if (column.word < 0) continue;
    column.shift = used_of_word[static_cast<std::size_t>(column.word)] - column.shift;
  }
}

KeyPlan plan_of(std::span<const SortKey> keys, const KeyRangeTask::Partial& ranges) {
  KeyPlan plan;
  for (std::size_t c = 0; c < keys.size(); ++c) {
    KeyColumn& column = plan.columns.emplace_back();
    column.ascending = keys[c].ascending;
    const KeyRangeTask::Column& range = ranges.columns[c];
    column.form = range.form.value();
    if (column.form == Form::uuids) {
      throw InputError::bad_request("Columns of UUIDs have no order.");
    }
    const auto& used = column.form == Form::doubles ? range.as_doubles : range.as_integers;
    column.least = used.least;
    column.most = used.most;
  }
  plan.pack();
  return plan;
}

namespace {

void add_texts(const frame::Chunk& chunk, const KeyColumn& column, KeyRecords& to) {
  const std::size_t rows = to.size();
  std::vector<std::string_view> texts(rows);
  std::vector<std::uint8_t> missing(rows);
  chunk.decode_text(0, texts, missing);
  to.kept.push_back(std::make_shared<const SharedBuffer>(chunk.buffer()));
  const auto word = static_cast<std::size_t>(column.word);
  const auto text = static_cast<std::size_t>(column.text);
  for (std::size_t i = 0; i < rows; ++i) {
    if (missing[i] != 0) continue;
    to.words[i * to.words_each + word] |= key_of_text(texts[i], column.ascending) << column.shift;
    to.texts[i * to.texts_each + text] = texts[i];
  }
}

void add_keys(const frame::Chunk& chunk, const KeyColumn& column, KeyRecords& to) {
  if (column.word < 0) return;
  if (column.form == Form::text) return add_texts(chunk, column, to);
  std::uint64_t* const words = to.words.data() + column.word;
  const std::size_t each = to.words_each;
  const auto add = [&](std::size_t row, std::uint64_t key) {
    const std::uint64_t place = column.ascending ? key - column.least + 1 : column.most - key + 1;
    if (key != 0) words[row * each] |= place << column.shift;
  };
  if (column.codes.empty()) return each_key(chunk, column.form, add);
  each_key(chunk, column.form, [&](std::size_t row, std::uint64_t key) {
    if (key != 0) add(row, static_cast<std::uint64_t>(column.codes[key - 1]) + 1);
  });
}

}  // namespace

KeyRecords records_of(const mr::RowGroup& group, const KeyPlan& plan) {
  KeyRecords records(plan.shape);
  const auto rows = static_cast<std::size_t>(group.rows);
  records.words.resize(rows * plan.shape.words());
  records.texts.resize(rows * plan.shape.texts());
  records.rows.resize(rows);
  for (std::size_t i = 0; i < rows; ++i) {
    records.rows[i] = group.first_row + static_cast<std::int64_t>(i);
  }
  for (std::size_t c = 0; c < plan.columns.size(); ++c) {
    add_keys(group.columns[c], plan.columns[c], records);
  }
  return records;
}

}  // namespace neve::munge
