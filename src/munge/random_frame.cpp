#include <neve/munge/random_frame.hpp>

#include <algorithm>
#include <bit>
#include <limits>
#include <map>
#include <ranges>
#include <string>
#include <utility>
#include <vector>

#include <neve/base/error.hpp>
#include <neve/base/java_number.hpp>
#include <neve/base/rng.hpp>
#include <neve/frame/chunk_builder.hpp>
#include <neve/munge/evaluate.hpp>
#include <neve/munge/expression.hpp>

#include "munge/random_columns.hpp"
#include "munge/random_task.hpp"

namespace neve::munge {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
/// A million row groups: as many as a layout lists without being a burden itself.
constexpr std::int64_t kMostRows = std::int64_t{1} << 36U;
constexpr std::int32_t kMostColumns = 1'000'000;
constexpr std::int32_t kMostLevels = 10'000'000;  // as H2O-3

enum class Kind : std::uint8_t { categorical, integer, real, binary, time, text };

void check_fraction(const char* name, double fraction) {
  if (fraction >= 0 && fraction <= 1) return;
  throw InputError::bad_request(std::string(name) + " must be between 0 and 1, not " +
                                java_double(fraction) + ".");
}

void check_sizes(const RandomFrame& like) {
  if (like.rows <= 0 || like.rows > kMostRows || like.columns <= 0 || like.columns > kMostColumns) {
    throw InputError::bad_request("Must have number of rows > 0 and columns > 0, and at most " +
                                  std::to_string(kMostRows) + " rows and " +
                                  std::to_string(kMostColumns) + " columns.");
  }
  if (like.integer_fraction > 0 && like.integer_range < 1) {
    throw InputError::bad_request("integer_range must be at least 1, not " +
                                  std::to_string(like.integer_range) + ".");
  }
  if (like.categorical_fraction > 0 && (like.levels < 2 || like.levels > kMostLevels)) {
    throw InputError::bad_request("factors must be between 2 and 10,000,000, not " +
                                  std::to_string(like.levels) + ".");
  }
  if (like.has_response && (like.response_levels < 1 || like.response_levels > kMostLevels)) {
    throw InputError::bad_request(
        "response_factors must be 1 (numbers) or a number of levels up to 10,000,000, not " +
        std::to_string(like.response_levels) + ".");
  }
}

/// The type of each column: as many of each as the fractions say, in an order drawn by the seed.
std::vector<Kind> draw_kinds(const RandomFrame& like) {
  const std::pair<Kind, double> shares[] = {{Kind::categorical, like.categorical_fraction},
                                            {Kind::integer, like.integer_fraction},
                                            {Kind::binary, like.binary_fraction},
                                            {Kind::time, like.time_fraction},
                                            {Kind::text, like.string_fraction}};
  const auto columns = static_cast<std::size_t>(like.columns);
  std::vector<Kind> kinds;
  for (const auto& [kind, share] : shares) {
    // Clients compute their fractions: 0.3 may come as 0.2999999.
    constexpr double kRounding = 0.1;
    const auto count = static_cast<std::size_t>(share * like.columns + kRounding);
    kinds.insert(kinds.end(), std::min(count, columns - kinds.size()), kind);
  }
  kinds.resize(columns, Kind::real);
  const CounterRng random(like.type_seed);
  for (std::size_t i = columns; i > 1; --i) std::swap(kinds[i - 1], kinds[random.below(i, i)]);
  return kinds;
}

/// Bytes of a cell, about.
double cell_bytes(const RandomFrame& like, Kind kind) {
  constexpr double kBits = 8;
  switch (kind) {
    case Kind::categorical:
      return static_cast<double>(std::bit_width(static_cast<std::uint32_t>(like.levels))) / kBits;
    case Kind::integer:
      return static_cast<double>(
                 std::bit_width(2 * static_cast<std::uint64_t>(like.integer_range))) /
             kBits;
    case Kind::binary:
      return 1 / kBits;
    case Kind::real:
    case Kind::time:
      return 8;
    case Kind::text:
      break;
  }
  return 12;
}

/// Refuses what would not fit: what the node with the most rows has to hold, against this
/// node's memory, as nodes are alike.
void check_memory(mr::Engine& engine, const RandomFrame& like, const std::vector<Kind>& kinds,
                  const frame::Layout& layout) {
  const std::int64_t most = engine.most_rows(layout);
  double row_bytes = 0;
  for (const Kind kind : kinds) row_bytes += like.randomize ? cell_bytes(like, kind) : 0;
  constexpr double kMost = 0x1p62;
  const double bytes = std::min(row_bytes * static_cast<double>(most), kMost);
  engine.budget().check(static_cast<std::int64_t>(bytes), "the frame");
}

ExpressionPtr response_of(const RandomFrame& like, std::uint64_t seed) {
  if (like.response_levels > 1) return categories(seed, "", like.response_levels);
  return between(seed, like.positive_response ? 0 : -like.real_range, like.real_range);
}

/// A column that is no text; levels name the column's place in the frame, from 0.
ExpressionPtr column_like(const RandomFrame& like, Kind kind, std::size_t place,
                          std::uint64_t seed) {
  constexpr double kMillisOf50Years = 50.0 * 365 * 24 * 3600 * 1000;
  const auto range = static_cast<double>(like.integer_range);
  switch (kind) {
    case Kind::categorical:
      return categories(seed, "c" + std::to_string(place) + ".l", like.levels);
    case Kind::integer:
      return whole(seed, -range, 2 * range + 1);
    case Kind::binary:
      return binary(Op::less, uniform(seed), constant_of(like.ones));
    case Kind::time:
      return retyped(whole(seed, 0, kMillisOf50Years), frame::ColumnType::time, nullptr);
    case Kind::real:
    case Kind::text:
      break;
  }
  return between(seed, -like.real_range, like.real_range);
}

}  // namespace

