#include <neve/munge/order.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <map>
#include <numeric>

#include <neve/base/error.hpp>

#include "munge/rollup_task.hpp"
#include "munge/sort_keys.hpp"

namespace neve::munge {
namespace {

std::vector<std::uint64_t> text_ranks(const PlainValues& values) {
  std::vector<std::string_view> sorted;
  for (std::size_t i = 0; i < values.text.size(); ++i) {
    if (values.missing[i] == 0) sorted.push_back(values.text[i]);
  }
  std::ranges::sort(sorted);
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  std::vector<std::uint64_t> ranks(values.text.size());
  for (std::size_t i = 0; i < ranks.size(); ++i) {
    if (values.missing[i] != 0) continue;
    const auto at = std::ranges::lower_bound(sorted, values.text[i]);
    ranks[i] = static_cast<std::uint64_t>(at - sorted.begin()) + 1;
  }
  return ranks;
}

std::uint64_t int_key(std::int64_t value) {
  // The missing one is the least int64, which becomes 0.
  return static_cast<std::uint64_t>(value) ^ (std::uint64_t{1} << 63U);
}

}  // namespace

std::vector<std::uint64_t> order_keys(const PlainValues& values, bool ascending) {
  std::vector<std::uint64_t> keys;
  switch (values.form()) {
    case PlainValues::Form::doubles:
      for (const double v : values.doubles) keys.push_back(std::isnan(v) ? 0 : key_of(v));
      break;
    case PlainValues::Form::int64s:
    case PlainValues::Form::times:
      for (const std::int64_t v : values.int64s) keys.push_back(int_key(v));
      break;
    case PlainValues::Form::codes:
      for (const std::int32_t v : values.codes) {
        keys.push_back(v < 0 ? 0 : static_cast<std::uint64_t>(v) + 1);
      }
      break;
    case PlainValues::Form::text:
      keys = text_ranks(values);
      break;
    case PlainValues::Form::uuids:
      throw InputError::bad_request("Columns of UUIDs have no order.");
  }
  if (ascending) return keys;
  for (std::uint64_t& key : keys) key = key == 0 ? 0 : std::max<std::uint64_t>(1, ~key);
  return keys;
}

PackedKeys::PackedKeys(std::vector<std::vector<std::uint64_t>> columns) {
  if (!columns.empty()) rows_ = columns[0].size();
  for (auto column = columns.rbegin(); column != columns.rend(); ++column) {
    std::uint64_t least = std::numeric_limits<std::uint64_t>::max();
    std::uint64_t most = 0;
    for (const std::uint64_t key : *column) {
      if (key != 0) least = std::min(least, key);
      most = std::max(most, key);
    }
    const std::uint64_t shift = most == 0 ? 0 : least - 1;
    const int bits = static_cast<int>(std::bit_width(most == 0 ? 0 : most - shift));
    for (std::uint64_t& key : *column) key = key == 0 ? 0 : key - shift;
    if (!words_.empty() && words_.back().bits + bits <= 64) {
      Word& word = words_.back();
      if (bits > 0) {
        for (std::size_t i = 0; i < rows_; ++i) word.values[i] |= (*column)[i] << word.bits;
      }
      word.bits += bits;
    } else {
      words_.push_back({std::move(*column), bits});
    }
  }
}

bool PackedKeys::equal(std::int64_t a, std::int64_t b) const {
  const auto i = static_cast<std::size_t>(a);
  const auto j = static_cast<std::size_t>(b);
  return std::ranges::all_of(words_, [i, j](const Word& w) { return w.values[i] == w.values[j]; });
}

namespace {

/// A row on its way through the passes, with the word that is being sorted by.
struct Item {
  std::uint64_t key;
  std::int64_t row;
};

constexpr int kDigitBits = 11;
constexpr std::size_t kDigits = std::size_t{1} << kDigitBits;
/// Rows counted and moved by one thread at a time.
constexpr std::size_t kBlock = std::size_t{1} << 16U;

/// One pass by the digit at `shift`: counts per block, then every block moves its rows to places
/// that are its own, so that the result does not depend on who does what when.
void radix_pass(Pool& pool, std::vector<Item>& from, std::vector<Item>& to, int shift) {
  const std::size_t blocks = (from.size() + kBlock - 1) / kBlock;
  std::vector<std::array<std::size_t, kDigits>> places(blocks);
  const auto digit = [shift](const Item& item) { return item.key >> shift & (kDigits - 1); };
  pool.for_each(blocks, [&](std::size_t b) {
    places[b].fill(0);
    const std::size_t end = std::min(from.size(), (b + 1) * kBlock);
    for (std::size_t i = b * kBlock; i < end; ++i) ++places[b][digit(from[i])];
  });
  std::size_t next = 0;
  for (std::size_t d = 0; d < kDigits; ++d) {
    for (auto& block : places) next += std::exchange(block[d], next);
  }
  pool.for_each(blocks, [&](std::size_t b) {
    const std::size_t end = std::min(from.size(), (b + 1) * kBlock);
    for (std::size_t i = b * kBlock; i < end; ++i) to[places[b][digit(from[i])]++] = from[i];
  });
  from.swap(to);
}

}  // namespace

std::vector<std::int64_t> PackedKeys::sorted(Pool& pool, const job::TokenPtr& token) const {
  std::vector<Item> items(rows_);
  std::vector<Item> other(rows_);
  for (std::size_t i = 0; i < rows_; ++i) items[i].row = static_cast<std::int64_t>(i);
  for (const Word& word : words_) {
    for (Item& item : items) item.key = word.values[static_cast<std::size_t>(item.row)];
    for (int shift = 0; shift < word.bits; shift += kDigitBits) {
      if (token) token->check();
      radix_pass(pool, items, other, shift);
    }
  }
  std::vector<std::int64_t> rows(rows_);
  for (std::size_t i = 0; i < rows_; ++i) rows[i] = items[i].row;
  return rows;
}

std::vector<std::int64_t> sorted_rows(mr::Engine& engine, const frame::LayoutPtr& layout,
                                      std::span<const SortKey> keys, const job::TokenPtr& token) {
  const auto bytes = layout->rows() * static_cast<std::int64_t>(40 + 8 * keys.size());
  const Reservation memory = engine.budget().reserve(bytes, "sorting");
  std::vector<std::vector<std::uint64_t>> columns(keys.size());
  engine.pool().for_each(keys.size(), [&](std::size_t i) {
    columns[i] = order_keys(read_all(engine, layout, keys[i].column), keys[i].ascending);
  });
  if (keys.empty()) {
    std::vector<std::int64_t> rows(static_cast<std::size_t>(layout->rows()));
    std::iota(rows.begin(), rows.end(), 0);
    return rows;
  }
  return PackedKeys(std::move(columns)).sorted(engine.pool(), token);
}

namespace {

/// Codes of the right side in terms of the left side's levels; new levels behind them.
void align_codes(const frame::Column& left, const frame::Column& right, PlainValues& codes) {
  std::map<std::string, std::int32_t> known;
  for (const std::string& level : *left.domain) {
    known.emplace(level, static_cast<std::int32_t>(known.size()));
  }
  std::vector<std::int32_t> map;
  for (const std::string& level : *right.domain) {
    map.push_back(known.emplace(level, static_cast<std::int32_t>(known.size())).first->second);
  }
  codes.map_codes(map);
}

/// Keys of the left rows, then of the right rows, of one pair of columns.
std::vector<std::uint64_t> pair_keys(mr::Engine& engine, const frame::Frame& left,
                                     const frame::Frame& right,
                                     std::pair<std::size_t, std::size_t> columns) {
  const frame::Column& a = left.columns[columns.first];
  const frame::Column& b = right.columns[columns.second];
  if (a.type != b.type) {
    throw InputError::bad_request("Merging columns must be the same type; columns " +
                                  left.names[columns.first] + " and " +
                                  right.names[columns.second] + " differ.");
  }
  if (a.type == frame::ColumnType::string || a.type == frame::ColumnType::uuid) {
    throw InputError::bad_request("Cannot merge on strings; use as.factor on column " +
                                  left.names[columns.first] + " first.");
  }
  std::array<PlainValues, 2> parts = {read_all(engine, left.layout, a),
                                      read_all(engine, right.layout, b)};
  if (a.is_categorical()) align_codes(a, b, parts[1]);
  return order_keys(PlainValues::joined(parts), true);
}

/// Rows with equal keys: those of the left frame, then those of the right one.
struct Run {
  std::span<const std::int64_t> left;
  std::span<const std::int64_t> right;
};

void join_run(const Run& run, std::int64_t left_rows, const JoinRule& rule, JoinedRows& to) {
  const auto add = [&to](std::int64_t left, std::int64_t right) {
    to.left.push_back(left);
    to.right.push_back(right);
  };
  if (run.right.empty() && rule.all_left) {
    for (const std::int64_t row : run.left) add(row, -1);
  }
  if (run.left.empty() && rule.all_right) {
    for (const std::int64_t row : run.right) add(-1, row - left_rows);
  }
  for (const std::int64_t row : run.left) {
    for (const std::int64_t other : run.right) add(row, other - left_rows);
  }
}

}  // namespace

JoinedRows join_rows(mr::Engine& engine, const frame::Frame& left, const frame::Frame& right,
                     const JoinRule& rule, const job::TokenPtr& token) {
  const std::int64_t left_rows = left.rows();
  const auto bytes =
      (left_rows + right.rows()) * static_cast<std::int64_t>(56 + 8 * rule.left.size());
  const Reservation memory = engine.budget().reserve(bytes, "joining");
  std::vector<std::vector<std::uint64_t>> columns(rule.left.size());
  engine.pool().for_each(columns.size(), [&](std::size_t i) {
    columns[i] = pair_keys(engine, left, right, {rule.left[i], rule.right[i]});
  });
  const PackedKeys keys(std::move(columns));
  const std::vector<std::int64_t> rows = keys.sorted(engine.pool(), token);
  JoinedRows joined;
  for (std::size_t begin = 0; begin < rows.size();) {
    std::size_t end = begin + 1;
    while (end < rows.size() && keys.equal(rows[begin], rows[end])) ++end;
    const std::span run = std::span(rows).subspan(begin, end - begin);
    // Stable: left rows have the lower numbers.
    const auto middle = std::ranges::lower_bound(run, left_rows) - run.begin();
    join_run({run.first(static_cast<std::size_t>(middle)),
              run.subspan(static_cast<std::size_t>(middle))},
             left_rows, rule, joined);
    begin = end;
    if (token && (begin & 0xFFFFU) == 0) token->check();
  }
  return joined;
}

}  // namespace neve::munge
