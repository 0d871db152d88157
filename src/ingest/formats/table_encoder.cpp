#include "ingest/formats/table_encoder.hpp"

#include <algorithm>
#include <numeric>

#include <neve/base/error.hpp>
#include <neve/base/utf8.hpp>
#include <neve/frame/chunk_builder.hpp>

namespace neve::ingest {

namespace {

constexpr int kLargestFactor = 18;

std::vector<std::int32_t> add_levels(LevelTable& all, const LevelTable& levels) {
  std::vector<std::int32_t> codes;
  codes.reserve(levels.size());
  for (std::string_view level : levels.levels()) {
    const bool good = find_bad_utf8(level) == level.size();
    codes.push_back(good ? all.code_of(level) : all.code_of(readable_utf8(level)));
  }
  return codes;
}

/// Without zeros at the end of the decimals, so that equal values look equal.
NumberText shortest(NumberText number) {
  while (number.decimals > 0 && number.mantissa % 10 == 0) {
    number.mantissa /= 10;
    --number.decimals;
  }
  return number;
}

/// The mantissa of a number written with so many decimals; false where it is none, or inexact.
bool scale_to(int decimals, const NumberText& number, std::int64_t& mantissa) {
  const int more = decimals - number.decimals;
  if (number.kind != NumberText::Kind::decimal || more > kLargestFactor) return false;
  if (__builtin_mul_overflow(number.mantissa, power_of_ten(more), &mantissa)) return false;
  return decimals == 0 || (mantissa >= -kExactDouble && mantissa <= kExactDouble);
}

void append(frame::NumericBuilder& builder, const NumberText& number) {
  switch (number.kind) {
    case NumberText::Kind::none:
      return builder.append_missing();
    case NumberText::Kind::floating:
      return builder.append_double(number.value);
    case NumberText::Kind::decimal:
      break;
  }
  const NumberText plain = shortest(number);
  builder.append_decimal(plain.mantissa, -plain.decimals);
}

}  // namespace

TableEncoder::TableEncoder(ParsedTable& table, std::vector<frame::ColumnType> types, Pool& pool)
    : table_(table),
      late_(table),
      types_(std::move(types)),
      levels_(types_.size()),
      remaps_(types_.size()) {
  pool.for_each(types_.size(), [&](std::size_t c) {
    if (types_[c] == frame::ColumnType::categorical) sort_levels(c);
  });
}

template <class Cells>
const Cells* TableEncoder::cells_of(const ParsedRange& range, std::size_t column) const {
  return range.rows == 0 ? nullptr : std::get_if<Cells>(&range.columns[column].cells);
}

void TableEncoder::sort_levels(std::size_t column) {
  Levels& levels = levels_[column];
  for (const ParsedRange& range : table_.ranges) {
    const auto* codes = cells_of<CodeCells>(range, column);
    remaps_[column].push_back(codes != nullptr ? add_levels(levels.all, codes->levels)
                                               : std::vector<std::int32_t>());
  }
  if (levels.all.size() > kMostLevels) {
    levels = {};
    levels.too_many = true;
    return;
  }
  levels.sorted.resize(levels.all.size());
  std::iota(levels.sorted.begin(), levels.sorted.end(), 0);
  std::sort(levels.sorted.begin(), levels.sorted.end(), [&](std::int32_t a, std::int32_t b) {
    return levels.all.level(a) < levels.all.level(b);
  });
}

std::vector<std::optional<frame::Domain>> TableEncoder::levels(Pool& pool) const {
  std::vector<std::optional<frame::Domain>> all(levels_.size());
  pool.for_each(levels_.size(), [&](std::size_t c) {
    if (levels_[c].too_many) return;
    frame::Domain& domain = all[c].emplace();
    domain.reserve(levels_[c].sorted.size());
    for (std::int32_t code : levels_[c].sorted) domain.emplace_back(levels_[c].all.level(code));
  });
  return all;
}

void TableEncoder::set_domains(std::vector<frame::ColumnType> types,
                               std::vector<frame::DomainPtr> domains, Pool& pool) {
  types_ = std::move(types);
  pool.for_each(types_.size(), [&](std::size_t c) {
    if (types_[c] == frame::ColumnType::categorical) rank_levels(c, *domains[c]);
    levels_[c] = {};
  });
}

void TableEncoder::rank_levels(std::size_t column, const frame::Domain& domain) {
  const Levels& levels = levels_[column];
  std::vector<std::int32_t> ranks(levels.sorted.size());
  // Both are sorted; of equal size they are the same, as the domain holds all levels.
  const bool same = domain.size() == levels.sorted.size();
  std::size_t rank = 0;
  for (std::int32_t code : levels.sorted) {
    while (!same && rank < domain.size() && domain[rank] != levels.all.level(code)) ++rank;
    NEVE_CHECK(rank < domain.size(), "a level is missing from its domain");
    ranks[static_cast<std::size_t>(code)] = static_cast<std::int32_t>(rank++);
  }
  for (std::vector<std::int32_t>& codes : remaps_[column]) {
    for (std::int32_t& code : codes) code = ranks[static_cast<std::size_t>(code)];
  }
}

/// Calls `use` with each range that has rows of [begin, end), and which of its rows these are.
template <class Use>
void TableEncoder::for_ranges(std::int64_t begin, std::int64_t end, const Use& use) const {
  const auto& first_row = table_.first_row;
  auto range = static_cast<std::size_t>(
      std::upper_bound(first_row.begin(), first_row.end(), begin) - first_row.begin() - 1);
  for (; range < table_.ranges.size() && first_row[range] < end; ++range) {
    const std::int64_t from = std::max(begin, first_row[range]) - first_row[range];
    const std::int64_t to = std::min(end, first_row[range + 1]) - first_row[range];
    if (from < to) use(range, static_cast<std::size_t>(from), static_cast<std::size_t>(to));
  }
}

std::vector<TableEncoder::Piece> TableEncoder::pieces(std::size_t column, std::int64_t begin,
                                                      std::int64_t end) const {
  std::vector<Piece> found;
  for_ranges(begin, end, [&](std::size_t range, std::size_t from, std::size_t to) {
    const CellColumn& cells = table_.ranges[range].columns[column];
    std::shared_ptr<const CellColumn> held;
    if (cells.is_late()) held = late_.get(range, column);
    const CellColumn& there = held ? *held : cells;
    found.push_back({there, std::move(held), range, from, to - from});
  });
  return found;
}

frame::Chunk TableEncoder::encode(std::size_t column, std::int64_t begin, std::int64_t end) const {
  if (table_.pairs) return encode_pairs(column, begin, end);
  if (types_[column] == frame::ColumnType::bad) {
    return frame::encode_missing(frame::ChunkKind::numbers, end - begin);
  }
  const std::vector<Piece> parts = pieces(column, begin, end);
  frame::Chunk chunk = encode_pieces(column, parts, static_cast<std::size_t>(end - begin));
  for (const Piece& part : parts) {
    if (part.held) late_.done(part.range, column);
  }
  return chunk;
}

frame::Chunk TableEncoder::encode_pieces(std::size_t column, const std::vector<Piece>& pieces,
                                         std::size_t rows) const {
  switch (types_[column]) {
    case frame::ColumnType::numeric:
      return encode_numbers(pieces, rows);
    case frame::ColumnType::categorical:
      return encode_codes(column, pieces, rows);
    case frame::ColumnType::time:
      return encode_times(pieces, rows);
    case frame::ColumnType::string:
      return encode_texts(pieces, rows);
    case frame::ColumnType::uuid:
      return encode_uuids(pieces, rows);
    case frame::ColumnType::bad:
      break;
  }
  throw InternalError("cells of a column without any");
}

frame::Chunk TableEncoder::encode_numbers(const std::vector<Piece>& pieces,
                                          std::size_t rows) const {
  const auto is_real = [](const Piece& piece) {
    return std::holds_alternative<RealCells>(piece.column.cells);
  };
  if (std::ranges::any_of(pieces, is_real)) return encode_reals(pieces, rows);
  int decimals = 0;
  int fewest = kMostDecimals;
  bool plain = true;
  for (const Piece& piece : pieces) {
    const auto& cells = std::get<NumberCells>(piece.column.cells);
    decimals = std::max(decimals, cells.decimals());
    fewest = std::min(fewest, cells.decimals());
    plain = plain && !cells.any_odd(piece.begin, piece.begin + piece.count);
  }
  RawArray<std::int64_t> mantissas;
  mantissas.grow(std::max<std::size_t>(rows, 1), 0);
  std::int64_t* out = &mantissas[0];
  plain = plain && decimals - fewest <= kLargestFactor;
  for (const Piece& piece : pieces) {
    if (!plain) break;
    const auto& cells = std::get<NumberCells>(piece.column.cells);
    const std::int64_t factor = power_of_ten(decimals - cells.decimals());
    plain = cells.copy_scaled(piece.begin, piece.count, factor, decimals > 0, out);
    out += piece.count;
  }
  if (plain) return frame::encode_decimals({&mantissas[0], rows}, decimals);
  frame::NumericBuilder builder;
  builder.reserve(static_cast<std::int64_t>(rows));
  for (const Piece& piece : pieces) {
    const auto& cells = std::get<NumberCells>(piece.column.cells);
    for (std::size_t i = 0; i < piece.count; ++i) append(builder, cells.at(piece.begin + i));
  }
  return builder.finish();
}

/// Doubles, and where files differ, numbers of text among them.
frame::Chunk TableEncoder::encode_reals(const std::vector<Piece>& pieces, std::size_t rows) const {
  if (pieces.size() == 1) {
    const auto& reals = std::get<RealCells>(pieces[0].column.cells);
    return frame::encode_doubles(
        reals.values.first(pieces[0].begin + rows).subspan(pieces[0].begin));
  }
  RawArray<double> values;
  values.grow(rows, 0);
  std::size_t row = 0;
  bool mixed = false;
  for (const Piece& piece : pieces) {
    const auto* reals = std::get_if<RealCells>(&piece.column.cells);
    mixed = mixed || reals == nullptr;
    if (mixed) break;
    std::copy_n(&reals->values[piece.begin], piece.count, &values[row]);
    row += piece.count;
  }
  if (!mixed) return frame::encode_doubles(values.first(rows));
  frame::NumericBuilder builder;
  builder.reserve(static_cast<std::int64_t>(rows));
  for (const Piece& piece : pieces) {
    const auto* reals = std::get_if<RealCells>(&piece.column.cells);
    for (std::size_t i = piece.begin; i < piece.begin + piece.count; ++i) {
      if (reals != nullptr) {
        builder.append_double(reals->values[i]);
      } else {
        append(builder, std::get<NumberCells>(piece.column.cells).at(i));
      }
    }
  }
  return builder.finish();
}

/// Zeros, and the numbers that are written.
frame::Chunk TableEncoder::encode_pairs(std::size_t column, std::int64_t begin,
                                        std::int64_t end) const {
  struct Entry {
    std::size_t row;
    NumberText number;
  };
  std::vector<Entry> entries;
  int decimals = 0;
  for_ranges(begin, end, [&](std::size_t range, std::size_t from, std::size_t to) {
    const PairCells& pairs = table_.ranges[range].pairs;
    const auto before = static_cast<std::size_t>(table_.first_row[range] - begin);
    for (const std::uint32_t entry : pairs.entries(column, from, to)) {
      entries.push_back({before + pairs.row(entry), shortest(pairs.number(entry))});
      decimals = std::max(decimals, entries.back().number.decimals);
    }
  });
  if (entries.empty()) return frame::encode_constant(0, end - begin);
  std::vector<std::int64_t> mantissas(static_cast<std::size_t>(end - begin), 0);
  const bool plain = std::ranges::all_of(entries, [&](const Entry& entry) {
    return scale_to(decimals, entry.number, mantissas[entry.row]);
  });
  if (plain) return frame::encode_decimals(mantissas, decimals);
  frame::NumericBuilder builder;
  builder.reserve(end - begin);
  auto next = entries.begin();
  for (std::size_t row = 0; row < mantissas.size(); ++row) {
    const bool written = next != entries.end() && next->row == row;
    append(builder, written ? (next++)->number : NumberText{.kind = NumberText::Kind::decimal});
  }
  return builder.finish();
}

frame::Chunk TableEncoder::encode_codes(std::size_t column, const std::vector<Piece>& pieces,
                                        std::size_t rows) const {
  RawArray<std::int32_t> codes;
  codes.grow(rows, 0);
  std::size_t row = 0;
  for (const Piece& piece : pieces) {
    const auto& cells = std::get<CodeCells>(piece.column.cells);
    cells.remap(piece.begin, piece.count, remaps_[column][piece.range], &codes[row]);
    row += piece.count;
  }
  return frame::encode_codes(codes.first(rows));
}

frame::Chunk TableEncoder::encode_times(const std::vector<Piece>& pieces, std::size_t rows) const {
  RawArray<std::int64_t> times;
  times.grow(rows, 0);
  std::size_t row = 0;
  for (const Piece& piece : pieces) {
    const auto& cells = std::get<TimeCells>(piece.column.cells);
    for (std::size_t i = 0; i < piece.count; ++i) times[row++] = cells.times[piece.begin + i];
  }
  return frame::encode_times(times.first(rows));
}

frame::Chunk TableEncoder::encode_texts(const std::vector<Piece>& pieces, std::size_t rows) const {
  frame::TextBuilder builder;
  builder.reserve(static_cast<std::int64_t>(rows), 0);
  for (const Piece& piece : pieces) {
    const auto* texts = std::get_if<TextCells>(&piece.column.cells);
    const auto* codes = std::get_if<CodeCells>(&piece.column.cells);  // a column of too many levels
    for (std::size_t row = piece.begin; row < piece.begin + piece.count; ++row) {
      if (texts != nullptr ? texts->missing[row] != 0 : codes->at(row) < 0) {
        builder.append_missing();
      } else {
        builder.append(texts != nullptr ? std::string(texts->at(row))
                                        : readable_utf8(codes->levels.level(codes->at(row))));
      }
    }
  }
  return builder.finish();
}

frame::Chunk TableEncoder::encode_uuids(const std::vector<Piece>& pieces, std::size_t rows) const {
  std::vector<frame::Uuid> uuids(rows);
  std::vector<std::uint8_t> missing(rows);
  std::size_t row = 0;
  for (const Piece& piece : pieces) {
    const auto& cells = std::get<UuidCells>(piece.column.cells);
    for (std::size_t i = piece.begin; i < piece.begin + piece.count; ++i, ++row) {
      uuids[row] = cells.uuids[i];
      missing[row] = cells.missing[i];
    }
  }
  return frame::encode_uuids(uuids, missing);
}

}  // namespace neve::ingest
