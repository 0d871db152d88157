#include "munge/random_task.hpp"

#include <cmath>
#include <cstdlib>
#include <string>

#include <neve/frame/chunk_builder.hpp>

#include "munge/pcg.hpp"

namespace neve::munge {
namespace {

/// Of the rows of a group, one column of a made-up frame.
class Column {
 public:
  Column(const mr::RowGroup& group, const RandomFrame& like, std::int64_t place)
      : group_(group), like_(like), place_(place) {}

  /// `cell(generator)` for each row.
  template <class Values, class Cell>
  void fill(Values&& values, const Cell& cell) const {
    for (std::int64_t row = 0; row < group_.rows; ++row) {
      Pcg random = generator(group_.first_row + row);
      values[static_cast<std::size_t>(row)] = cell(random);
    }
  }

  void append_texts(frame::TextBuilder& texts) const {
    constexpr std::size_t kLetters = 8;
    constexpr std::uint32_t kAlphabet = 25;  // A to Y
    std::string text(kLetters, 'A');
    for (std::int64_t row = 0; row < group_.rows; ++row) {
      Pcg random = generator(group_.first_row + row);
      for (char& letter : text) letter = static_cast<char>('A' + random.below(kAlphabet));
      texts.append(text);
    }
  }

 private:
  [[nodiscard]] Pcg generator(std::int64_t row) const {
    const auto cell = static_cast<std::uint64_t>(like_.columns * row + place_);
    return Pcg(Pcg(like_.seed + cell).bits64());
  }

  const mr::RowGroup& group_;
  const RandomFrame& like_;
  std::int64_t place_;
};

/// ⌊uniform · count⌋
std::int64_t draw_below(Pcg& random, double count) {
  return static_cast<std::int64_t>(random.uniform() * count);
}

double draw_real(Pcg& random, double range) { return range * (1 - 2 * random.uniform()); }

std::int64_t draw_time(Pcg& random) {
  constexpr std::int64_t kMillisOf50Years = 50LL * 365 * 24 * 3600 * 1000;
  return std::abs(static_cast<std::int64_t>(random.bits64()) % kMillisOf50Years);
}

void fill_codes(mr::Outputs& outputs, std::size_t output, const Column& column,
                std::int32_t levels) {
  column.fill(outputs.codes(output), [levels](Pcg& random) {
    return static_cast<std::int32_t>(draw_below(random, levels));
  });
}

void fill_numbers(mr::Outputs& outputs, std::size_t output, const Column& column,
                  const RandomCellsTask::State& state) {
  const RandomFrame& like = state.like;
  const auto range = static_cast<double>(like.integer_range);
  switch (state.kinds[output]) {
    case RandomKind::integer:
      return column.fill(outputs.doubles(output), [range](Pcg& random) {
        return static_cast<double>(draw_below(random, 2 * range + 1)) - range;
      });
    case RandomKind::binary:
      return column.fill(outputs.doubles(output), [&like](Pcg& random) {
        return static_cast<double>(random.coarse_uniform()) > like.ones ? 0.0 : 1.0;
      });
    case RandomKind::response_number:
      if (!like.positive_response) break;
      return column.fill(outputs.doubles(output),
                         [&like](Pcg& random) { return like.real_range * random.uniform(); });
    default:
      break;
  }
  column.fill(outputs.doubles(output),
              [&like](Pcg& random) { return draw_real(random, like.real_range); });
}

/// Where cells are lost.
class Losses {
 public:
  Losses(const mr::RowGroup& group, const BlankTask::State& state, std::size_t column)
      : first_row_(group.first_row),
        seed_(state.seed + 1234 * static_cast<std::uint64_t>(state.places[column])),
        fraction_(state.fraction) {}
  [[nodiscard]] bool at(std::size_t row) const {
    const auto number = static_cast<std::uint64_t>(first_row_) + row;
    return Pcg(seed_ ^ 1723 * number).uniform() < fraction_;
  }

 private:
  std::int64_t first_row_;
  std::uint64_t seed_;
  double fraction_;
};

template <class Value>
void lose(std::span<Value> values, Value none, const Losses& losses) {
  for (std::size_t row = 0; row < values.size(); ++row) {
    if (losses.at(row)) values[row] = none;
  }
}

void copy_texts(const frame::Chunk& chunk, const Losses& losses, frame::TextBuilder& texts) {
  const auto rows = static_cast<std::size_t>(chunk.rows());
  std::vector<std::uint8_t> missing(rows);
  std::vector<std::string_view> cells(rows);
  chunk.decode_text(0, cells, missing);
  for (std::size_t row = 0; row < rows; ++row) {
    missing[row] != 0 || losses.at(row) ? texts.append_missing() : texts.append(cells[row]);
  }
}

frame::Chunk copied_uuids(const frame::Chunk& chunk, const Losses& losses) {
  const auto rows = static_cast<std::size_t>(chunk.rows());
  std::vector<std::uint8_t> missing(rows);
  std::vector<frame::Uuid> values(rows);
  chunk.decode_uuids(0, values, missing);
  for (std::size_t row = 0; row < rows; ++row) {
    if (losses.at(row)) missing[row] = 1;
  }
  return frame::encode_uuids(values, missing);
}

}  // namespace

void RandomCellsTask::map(const mr::RowGroup& group, const State& state, Partial& /*partial*/,
                          mr::Outputs& outputs) {
  for (std::size_t i = 0; i < state.kinds.size(); ++i) {
    const Column column(group, state.like, state.places[i]);
    switch (state.kinds[i]) {
      case RandomKind::categorical:
        fill_codes(outputs, i, column, state.like.levels);
        break;
      case RandomKind::response_class:
        fill_codes(outputs, i, column, state.like.response_levels);
        break;
      case RandomKind::time:
        column.fill(outputs.int64s(i), draw_time);
        break;
      case RandomKind::text:
        column.append_texts(outputs.text(i));
        break;
      default:
        fill_numbers(outputs, i, column, state);
    }
  }
}

void BlankTask::map(const mr::RowGroup& group, const State& state, Partial& /*partial*/,
                    mr::Outputs& outputs) {
  for (std::size_t i = 0; i < group.columns.size(); ++i) {
    const frame::Chunk& chunk = group.columns[i];
    const Losses losses(group, state, i);
    switch (state.types[i]) {
      case frame::ColumnType::string:
        copy_texts(chunk, losses, outputs.text(i));
        break;
      case frame::ColumnType::uuid:
        outputs.set_chunk(i, copied_uuids(chunk, losses));
        break;
      case frame::ColumnType::categorical:
        chunk.decode_codes(0, outputs.codes(i));
        lose(outputs.codes(i), frame::kMissingCode, losses);
        break;
      case frame::ColumnType::time:
        chunk.decode_int64(0, outputs.int64s(i));
        lose(outputs.int64s(i), frame::kMissingInt64, losses);
        break;
      default:
        chunk.decode(0, outputs.doubles(i));
        lose(outputs.doubles(i), std::nan(""), losses);
    }
  }
}

}  // namespace neve::munge