void check(const RandomFrame& like) {
  check_fraction("categorical_fraction", like.categorical_fraction);
  check_fraction("integer_fraction", like.integer_fraction);
  check_fraction("binary_fraction", like.binary_fraction);
  check_fraction("time_fraction", like.time_fraction);
  check_fraction("string_fraction", like.string_fraction);
  check_fraction("binary_ones_fraction", like.ones);
  check_fraction("missing_fraction", like.missing);
  check_sizes(like);
  const double of_types =
      like.categorical_fraction + like.integer_fraction + like.time_fraction + like.string_fraction;
  constexpr double kRounding = 1e-8;
  if (of_types + like.binary_fraction > 1 + kRounding) {
    throw InputError::bad_request(
        "Integer, binary, categorical, time and string fractions must add up to <= 1.");
  }
  if (!like.randomize && of_types > 0) {
    throw InputError::bad_request(
        "Cannot have integer, categorical, time or string fractions > 0 unless randomize=true.");
  }
  if (like.randomize && like.value != 0) {
    throw InputError::bad_request("Cannot set data to a constant value if randomize=true.");
  }
}

void BlankTask::map(const mr::RowGroup& group, const State& state, Partial& /*partial*/,
                    mr::Outputs& outputs) {
  const CounterRng random(state.seed);
  const frame::Chunk& chunk = group.columns[0];
  const auto rows = static_cast<std::size_t>(group.rows);
  std::vector<std::uint8_t> missing(rows);
  const auto blank = [&] {
    for (std::size_t row = 0; row < rows; ++row) {
      const auto index = static_cast<std::uint64_t>(group.first_row) + row;
      if (random.uniform(index) < state.fraction) missing[row] = 1;
    }
  };
  if (chunk.kind() == frame::ChunkKind::uuids) {
    std::vector<frame::Uuid> values(rows);
    chunk.decode_uuids(0, values, missing);
    blank();
    outputs.set_chunk(0, frame::encode_uuids(values, missing));
    return;
  }
  std::vector<std::string_view> texts(rows);
  chunk.decode_text(0, texts, missing);
  blank();
  for (std::size_t row = 0; row < rows; ++row) {
    missing[row] != 0 ? outputs.text(0).append_missing() : outputs.text(0).append(texts[row]);
  }
}

frame::Frame make_random_frame(mr::Engine& engine, const RandomFrame& like,
                               const job::TokenPtr& token) {
  check(like);
  const std::vector<Kind> kinds = draw_kinds(like);
  const std::size_t first = like.has_response ? 1 : 0;
  const std::size_t width = kinds.size() + first;
  frame::Frame frame;
  frame.layout = engine.new_layout(frame::row_cuts(like.rows, static_cast<std::int64_t>(width)));
  check_memory(engine, like, kinds, *frame.layout);
  frame.columns.resize(width);
  std::vector<ExpressionPtr> expressions;
  std::vector<std::size_t> gaps;
  for (std::size_t c = 0; c < width; ++c) {
    const bool is_response = c < first;
    frame.names.push_back(is_response ? "response" : "C" + std::to_string(c - first + 1));
    const std::uint64_t seed = seed_of(like.seed, kValueStream, c);
    if (like.randomize && !is_response && kinds[c - first] == Kind::text) {
      frame.columns[c] = random_texts(engine, frame.layout, {.seed = seed}, token);
      continue;
    }
    gaps.push_back(c);
    if (!like.randomize) {
      expressions.push_back(constant_of(like.value));
    } else {
      expressions.push_back(is_response ? response_of(like, seed)
                                        : column_like(like, kinds[c - first], c, seed));
    }
  }
  fill_gaps(engine, expressions, token, frame, gaps);
  return with_missing(engine, frame, like.missing, like.seed, token);
}

frame::Frame with_missing(mr::Engine& engine, const frame::Frame& frame, double fraction,
                          std::uint64_t seed, const job::TokenPtr& token) {
  check_fraction("fraction", fraction);
  frame::Frame result = frame;
  result.key.clear();
  if (fraction == 0) return result;
  std::vector<ExpressionPtr> expressions;
  std::vector<std::size_t> gaps;
  for (std::size_t c = 0; c < frame.columns.size(); ++c) {
    const frame::Column& column = frame.columns[c];
    const std::uint64_t column_seed = seed_of(seed, kMissingStream, c);
    if (column.type == frame::ColumnType::string || column.type == frame::ColumnType::uuid) {
      result.columns[c] =
          engine
              .run_with_outputs<BlankTask>({frame.layout, {column.id}}, {column_seed, fraction},
                                           text_options(column, token))
              .columns[0];
      continue;
    }
    const auto lost = binary(Op::less, uniform(column_seed), constant_of(fraction));
    const auto kept = choose(Op::if_else, lost, constant_of(kNaN), column_of(column));
    gaps.push_back(c);
    expressions.push_back(retyped(kept, column.type, column.domain));
  }
  fill_gaps(engine, expressions, token, result, gaps);
  return result;
}

}  // namespace neve::munge
